// Applies changes of objects: made, dropped, renamed, moved, under a new owner, and what was granted on them.
import { builtInAcl } from "../catalog/built-in-acl.ts";
import { canonicalAcl } from "../catalog/canonical-rows.ts";
import type { Acl, AclEntry } from "../catalog/catalog.ts";
import { dropFromExtras } from "./apply-extras.ts";
import { columnsOf, objectKey, rowsFor } from "./apply-rows.ts";
import type { Change, ChangeOf } from "./change.ts";
import type { Working } from "./working-catalog.ts";

/** What PostgreSQL's ALTER ... OWNER TO does to an ACL: the new owner stands wherever the old one stood. */
const reown = (acl: Acl, from: number, to: number): Acl =>
  acl &&
  canonicalAcl({
    entries: acl.entries.map((entry) => ({
      ...entry,
      grantee: entry.grantee === from ? to : entry.grantee,
      grantor: entry.grantor === from ? to : entry.grantor,
    })),
    unknown: acl.unknown,
  });

export const applyObjectCreated = (working: Working, change: ChangeOf<"object-created">): void => {
  const { section, row } = change.entry;
  rowsFor(working, section, change).set(`${row.oid}`, row);
};

export const applyObjectDropped = (working: Working, change: ChangeOf<"object-dropped">): void => {
  const { section, row } = change.entry;
  rowsFor(working, section, change).remove(`${row.oid}`);
  if (section === "relations") dropFromExtras(working, row.oid);
  for (const [key] of section === "relations" ? columnsOf(working, row.oid) : []) {
    rowsFor(working, "columns", change).remove(key);
  }
};

type FieldChange = Extract<Change, { kind: "object-renamed" | "object-moved" | "object-attribute" }>;
const fieldOf = (change: FieldChange): string => {
  if (change.kind === "object-attribute") return change.attribute;
  return change.kind === "object-renamed" ? "name" : "schema";
};

export const applyObjectField = (working: Working, change: FieldChange): void => {
  const rows = rowsFor(working, change.object.section, change);
  rows.setField(objectKey(change.object), fieldOf(change), change.to);
};

export const applyOwner = (working: Working, change: ChangeOf<"owner">): void => {
  const [from, to] = [change.from.oid, change.to.oid];
  const { section, oid } = change.object;
  rowsFor(working, section, change).replace(objectKey(change.object), (row) => ({
    ...row,
    owner: to,
    acl: reown(row.acl ?? null, from, to),
  }));
  for (const [key] of section === "relations" ? columnsOf(working, oid) : []) {
    const columns = rowsFor(working, "columns", change);
    columns.replace(key, (row) => ({ ...row, acl: reown(row.acl ?? null, from, to) }));
  }
};

/** From "the built-in default applies" to that default written down, or back. A column without an ACL has no row. */
export const applyAclForm = (working: Working, { object, explicit, column }: ChangeOf<"acl-form">): void => {
  const key = objectKey(object);
  const rows = working.sections[object.section].rows;
  if (object.section === "columns") {
    const bare = { relation: object.oid, number: object.column, name: column };
    if (explicit) rows?.set(key, { ...bare, acl: { entries: [], unknown: [] } });
    else rows?.delete(key);
    return;
  }
  const row = rows?.get(key);
  if (row)
    rows?.set(key, { ...row, acl: explicit ? builtInAcl(object.section, row, working.serverVersion) : null });
};

export const applyAclUnknown = (working: Working, change: ChangeOf<"acl-unknown">): void =>
  rowsFor(working, change.object.section, change).replace(objectKey(change.object), (row) => ({
    ...row,
    acl: row.acl ? { ...row.acl, unknown: change.to } : null,
  }));

export const applyGrant = (working: Working, change: ChangeOf<"grant">): void => {
  const [grantee, grantor] = [change.grantee.oid, change.grantor.oid];
  const isOther = (entry: AclEntry): boolean => entry.grantee !== grantee || entry.grantor !== grantor;
  rowsFor(working, change.object.section, change).replace(objectKey(change.object), (row) => {
    const entries = (row.acl?.entries ?? []).filter(isOther);
    if (change.after) entries.push({ grantee, grantor, ...change.after });
    return { ...row, acl: canonicalAcl({ entries, unknown: row.acl?.unknown ?? [] }) };
  });
};
