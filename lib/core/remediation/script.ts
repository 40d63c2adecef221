// Puts statements together to what one person can paste: alone, or as one transaction, with what must be said before.
import { type Oid, PUBLIC } from "../base/ids.ts";
import { visible } from "../base/visible-text.ts";
import { isDsql } from "../catalog/catalog.ts";
import type { AccessEngine } from "../privileges/effective.ts";
import { isClosedOnDsql } from "../sql/dsql.ts";
import type { MaybeSql } from "../sql/guard.ts";

/** One line of comment; what a name hides is spelled out. */
export const remark = (text: string): string => `-- ${visible(text, 400)}`;

/** Said instead of a statement: a name that no SQL can hold must be dealt with by hand. */
const CANNOT = remark("No statement can be written: a name or an argument list there cannot stand in SQL.");

/** Lines of a script; undefined among them makes the whole a sentence, as half of it would be worse than nothing. */
export const script = (lines: readonly MaybeSql[], remarks: readonly string[] = []): string =>
  lines.includes(undefined) ? CANNOT : [...remarks, ...lines].join("\n");

/** Said instead of a REVOKE that counts as a role without a name. */
export const revokeAs = (grantor: Oid): string =>
  remark(`Granted by the role with OID ${grantor}, whose name could not be read: revoke it as that role.`);

const namesOf = ({ graph }: AccessEngine, oids: Iterable<Oid>): string =>
  [...oids]
    .map((oid) =>
      oid === PUBLIC ? "PUBLIC" : (graph.roles[graph.idOf.get(oid) ?? -1]?.name ?? `OID ${oid}`),
    )
    .join(", ");

/** Whose REVOKE it takes beside the owner's, and that a superuser among them is none for the time of it. */
export const grantorRemarks = (engine: AccessEngine, owner: Oid, grantors: readonly Oid[]): string[] => {
  const { graph } = engine;
  const others = [...new Set(grantors)].filter((grantor) => grantor !== owner);
  const superusers = others.filter((oid) => graph.roles[graph.idOf.get(oid) ?? -1]?.superuser);
  const names = namesOf(engine, superusers);
  return [
    ...(others.length
      ? [remark(`Granted by ${namesOf(engine, others)}: only a REVOKE as that role ends it.`)]
      : []),
    ...(superusers.length && !onDsql(engine)
      ? [
          remark(
            `A superuser revokes as the owner, so ${names} is none for this transaction: run it as another superuser.`,
          ),
        ]
      : []),
  ];
};

/** Who loses it too. */
export const cascadeRemark = (engine: AccessEngine, taken: Iterable<Oid>): string[] => {
  const names = namesOf(engine, new Set(taken));
  return names === "" ? [] : [remark(`CASCADE also takes it from whom it was passed on to: ${names}.`)];
};

/** Whether what is printed will be run on Aurora DSQL. */
export const onDsql = (engine: AccessEngine): boolean => isDsql(engine.catalog);

/** What Aurora DSQL refuses to GRANT, REVOKE or ALTER, in a sentence: its system's schemas and the database. */
export const refusedOnDsql = (
  engine: AccessEngine,
  { kind, name }: { readonly kind: string; readonly name: string },
): string | undefined =>
  onDsql(engine) && isClosedOnDsql(kind, name)
    ? remark(
        `Aurora DSQL changes nothing on ${kind === "database" ? "the database" : `schema ${name}`}: no statement can.`,
      )
    : undefined;
