// What else gives a role the privileges that one grant gave: without it nobody could say whether they are lost.

import { PUBLIC } from "../base/ids.ts";
import { builtInAcl } from "../catalog/built-in-acl.ts";
import type { AnyRow } from "../catalog/canonical-rows.ts";
import type { Acl, AclEntry } from "../catalog/catalog.ts";
import type { Letters, ObjectRef, OtherGrant } from "./change.ts";
import type { Step } from "./diff-step.ts";
import type { Working } from "./working-catalog.ts";

/** The letters that a predefined role gives on every table; https://www.postgresql.org/docs/16/predefined-roles.html */
const everyTable: ReadonlyMap<string, string> = new Map([
  ["pg_read_all_data", "r"],
  ["pg_write_all_data", "awd"],
]);

// A diff asks of one catalog again and again; what it compares with never changes.
const parentsSeen = new WeakMap<Working, ReadonlyMap<number, readonly number[]>>();

/** The roles that each role inherits from at once. */
const parentsIn = (working: Working): ReadonlyMap<number, readonly number[]> => {
  const seen = parentsSeen.get(working);
  if (seen) return seen;
  const { memberships, roles } = working.sections;
  const parents = new Map<number, number[]>();
  for (const row of memberships.rows?.values() ?? []) {
    const member = row.member as number;
    // Before PostgreSQL 16 the member's own attribute decides.
    if (!(row.inherit ?? roles.rows?.get(`${member}`)?.inherit ?? true)) continue;
    parents.set(member, [...(parents.get(member) ?? []), row.role as number]);
  }
  parentsSeen.set(working, parents);
  return parents;
};

/** The roles whose privileges a role has without SET ROLE, itself not among them; null: memberships are not known. */
const inheritedRoles = (working: Working, role: number): number[] | null => {
  if (!working.sections.memberships.status.read) return null;
  const parents = parentsIn(working);
  const found = new Set([role]);
  for (const one of found) for (const parent of parents.get(one) ?? []) found.add(parent);
  found.delete(role);
  return [...found];
};

type Asked = {
  readonly step: Step;
  readonly object: ObjectRef;
  readonly row: AnyRow;
  readonly grantee: number;
  readonly grantor: number;
  /** What is looked for: letters held, and letters with grant option. */
  readonly wanted: Letters;
};

const some = (letters: string, wanted: string): string =>
  [...letters].filter((letter) => wanted.includes(letter)).join("");

/** Of all that give some of it, those that are needed to give all that any gives: a hostile ACL has thousands. */
const needed = (all: readonly OtherGrant[], wanted: Letters): OtherGrant[] => {
  const kept: OtherGrant[] = [];
  let [privileges, grantable] = [wanted.privileges, wanted.grantable];
  for (const one of all) {
    const gives = some(one.privileges, privileges);
    const grants = some(one.grantable, grantable);
    if (!gives && !grants && one.how !== "unread") continue;
    privileges = [...privileges].filter((letter) => !gives.includes(letter)).join("");
    grantable = [...grantable].filter((letter) => !grants.includes(letter)).join("");
    kept.push({
      ...one,
      privileges: some(one.privileges, wanted.privileges),
      grantable: some(one.grantable, wanted.grantable),
    });
  }
  return kept;
};

const aclOf = (acl: Acl, object: ObjectRef, row: AnyRow, version: number): NonNullable<Acl> =>
  acl ??
  (object.section === "columns" ? { entries: [], unknown: [] } : builtInAcl(object.section, row, version));

/** Grants in the object's own ACL and, for a column, in its table's: to the role itself and to PUBLIC. */
const inAcl = (
  { step, grantee, grantor }: Asked,
  entries: readonly AclEntry[],
  onTable: boolean,
): OtherGrant[] => {
  const other = ({ grantee: to, grantor: by, privileges, grantable }: AclEntry): OtherGrant => ({
    how: to === PUBLIC && grantee !== PUBLIC ? "public" : onTable ? "table" : "grant",
    to: step.names.role(to),
    by: step.names.role(by),
    privileges,
    grantable,
  });
  const isSame = (entry: AclEntry): boolean =>
    !onTable && entry.grantee === grantee && entry.grantor === grantor;
  const mine = entries.filter((entry) => entry.grantee === grantee && !isSame(entry));
  const everybodys = grantee === PUBLIC ? [] : entries.filter((entry) => entry.grantee === PUBLIC);
  return [...mine, ...everybodys].map(other);
};

const unread = (step: Step, grantee: number): OtherGrant => ({
  how: "unread",
  to: step.names.role(grantee),
  by: step.names.role(grantee),
  privileges: "",
  grantable: "",
});

/** What gave the same before: only the object's ACL and its table's, which is what grants are about. */
export const othersBefore = (asked: Asked, acl: Acl): OtherGrant[] => {
  const { step, object, row, grantee, wanted } = asked;
  const { serverVersion, sections } = step.now;
  const own = aclOf(acl, object, row, serverVersion);
  const table = object.section === "columns" ? sections.relations.rows?.get(`${object.oid}`) : undefined;
  const key = `relations/${object.oid}`;
  const tableAcl = step.aclBefore.has(key) ? step.aclBefore.get(key) : table?.acl;
  const ofTable = table && (tableAcl ?? builtInAcl("relations", table, serverVersion));
  return needed(
    [
      ...inAcl(asked, own.entries, false),
      ...inAcl(asked, ofTable?.entries ?? [], true),
      ...(own.unknown.length + (ofTable?.unknown.length ?? 0) ? [unread(step, grantee)] : []),
    ],
    wanted,
  );
};

/** What still gives the same afterwards: other grants, PUBLIC, the table of a column, inherited roles, a superuser. */
export const othersAfter = (asked: Asked, acl: Acl): OtherGrant[] => {
  const { step, object, row, grantee, wanted } = asked;
  const { target } = step;
  const own = aclOf(acl, object, row, target.serverVersion);
  const isColumn = object.section === "columns";
  const table = isColumn ? target.sections.relations.rows?.get(`${object.oid}`) : undefined;
  const ofTable = table && (table.acl ?? builtInAcl("relations", table, target.serverVersion));
  const self = step.names.role(grantee);
  const superuser = target.sections.roles.rows?.get(`${grantee}`)?.superuser === true;
  const inherited = grantee === PUBLIC ? [] : inheritedRoles(target, grantee);
  const isTable = isColumn || object.section === "relations";
  const members = (inherited ?? []).flatMap((oid): OtherGrant[] => {
    const to = step.names.role(oid);
    const entries = [...own.entries, ...(ofTable?.entries ?? [])].filter((entry) => entry.grantee === oid);
    const given = entries.map(
      ({ grantor, privileges, grantable }): OtherGrant => ({
        how: "member",
        to,
        by: step.names.role(grantor),
        privileges,
        grantable,
      }),
    );
    const letters = isTable ? everyTable.get(to.name ?? "") : undefined;
    if (letters) given.push({ how: "member", to, by: to, privileges: letters, grantable: "" });
    return given;
  });
  const blind =
    (isColumn && !table) || own.unknown.length + (ofTable?.unknown.length ?? 0) > 0 || inherited === null;
  return needed(
    [
      ...inAcl(asked, own.entries, false),
      ...inAcl(asked, ofTable?.entries ?? [], true),
      ...(superuser ? [{ how: "superuser" as const, to: self, by: self, ...wanted }] : []),
      ...members,
      ...(blind ? [unread(step, grantee)] : []),
    ],
    wanted,
  );
};
