// What a role has of its own beyond what the auditor needs, by the way it got it, each with the SQL that takes it away.

import { counted } from "../../../core/base/counted.ts";
import { visible } from "../../../core/base/visible-text.ts";
import { type Role, rowsOf } from "../../../core/catalog/catalog.ts";
import { type Privilege, privilegeBit, privilegeNames } from "../../../core/catalog/privileges.ts";
import { rawName, roleName, someOf } from "../../../core/findings/catalog-judgement.ts";
import type { AccessEngine } from "../../../core/privileges/effective.ts";
import { type AccessObject, sectionOf } from "../../../core/privileges/effective-objects.ts";
import type { Intent } from "../../../core/remediation/intent.ts";
import { onDsql, script } from "../../../core/remediation/script.ts";
import { linesFor } from "../../../core/remediation/script-lines.ts";
import { attributeExcess, type Excess } from "./attributes.ts";
import { grantsOf, ownGrants, WRITES } from "./grants.ts";
import { membershipsOf } from "./memberships.ts";
import { giveAwaySql, revokeGrantsSql } from "./take-away.ts";

/** What Aurora DSQL may refuse to read hides what is found on it; all else is needed to judge at all. */
export const groups = ["tables", "functions", "types", "database"] as const;
export const groupOf = ({ kind }: Pick<AccessObject, "kind">): (typeof groups)[number] => {
  const section = sectionOf(kind);
  return section === "functions" || section === "types" || section === "database" ? section : "tables";
};

/** In a title. */
const shownObject = (text: string): string => visible(text, 130);

const titled = (object: AccessObject): string => `${object.kind} ${rawName(object)}`;

const ownedExcess = (engine: AccessEngine, self: Role): Excess[] => {
  const owned = engine.objects.filter(({ kind, owner }) => kind !== "column" && owner === self.oid);
  return [...Map.groupBy(owned, groupOf)].map(([group, objects]) => ({
    facet: `owner:${group}`,
    says: `owns ${objects.length === 1 ? shownObject(titled(objects[0] as AccessObject)) : counted(objects.length, "object")}`,
    grave: true,
    holds: objects.map(titled),
    how: "as their owner, who may do everything with them",
    fix: () => giveAwaySql(engine, self, objects),
  }));
};

const grantExcess = (engine: AccessEngine, self: Role): Excess[] =>
  [...Map.groupBy(ownGrants(engine, self.oid), ({ object }) => groupOf(object))].map(([group, grants]) => {
    const objects = new Set(grants.map(({ object }) => object));
    const mask = grants.reduce((all, { privilege }) => all | privilegeBit(privilege), 0);
    const where =
      objects.size === 1 ? shownObject(titled([...objects][0] as AccessObject)) : `${objects.size} objects`;
    const runsAsOwner = grants.some(({ object }) => object.securityDefiner);
    return {
      facet: `grant:${group}`,
      says: `has ${privilegeNames(mask).join(", ")} on ${where}`,
      grave: (mask & WRITES) !== 0 || runsAsOwner,
      holds: [
        ...new Set(
          grants.map(
            ({ object, privilege, option }) =>
              `${privilege} on ${titled(object)}${option ? ", and may pass it on" : ""}`,
          ),
        ),
      ],
      how: `granted to the role itself by ${someOf([...new Set(grants.map(({ grantor }) => roleName(engine, grantor)))])}`,
      fix: () => revokeGrantsSql(engine, self, grants),
    };
  });

const madeKinds: Readonly<Record<string, string>> = {
  r: "tables and views",
  S: "sequences",
  f: "functions",
  T: "types",
  n: "schemas",
};

/** What it will have on objects that others make. */
const defaultExcess = (engine: AccessEngine, self: Role): Excess[] => {
  const found = rowsOf(engine.catalog, "defaultPrivileges").flatMap((row) => {
    const mask = row.role === self.oid ? 0 : grantsOf(row.acl, self.oid);
    return mask ? [{ row, privileges: privilegeNames(mask), mask }] : [];
  });
  if (found.length === 0) return [];
  const schemas = new Map(rowsOf(engine.catalog, "schemas").map(({ oid, name }) => [oid, name]));
  const intents = found.map(({ row: { role, schema, objectType }, privileges }): Intent => {
    const change = {
      does: "revoke-default",
      schema,
      objectType,
      privileges,
      grantee: self.oid,
      option: false,
    } as const;
    // Aurora DSQL refuses FOR ROLE: there the creator itself says it.
    return onDsql(engine)
      ? { operation: change, as: role }
      : { operation: { ...change, creator: role }, as: null };
  });
  const named = (row: (typeof found)[number]["row"], privileges: readonly Privilege[]): string =>
    `${privileges.join(", ")} on new ${madeKinds[row.objectType] ?? "objects"} of ${roleName(engine, row.role)}${row.schema === 0 ? "" : ` in ${schemas.get(row.schema) ?? `OID ${row.schema}`}`}`;
  const holds = found.map(({ row, privileges }) => named(row, privileges));
  return [
    {
      facet: "default",
      says: `will get ${found.length === 1 ? shownObject(holds[0] ?? "") : "privileges on objects that are yet to be made"}`,
      grave: found.some(({ mask }) => (mask & WRITES) !== 0),
      holds,
      how: "by default privileges of whoever makes the objects",
      fix: () => script(linesFor(engine, intents)),
    },
  ];
};

/** All that the role has beyond its needs; what PUBLIC gives it, as it gives everybody, is left out. */
export const excessOf = (engine: AccessEngine, self: Role): readonly Excess[] => [
  ...attributeExcess(engine, self),
  ...membershipsOf(engine, self),
  ...ownedExcess(engine, self),
  ...grantExcess(engine, self),
  ...defaultExcess(engine, self),
];
