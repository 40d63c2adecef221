// What a role could take, object by object: as owner, by grant options, by code that runs with another's rights.

import { lazily } from "../base/lazily.ts";
import { isDsql } from "../catalog/catalog.ts";
import { HELD_BITS, privilegeBit, privilegeNames } from "../catalog/privileges.ts";
import type { AccessEngine } from "./effective.ts";
import { type RoleId, reachable, targetsOf } from "./effective-graph.ts";
import { grantOptionsOf } from "./effective-matrix.ts";
import { isSystemSchema } from "./effective-objects.ts";
import { cellOf } from "./effective-rows.ts";
import { common, type Escalation, serverRoles, wayTo, wayToPrivilege } from "./escalation-way.ts";
import { objectText } from "./find-object.ts";

/** What a role may that no ACL tells: by attributes, by predefined roles, and by what it could grant to others. */
const powersBesidesAcls = ({ graph }: AccessEngine, role: RoleId): Set<string> => {
  const { createRole, createDb, replication, bypassRls } = graph.roles[role] ?? {};
  const inherited = reachable(graph.inherit, role);
  return new Set([
    ...(createRole ? ["CREATEROLE"] : []),
    ...(createDb ? ["CREATEDB"] : []),
    ...(replication ? ["REPLICATION"] : []),
    ...(bypassRls ? ["BYPASSRLS"] : []),
    ...inherited.flatMap((id) => {
      const name = graph.roles[id]?.name ?? "";
      return [
        ...(name.startsWith("pg_") ? [name] : []),
        ...[...targetsOf(graph.admin, id)].map((to) => `admin ${to}`),
      ];
    }),
  ]);
};

/** Whether its owner makes a function as good as superuser. */
const isAlmighty = (engine: AccessEngine, owner: RoleId): boolean =>
  (engine.graph.roles[owner]?.superuser ?? false) ||
  (!isDsql(engine.catalog) && [...powersBesidesAcls(engine, owner)].some((one) => serverRoles.includes(one)));

/** Whether the owner of a function may do anything that the role may not. */
const holdsMore = (engine: AccessEngine, role: RoleId, owner: RoleId): boolean => {
  const { graph, matrix, objects } = engine;
  if (graph.roles[owner]?.superuser) return true;
  const own = powersBesidesAcls(engine, role);
  if ([...powersBesidesAcls(engine, owner)].some((one) => !own.has(one))) return true;
  return objects.some(
    (object) => (cellOf(matrix, owner, object).held & ~cellOf(matrix, role, object).held & HELD_BITS) !== 0,
  );
};

/** In the order of the objects. */
export const takingsOf = (engine: AccessEngine, role: RoleId): Escalation[] => {
  const { graph, matrix } = engine;
  const more = new Map<RoleId, boolean>();
  const wayToOwner = lazily((owner: RoleId) => wayTo(engine, role, owner));
  const CREATE = privilegeBit("CREATE");
  const EXECUTE = privilegeBit("EXECUTE");
  const TRIGGER = privilegeBit("TRIGGER");
  const dsql = isDsql(engine.catalog);
  return engine.objects.flatMap((object): Escalation[] => {
    const found: Escalation[] = [];
    const cell = cellOf(matrix, role, object);
    const mask = cell.held | cell.settable;
    const usable = matrix.usable(role, object) ? mask : cell.settableUsable;
    const owner = graph.idOf.get(object.owner);
    const base = { ...common, kind: object.kind, target: objectText(object) };
    const asOwner = owner === undefined ? undefined : wayToOwner(owner);
    if (asOwner && object.kind !== "column") {
      const lost = privilegeNames(object.all & HELD_BITS & ~mask);
      found.push({ ...base, ...asOwner, how: "ownership", privileges: lost });
    }
    const grantable = asOwner ? 0 : grantOptionsOf(mask) & HELD_BITS;
    const [first] = privilegeNames(grantable);
    if (first) {
      found.push({
        ...base,
        ...wayToPrivilege(engine, role, first, object),
        how: "grant-option",
        privileges: privilegeNames(grantable),
      });
    }
    if (object.kind === "schema" && mask & CREATE) {
      found.push({
        ...base,
        ...wayToPrivilege(engine, role, "CREATE", object),
        how: "create-in-schema",
      });
    }
    if (!dsql && object.kind === "table" && !asOwner && usable & TRIGGER) {
      found.push({
        ...base,
        ...wayToPrivilege(engine, role, "TRIGGER", object),
        how: "trigger",
        privileges: ["TRIGGER"],
      });
    }
    // The catalog has the system's objects only where an ordinary role was given something on them.
    if (object.kind !== "schema" && isSystemSchema(object.schema)) {
      const own = privilegeNames(mask & HELD_BITS & ~object.everyone);
      const [held] = own;
      if (held)
        found.push({
          ...base,
          ...wayToPrivilege(engine, role, held, object),
          how: "system-object",
          privileges: own,
        });
    }
    if (object.securityDefiner && owner !== undefined && !asOwner && usable & EXECUTE) {
      if (!more.has(owner)) more.set(owner, holdsMore(engine, role, owner));
      if (more.get(owner)) {
        const way = wayToPrivilege(engine, role, "EXECUTE", object);
        found.push({
          ...base,
          ...way,
          how: "security-definer",
          superuser: isAlmighty(engine, owner),
          as: graph.roles[owner]?.name ?? null,
        });
      }
    }
    return found;
  });
};
