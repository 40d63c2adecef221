// What the auditor's role has through others: each role that it was made a member of, and what that one can do.
import { counted } from "../../../core/base/counted.ts";
import { type Membership, type Role, rowsOf } from "../../../core/catalog/catalog.ts";
import { privilegeBit } from "../../../core/catalog/privileges.ts";
import { rawName, roleName, shownRole, someOf } from "../../../core/findings/catalog-judgement.ts";
import type { AccessEngine } from "../../../core/privileges/effective.ts";
import type { RoleId } from "../../../core/privileges/effective-graph.ts";
import { powerfulRoles } from "../../../core/privileges/powerful-roles.ts";
import { reachedBy } from "../../../core/privileges/role-way.ts";
import { revokeMembershipSql } from "../../../core/remediation/revoke-membership.ts";
import { attributesOf, type Excess } from "./attributes.ts";
import { ownGrants, WRITES } from "./grants.ts";

const waysOf = (rows: readonly Membership[], self: Role): string => {
  const ways = [
    ...(rows.some(({ inherit }) => inherit ?? self.inherit) ? ["inherits what it has"] : []),
    ...(rows.some(({ set }) => set ?? true) ? ["can SET ROLE to it"] : []),
    ...(rows.some(({ admin }) => admin) ? ["can grant it to itself and others (ADMIN OPTION)"] : []),
  ];
  return ways.length ? someOf(ways) : "has nothing by it, as no option of the membership is set";
};

type Brought = {
  readonly grave: boolean;
  readonly holds: readonly string[];
  readonly can: readonly string[];
};

/** What a role brings to its members: its own, and that of the roles that it is a member of. */
const broughtBy = (engine: AccessEngine, group: RoleId): Brought => {
  const ids = [group, ...reachedBy(engine, group)];
  const powers = powerfulRoles(engine).filter(({ id }) => ids.includes(id));
  const roles = ids.flatMap((id) => engine.graph.roles[id] ?? []);
  const owners = new Set(roles.map(({ oid }) => oid));
  const owned = engine.objects.filter(({ kind, owner }) => kind !== "column" && owners.has(owner));
  const grants = roles.flatMap(({ oid }) => ownGrants(engine, oid));
  const writes = grants.some(({ privilege }) => (privilegeBit(privilege) & WRITES) !== 0);
  return {
    grave:
      owned.length > 0 ||
      writes ||
      grants.some(({ object }) => object.securityDefiner) ||
      roles.some((role) => attributesOf(role).length > 0) ||
      powers.some(({ severity }) => severity !== "medium"),
    can: powers.map(({ can }) => can),
    holds: [
      ...owned.map((object) => `owner of ${object.kind} ${rawName(object)}`),
      ...new Set(grants.map(({ object, privilege }) => `${privilege} on ${object.kind} ${rawName(object)}`)),
    ],
  };
};

/** One for each role that it is directly a member of, whoever granted that. */
export const membershipsOf = (engine: AccessEngine, self: Role): Excess[] => {
  const rows = rowsOf(engine.catalog, "memberships").filter(({ member }) => member === self.oid);
  return [...Map.groupBy(rows, ({ role }) => role)].map(([oid, own]) => {
    const group = engine.graph.idOf.get(oid);
    const name = roleName(engine, oid);
    const { grave, holds, can } =
      group === undefined ? { grave: true, holds: [], can: [] } : broughtBy(engine, group);
    const brings = can[0] ?? (holds.length ? `brings ${counted(holds.length, "privilege")}` : undefined);
    return {
      facet: `member:${oid}`,
      says: `is a member of ${shownRole(name)}${brings === undefined ? "" : `, which ${brings}`}`,
      grave: grave || own.some(({ admin }) => admin),
      holds: [`member of ${name}`, ...holds],
      how: `the role ${waysOf(own, self)}`,
      fix: () => revokeMembershipSql(engine, name, self),
    };
  });
};
