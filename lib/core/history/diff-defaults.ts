// What changed of default privileges: what objects that are made later will grant to whom.
import { PUBLIC } from "../base/ids.ts";
import type { AnyRow } from "../catalog/canonical-rows.ts";
import type { Acl } from "../catalog/catalog.ts";
import type { RoleRef } from "./change.ts";
import { both, keysOf, type Step, same } from "./diff-step.ts";

/** The roles that ACLs name, PUBLIC aside; an ACL of thousands would make every list of changes as long again. */
const MOST_NAMES = 50;
const granteesOf = (step: Step, acls: readonly (Acl | undefined)[]): RoleRef[] => {
  const oids = new Set(acls.flatMap((acl) => (acl?.entries ?? []).map(({ grantee }) => grantee)));
  oids.delete(PUBLIC);
  return [...oids].slice(0, MOST_NAMES).map(step.names.role);
};

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
    const before = sameTarget ? state(from) : null;
    step.found({ ...about, before, after: state(to), grantees: granteesOf(step, [before?.acl, to?.acl]) });
  }
};
