// Applies changes to a catalog: applyChanges(a, diffCatalogs(a, b)) is b. The diff finds its changes with the same steps.

import { rowKey } from "../catalog/canonical-rows.ts";
import type { SectionName } from "../catalog/catalog.ts";
import type { KnownCatalog } from "../catalog/known-catalog.ts";
import {
  applyOtherObject,
  applyRowSecurity,
  applySequenceOwner,
  applyViewRights,
  applyViewRules,
} from "./apply-extras.ts";
import {
  applyAclForm,
  applyAclUnknown,
  applyGrant,
  applyObjectCreated,
  applyObjectDropped,
  applyObjectField,
  applyOwner,
} from "./apply-objects.ts";
import { followers, mismatch, rowsFor } from "./apply-rows.ts";
import type { Change, ChangeOf } from "./change.ts";
import { byKey, putTogether, takeApart, type Working } from "./working-catalog.ts";

const setFirst = (
  working: Working,
  name: SectionName,
  first: ChangeOf<"section-readable">["first"],
): void => {
  if (first) working.sections[name].rows = byKey(name, first);
};

const applyUnreadable = (working: Working, change: ChangeOf<"section-unreadable">): void => {
  const section = working.sections[change.section];
  section.status = { read: false, reason: change.reason, code: change.code };
  section.last = change.known;
  if (change.known) setFirst(working, change.section, change.first);
  else section.rows = null;
};

const applyReadable = (working: Working, change: ChangeOf<"section-readable">): void => {
  const section = working.sections[change.section];
  section.status = { read: true };
  section.last = null;
  setFirst(working, change.section, change.first);
};

const applyRoleRenamed = (working: Working, change: ChangeOf<"role-renamed">): void => {
  rowsFor(working, "roles", change).setField(`${change.role.oid}`, "name", change.to);
  // The mapping view shows the role's present name: that is the same rename, not another change.
  for (const [key, row] of followers(working, "mappings")) {
    if (row.role === change.role.oid)
      rowsFor(working, "mappings", change).setField(key, "roleName", change.to);
  }
};

const applyMembership = (working: Working, change: ChangeOf<"membership">): void => {
  const ids = { role: change.role.oid, member: change.member.oid, grantor: change.grantor.oid };
  const rows = rowsFor(working, "memberships", change);
  const key = rowKey("memberships", ids);
  if (change.after) rows.set(key, { ...ids, ...change.after });
  else rows.remove(key);
};

const applyMapping = (working: Working, change: ChangeOf<"mapping">): void => {
  const row = change.after ?? change.before;
  if (!row) throw mismatch(change);
  const rows = rowsFor(working, "mappings", change);
  if (change.after) rows.set(rowKey("mappings", row), change.after);
  else rows.remove(rowKey("mappings", row));
};

const applyDefaultPrivilege = (working: Working, change: ChangeOf<"default-privilege">): void => {
  const { oid, role, schema, objectType, after } = change;
  const rows = rowsFor(working, "defaultPrivileges", change);
  if (after) rows.set(`${oid}`, { oid, role: role.oid, schema: schema.oid, objectType, acl: after.acl });
  else rows.remove(`${oid}`);
};

type Applier<C> = (working: Working, change: C) => void;

/** One step for each kind of change: a new kind does not compile until it can be applied. */
const appliers: { readonly [K in Change["kind"]]: Applier<ChangeOf<K>> } = {
  "server-version": (working, { to }) => {
    working.serverVersion = to;
  },
  "section-unreadable": applyUnreadable,
  "section-readable": applyReadable,
  "role-created": (working, change) =>
    rowsFor(working, "roles", change).set(`${change.role.oid}`, change.row),
  "role-dropped": (working, change) => rowsFor(working, "roles", change).remove(`${change.role.oid}`),
  "role-renamed": applyRoleRenamed,
  "role-attribute": (working, change) =>
    rowsFor(working, "roles", change).setField(`${change.role.oid}`, change.attribute, change.to),
  membership: applyMembership,
  mapping: applyMapping,
  "object-created": applyObjectCreated,
  "object-dropped": applyObjectDropped,
  "object-renamed": applyObjectField,
  "object-moved": applyObjectField,
  "object-attribute": applyObjectField,
  owner: applyOwner,
  "acl-form": applyAclForm,
  "acl-unknown": applyAclUnknown,
  grant: applyGrant,
  "default-privilege": applyDefaultPrivilege,
  "other-object": applyOtherObject,
  "view-rights": applyViewRights,
  "view-rules": applyViewRules,
  "sequence-owner": applySequenceOwner,
  "row-security": applyRowSecurity,
  // IAM is compared by its states alone: nothing in the catalog follows from it.
  iam: () => {},
};

/** Applies one change in place. AuditError("store") where it does not fit. */
export const applyChange = (working: Working, change: Change): void =>
  (appliers[change.kind] as Applier<Change>)(working, change);

/**
 * `catalog` after the changes; rows in canonical order. AuditError("store") where a change does not fit.
 * @internal The law of the diff in one call, for tests.
 */
export const applyChanges = (catalog: KnownCatalog, changes: readonly Change[]): KnownCatalog => {
  const working = takeApart(catalog);
  for (const change of changes) applyChange(working, change);
  return putTogether(working, catalog);
};
