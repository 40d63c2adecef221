// The SQL that takes grants and ownership from the auditor's role, as one script for admin, bounded.
import { type Role, rowsOf } from "../../../core/catalog/catalog.ts";
import { privilegeBit, privilegeLetters } from "../../../core/catalog/privileges.ts";
import type { AccessEngine } from "../../../core/privileges/effective.ts";
import type { AccessObject } from "../../../core/privileges/effective-objects.ts";
import { newOwner } from "../../../core/remediation/give-away.ts";
import type { Intent } from "../../../core/remediation/intent.ts";
import {
  cascadeRemark,
  grantorRemarks,
  refusedOnDsql,
  remark,
  revokeAs,
  script,
} from "../../../core/remediation/script.ts";
import { linesFor, unnamedGrantor } from "../../../core/remediation/script-lines.ts";
import { itemsAt, refOf } from "../../../core/remediation/state.ts";
import type { OwnGrant } from "./grants.ts";

/** More statements than these nobody reads at once, and to think them through takes long. */
const MOST = 50;

const leftOut = (count: number, what: string): string[] =>
  count > MOST ? [remark(`The first ${MOST} of ${count} ${what}: the next finding shows the others.`)] : [];

/** To whom the role has passed the privilege on, on the object or on columns of it. */
const passedOn = (engine: AccessEngine, self: Role, { object, privilege }: OwnGrant): number[] => {
  const letter = privilegeLetters(privilegeBit(privilege));
  const onColumns =
    object.kind === "table" || object.kind === "view"
      ? rowsOf(engine.catalog, "columns").filter(({ relation }) => relation === object.oid)
      : [];
  return [
    ...itemsAt(engine.catalog, refOf(object)).filter(({ mask }) => mask & privilegeBit(privilege)),
    ...onColumns.flatMap(({ acl }) => acl?.entries ?? []).filter((one) => one.privileges.includes(letter)),
  ].flatMap(({ grantee, grantor }) => (grantor === self.oid ? [grantee] : []));
};

/** The REVOKEs, each on its grantor's authority; schemas last, as it takes USAGE to name what stands in them. */
export const revokeGrantsSql = (engine: AccessEngine, self: Role, grants: readonly OwnGrant[]): string => {
  const some = grants
    .toSorted((a, b) => Number(a.object.kind === "schema") - Number(b.object.kind === "schema"))
    .slice(0, MOST);
  const taken: number[] = [];
  const intents = some.map((grant): Intent => {
    const { object, privilege, grantor } = grant;
    const onward = passedOn(engine, self, grant);
    taken.push(...onward);
    const operation = { does: "revoke", privilege, object, grantee: self.oid, option: false } as const;
    return { operation: { ...operation, cascade: onward.length > 0 }, as: grantor };
  });
  const unnamed = unnamedGrantor(engine, intents);
  if (unnamed !== undefined) return revokeAs(unnamed);
  const owners = new Set(some.map(({ object }) => object.owner));
  const [owner = self.oid] = owners;
  const remarks =
    owners.size === 1
      ? grantorRemarks(
          engine,
          owner,
          some.map(({ grantor }) => grantor),
        )
      : [];
  return script(linesFor(engine, intents), [
    ...leftOut(grants.length, "grants"),
    ...remarks,
    ...cascadeRemark(engine, taken),
  ]);
};

/** ALTER … OWNER TO for each object, to the owner of its schema or of most of what stands beside it. */
export const giveAwaySql = (engine: AccessEngine, self: Role, objects: readonly AccessObject[]): string => {
  const remarks = new Set<string>();
  const intents = objects.slice(0, MOST).flatMap((object): Intent[] => {
    const refused = refusedOnDsql(engine, object);
    const owner = refused === undefined ? newOwner(engine, object, self.oid, () => true) : null;
    if (owner) return [{ operation: { does: "own", object, owner: owner.oid }, as: null }];
    remarks.add(
      refused ??
        remark(`No other role was read that could own ${object.kind} ${object.name}: create one first.`),
    );
    return [];
  });
  return script(linesFor(engine, intents), [...leftOut(objects.length, "objects"), ...remarks]);
};
