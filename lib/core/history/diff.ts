// What changed from one catalog to another, as changes that people recognise. Pure, and exact: see apply.ts.
import { AuditError } from "../../errors.ts";
import { type AnyRow, rowFields } from "../catalog/canonical-rows.ts";
import { type Mapping, type Role, sectionNames } from "../catalog/catalog.ts";
import type { KnownCatalog } from "../catalog/known-catalog.ts";
import { applyChange } from "./apply.ts";
import type { Change } from "./change.ts";
import { namesOf } from "./diff-names.ts";
import { diffGrants, diffObjects, objectSections } from "./diff-objects.ts";
import { both, type Step, same } from "./diff-step.ts";
import { takeApart } from "./working-catalog.ts";

const diffStatus = ({ now, target, found }: Step): void => {
  for (const section of sectionNames) {
    const a = now.sections[section];
    const b = target.sections[section];
    const first = !a.rows && b.rows ? ([...b.rows.values()] as Record<string, unknown>[]) : null;
    const { status, last } = b;
    if (status.read) {
      if (!a.status.read) found({ kind: "section-readable", section, first });
    } else if (!same(a.status, status) || !same(a.last, last)) {
      const { reason, code } = status;
      found({ kind: "section-unreadable", section, reason, code, known: last && { ...last }, first });
    }
  }
};

const diffRoles = (step: Step): void => {
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
    for (const attribute of rowFields.roles) {
      if (attribute === "oid" || attribute === "name" || from[attribute] === to[attribute]) continue;
      found({ kind: "role-attribute", role, attribute, from: from[attribute], to: to[attribute] });
    }
  }
};

/** Every key of either side, the ones that go first: what is made again under a new key reads as drop, then create. */
const keysOf = ({ from, to }: { from: Map<string, AnyRow>; to: Map<string, AnyRow> }): string[] => [
  ...[...from.keys()].filter((key) => !to.has(key)),
  ...to.keys(),
];

const diffMemberships = (step: Step): void => {
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

const diffMappings = (step: Step): void => {
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

const diffDefaults = (step: Step): void => {
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

/**
 * The changes that lead from `a` to `b`, in an order in which they can be applied. A section that one side could not
 * read is compared by what was last known of it; where nothing was, nothing is said to have come or gone.
 * AuditError("usage") for catalogs of two clusters.
 */
export const diffCatalogs = (a: KnownCatalog, b: KnownCatalog): Change[] => {
  if (a.cluster !== b.cluster) throw new AuditError("usage", "cannot compare the catalogs of two clusters");
  const changes: Change[] = [];
  const now = takeApart(a);
  const step: Step = {
    now,
    target: takeApart(b),
    names: namesOf(a, b),
    found: (change) => {
      applyChange(now, change);
      changes.push(change);
    },
  };
  if (a.serverVersion !== b.serverVersion) {
    step.found({ kind: "server-version", from: a.serverVersion, to: b.serverVersion });
  }
  diffStatus(step);
  diffRoles(step);
  diffMemberships(step);
  diffMappings(step);
  for (const section of objectSections) diffObjects(step, section);
  for (const section of [...objectSections, "columns"] as const) diffGrants(step, section);
  diffDefaults(step);
  return changes;
};
