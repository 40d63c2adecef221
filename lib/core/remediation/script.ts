// Puts statements together to what one person can paste: alone, or as one transaction, with what must be said before.
import { visible } from "../base/visible-text.ts";
import { isDsql } from "../catalog/catalog.ts";
import type { AccessEngine } from "../privileges/effective.ts";
import { targetsOf } from "../privileges/effective-graph.ts";
import { isClosedOnDsql } from "../sql/dsql.ts";
import type { MaybeSql } from "../sql/guard.ts";
import { grantRoleToSql, setRoleSql } from "../sql/statements.ts";

/** One line of comment; what a name hides is spelled out. */
export const remark = (text: string): string => `-- ${visible(text, 400)}`;

/** Said instead of a statement: a name that no SQL can hold must be dealt with by hand. */
const CANNOT = remark("No statement can be written: a name or an argument list there cannot stand in SQL.");

/** Lines of a script; undefined among them makes the whole a sentence, as half of it would be worse than nothing. */
export const script = (lines: readonly MaybeSql[], remarks: readonly string[] = []): string =>
  lines.includes(undefined) ? CANNOT : [...remarks, ...lines].join("\n");

/** As one transaction: all of it or nothing. */
export const transaction = (lines: readonly MaybeSql[]): MaybeSql[] => [
  "BEGIN;" as MaybeSql,
  ...lines,
  "COMMIT;" as MaybeSql,
];

const adminCan = (engine: AccessEngine, role: string): boolean => {
  const { graph } = engine;
  const [from, to] = [graph.idOfName.get("admin"), graph.idOfName.get(role)];
  return from !== undefined && to !== undefined && (from === to || targetsOf(graph.set, from).includes(to));
};

/** The grants by which `admin` becomes able to act as the roles; none where it already is. */
export const becomeOnDsql = (engine: AccessEngine, roles: readonly string[]): MaybeSql[] =>
  roles.filter((role) => !adminCan(engine, role)).map((role) => grantRoleToSql(role, "admin"));

/**
 * On Aurora DSQL, which knows no superuser: the statement as the role that can run it. `admin` may become any role, once
 * it has granted it to itself; each statement of this kind needs a transaction of its own there.
 */
export const asDsqlRole = (engine: AccessEngine, role: string, statement: MaybeSql): MaybeSql[] =>
  role === "admin"
    ? [statement]
    : [...becomeOnDsql(engine, [role]), ...transaction([setRoleSql(role, true), statement])];

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
