// What findings on roles and their privileges have in common: when they were seen, whom they are about, how things are called.
import { ADMIN } from "../activity/admin-logins.ts";
import type { Oid } from "../base/ids.ts";
import { type Instant, iso } from "../base/time.ts";
import { visible } from "../base/visible-text.ts";
import type { Role } from "../catalog/catalog.ts";
import { isDsql } from "../catalog/catalog.ts";
import { type Archetype, isReader } from "../privileges/archetype.ts";
import type { AccessEngine } from "../privileges/effective.ts";
import type { AccessObject } from "../privileges/effective-objects.ts";
import type { DetectorView } from "./detector.ts";

/** Between which two snapshots it began; without `after`, it was there at the first one that was judged. */
export type Since = { readonly after?: string; readonly by: string };

/** The newest snapshot as the beginning of what is found in it: the finding keeps the earliest. */
export const seenInSnapshot = (
  view: DetectorView,
): {
  readonly since: Since;
  readonly times: { readonly firstSeenAt: Instant; readonly lastSeenAt: Instant };
} => {
  const takenAt = view.privileges.snapshot?.takenAt ?? view.now;
  const before = view.privileges.snapshot?.judgedBefore ?? null;
  return {
    since: { ...(before !== null && before < takenAt && { after: iso(before) }), by: iso(takenAt) },
    times: { firstSeenAt: takenAt, lastSeenAt: takenAt },
  };
};

/** Raw: a schema's, object's or column's whole name. */
export const rawName = ({ schema, name, column }: Pick<AccessObject, "schema" | "name" | "column">): string =>
  [schema, name, column].filter((part) => part !== null).join(".");

export const shownName = (object: Pick<AccessObject, "schema" | "name" | "column">): string =>
  visible(rawName(object), 130);

export const shownRole = (name: string): string => visible(name, 63);

/** "orders, items and 3 more": at most `most` names. */
export const someOf = (names: readonly string[], most = 3): string => {
  const shown = names.slice(0, most);
  const left = names.length - shown.length;
  if (left > 0) return `${shown.join(", ")} and ${left} more`;
  return shown.length > 1 ? `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}` : (shown[0] ?? "");
};

/** Whether the role is the server's own, a superuser, or DSQL's `admin`: these have all, and nothing of it is news. */
export const isBuiltIn = (engine: AccessEngine, { name, superuser }: Role): boolean =>
  superuser || name.startsWith("pg_") || (isDsql(engine.catalog) && name === ADMIN);

/** What somebody declared the role to be for; never what its name says, which whoever makes a role can choose. */
export const declaredAs = (view: DetectorView, role: string): Archetype | undefined => {
  const found = view.privileges.archetypeOf(role);
  return found?.because === "declared" ? found.archetype : undefined;
};

/** Whether `privilege-exceeds-archetype` tells all that this role may write, own and become: told once is enough. */
export const isToldAsReader = (view: DetectorView, role: string): boolean =>
  isReader(view.privileges.archetypeOf(role)?.archetype);

export const roleName = ({ graph }: AccessEngine, oid: Oid): string =>
  graph.roles[graph.idOf.get(oid) ?? -1]?.name ?? `the role with OID ${oid}`;
