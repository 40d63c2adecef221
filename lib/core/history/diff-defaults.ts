// What changed of default privileges: what objects that are made later will grant to whom.
import type { AnyRow } from "../catalog/canonical-rows.ts";
import { both, keysOf, type Step, same } from "./diff-step.ts";

export const diffDefaults = (step: Step): void => {
  const rows = both(step, "defaultPrivileges");
  for (const key of rows ? keysOf(rows) : []) {
    const from = rows?.from.get(key);
    const to = rows?.to.get(key);
    const row = to ?? from;
    if (!row || same(from, to)) continue;
    const schema = row.schema as number;
    const state = (one: AnyRow | undefined) => (one ? { acl: one.acl ?? null } : null);
    const about = {
      kind: "default-privilege" as const,
      oid: row.oid as number,
      role: step.names.role(row.role as number),
      schema: { oid: schema, name: step.names.schema(schema) },
      objectType: String(row.objectType),
    };
    const sameTarget =
      !from || !to || same([from.role, from.schema, from.objectType], [to.role, to.schema, to.objectType]);
    step.found({ ...about, before: sameTarget ? state(from) : null, after: state(to) });
  }
};
