// What changed of roles, of their memberships and of the principals mapped to them.
import type { AnyRow } from "../catalog/canonical-rows.ts";
import type { Mapping, Role } from "../catalog/catalog.ts";
import { sectionTraits } from "../catalog/section-traits.ts";
import { both, keysOf, type Step, same } from "./diff-step.ts";

export const diffRoles = (step: Step): void => {
  const rows = both(step, "roles");
  if (!rows) return;
  const { names, found } = step;
  for (const row of [...rows.from.values()] as Role[]) {
    if (!rows.to.has(`${row.oid}`))
      found({ kind: "role-dropped", role: { oid: row.oid, name: row.name }, row });
  }
  for (const [key, to] of rows.to as Map<string, Role>) {
    const from = rows.from.get(key) as Role | undefined;
    const role = names.role(to.oid);
    if (!from) {
      found({ kind: "role-created", role, row: to });
      continue;
    }
    if (from.name !== to.name) found({ kind: "role-renamed", role, from: from.name, to: to.name });
    for (const attribute of sectionTraits.roles.fields) {
      if (attribute === "oid" || attribute === "name" || from[attribute] === to[attribute]) continue;
      found({ kind: "role-attribute", role, attribute, from: from[attribute], to: to[attribute] });
    }
  }
};

export const diffMemberships = (step: Step): void => {
  const rows = both(step, "memberships");
  for (const key of rows ? keysOf(rows) : []) {
    const from = rows?.from.get(key);
    const to = rows?.to.get(key);
    if (same(from, to)) continue;
    const ids = (to ?? from) as { role: number; member: number; grantor: number };
    const options = (row: AnyRow | undefined) => {
      const { admin, inherit, set } = (row ?? {}) as {
        admin: boolean;
        inherit: boolean | null;
        set: boolean | null;
      };
      return row ? { admin, inherit, set } : null;
    };
    step.found({
      kind: "membership",
      role: step.names.role(ids.role),
      member: step.names.role(ids.member),
      grantor: step.names.role(ids.grantor),
      before: options(from),
      after: options(to),
    });
  }
};

export const diffMappings = (step: Step): void => {
  const rows = both(step, "mappings");
  for (const key of rows ? keysOf(rows) : []) {
    const before = (rows?.from.get(key) as Mapping | undefined) ?? null;
    const after = (rows?.to.get(key) as Mapping | undefined) ?? null;
    const row = after ?? before;
    if (!row || same(before, after)) continue;
    const role = { oid: row.role, name: row.roleName };
    step.found({ kind: "mapping", role, principal: row.arn, before, after });
  }
};
