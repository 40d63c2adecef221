// Who holds a declared duty: by being or becoming a role, or by a privilege in a schema, whatever the path.
import type { AccessEngine } from "../privileges/effective.ts";
import type { RoleId } from "../privileges/effective-graph.ts";
import type { AccessObject } from "../privileges/effective-objects.ts";
import type { Duty } from "./baseline.ts";

/** One way to a duty: the roles on it, and of a privilege what and on what. */
export type DutyPath = {
  readonly path: readonly string[];
  readonly privilege: string | null;
  readonly object: AccessObject | null;
};

const byPrivilege = (
  engine: AccessEngine,
  { schemas = [], privileges = [] }: Duty,
): Map<RoleId, DutyPath> => {
  const found = new Map<RoleId, DutyPath>();
  const objects = engine.objects.filter(({ kind, schema, name }) => {
    const place = kind === "schema" ? name : schema;
    return place !== null && schemas.includes(place);
  });
  for (const object of objects) {
    for (const { role, privilege, usable, path } of engine.rows({ objects: [object] })) {
      // What the schema does not let anybody use is no way to anything.
      if (usable === false || !privileges.includes(privilege)) continue;
      const id = engine.graph.idOfName.get(role);
      if (id !== undefined && !found.has(id)) found.set(id, { path, privilege, object });
    }
  }
  return found;
};

const byRole = (engine: AccessEngine, { roles = [] }: Duty): Map<RoleId, DutyPath> => {
  const found = new Map<RoleId, DutyPath>();
  for (const name of roles) {
    const target = engine.graph.idOfName.get(name);
    if (target === undefined) continue;
    for (const [id, role] of engine.graph.roles.entries()) {
      if (found.has(id)) continue;
      if (id === target || engine.isMember(id, target, "USAGE") || engine.isMember(id, target, "SET"))
        found.set(id, { path: id === target ? [name] : [role.name, name], privilege: null, object: null });
    }
  }
  return found;
};

/** All roles that hold the duty, each with one way to it. */
export const holdersOfDuty = (engine: AccessEngine, duty: Duty): ReadonlyMap<RoleId, DutyPath> =>
  new Map([...byPrivilege(engine, duty), ...byRole(engine, duty)]);
