// Applies changes to a catalog: applyChanges(a, diffCatalogs(a, b)) is b. The diff finds its changes with the same steps.
import { AuditError } from "../../errors.ts";
import { builtInAcl } from "../catalog/built-in-acl.ts";
import { type AnyRow, canonicalAcl, rowKey } from "../catalog/canonical-rows.ts";
import type { Acl, SectionName } from "../catalog/catalog.ts";
import type { KnownCatalog } from "../catalog/known-catalog.ts";
import type { Change, ChangeOf, ObjectRef } from "./change.ts";
import { byKey, putTogether, takeApart, type Working } from "./working-catalog.ts";

/** The key of an object's row within its section. */
export const objectKey = ({ oid, column }: Pick<ObjectRef, "oid" | "column">): string =>
  column === null ? `${oid}` : `${oid}/${column}`;

const mismatch = (change: Change): AuditError =>
  new AuditError("store", `a change does not fit what it is applied to (${change.kind})`, {
    hint: "Run: dsql-audit history verify",
  });

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

/** Only a section that is readable now follows what happens in another: what could not be read stays as last known. */
const followers = (working: Working, name: SectionName): Map<string, AnyRow> | null =>
  working.sections[name].status.read ? working.sections[name].rows : null;

/** Applies one change in place. AuditError("store") where it does not fit. */
export const applyChange = (working: Working, change: Change): void => {
  const rowsOf = (name: SectionName): Map<string, AnyRow> => {
    const { rows } = working.sections[name];
    if (!rows) throw mismatch(change);
    return rows;
  };
  const replace = (name: SectionName, key: string, with_: (row: AnyRow) => AnyRow): void => {
    const rows = rowsOf(name);
    const row = rows.get(key);
    if (!row) throw mismatch(change);
    rows.set(key, with_(row));
  };
  const setOrDelete = (name: SectionName, key: string, row: AnyRow | null): void => {
    if (row) rowsOf(name).set(key, row);
    else if (!rowsOf(name).delete(key)) throw mismatch(change);
  };
  const setField = (name: SectionName, key: string, field: string, value: unknown): void =>
    replace(name, key, (row) => ({ ...row, [field]: value }));
  const columnsOf = (relation: number): [string, AnyRow][] =>
    [...(followers(working, "columns") ?? [])].filter(([, row]) => row.relation === relation);

  switch (change.kind) {
    case "server-version":
      working.serverVersion = change.to;
      return;
    case "section-unreadable": {
      const section = working.sections[change.section];
      section.status = { read: false, reason: change.reason, code: change.code };
      section.last = change.known;
      if (!change.known) section.rows = null;
      else if (change.first) section.rows = byKey(change.section, change.first);
      return;
    }
    case "section-readable": {
      const section = working.sections[change.section];
      section.status = { read: true };
      section.last = null;
      if (change.first) section.rows = byKey(change.section, change.first);
      return;
    }
    case "role-created":
      setOrDelete("roles", `${change.role.oid}`, change.row);
      return;
    case "role-dropped":
      setOrDelete("roles", `${change.role.oid}`, null);
      return;
    case "role-renamed":
      setField("roles", `${change.role.oid}`, "name", change.to);
      // The mapping view shows the role's present name: that is the same rename, not another change.
      for (const [key, row] of followers(working, "mappings") ?? []) {
        if (row.role === change.role.oid) setField("mappings", key, "roleName", change.to);
      }
      return;
    case "role-attribute":
      setField("roles", `${change.role.oid}`, change.attribute, change.to);
      return;
    case "membership": {
      const ids = { role: change.role.oid, member: change.member.oid, grantor: change.grantor.oid };
      setOrDelete("memberships", rowKey("memberships", ids), change.after && { ...ids, ...change.after });
      return;
    }
    case "mapping": {
      const row = change.after ?? change.before;
      if (!row) throw mismatch(change);
      setOrDelete("mappings", rowKey("mappings", row), change.after);
      return;
    }
    case "object-created":
      setOrDelete(change.entry.section, `${change.entry.row.oid}`, change.entry.row);
      return;
    case "object-dropped":
      setOrDelete(change.entry.section, `${change.entry.row.oid}`, null);
      if (change.entry.section === "relations") {
        for (const [key] of columnsOf(change.entry.row.oid)) rowsOf("columns").delete(key);
      }
      return;
    case "object-renamed":
      setField(change.object.section, objectKey(change.object), "name", change.to);
      return;
    case "object-moved":
      setField(change.object.section, objectKey(change.object), "schema", change.to);
      return;
    case "object-attribute":
      setField(change.object.section, objectKey(change.object), change.attribute, change.to);
      return;
    case "owner": {
      const [from, to] = [change.from.oid, change.to.oid];
      const { section, oid } = change.object;
      replace(section, objectKey(change.object), (row) => ({
        ...row,
        owner: to,
        acl: reown(row.acl ?? null, from, to),
      }));
      for (const [key] of section === "relations" ? columnsOf(oid) : []) {
        replace("columns", key, (row) => ({ ...row, acl: reown(row.acl ?? null, from, to) }));
      }
      return;
    }
    case "acl-form":
      applyAclForm(working, change);
      return;
    case "acl-unknown":
      replace(change.object.section, objectKey(change.object), (row) => ({
        ...row,
        acl: row.acl ? { ...row.acl, unknown: change.to } : null,
      }));
      return;
    case "grant":
      replace(change.object.section, objectKey(change.object), (row) => {
        const others = (row.acl?.entries ?? []).filter(
          ({ grantee, grantor }) => grantee !== change.grantee.oid || grantor !== change.grantor.oid,
        );
        const entry = change.after && {
          grantee: change.grantee.oid,
          grantor: change.grantor.oid,
          ...change.after,
        };
        return {
          ...row,
          acl: canonicalAcl({
            entries: entry ? [...others, entry] : others,
            unknown: row.acl?.unknown ?? [],
          }),
        };
      });
      return;
    case "default-privilege": {
      const { oid, role, schema, objectType, after } = change;
      const row = after && { oid, role: role.oid, schema: schema.oid, objectType, acl: after.acl };
      setOrDelete("defaultPrivileges", `${oid}`, row);
      return;
    }
    default:
      change satisfies never;
  }
};

/** From "the built-in default applies" to that default written down, or back. A column without an ACL has no row. */
const applyAclForm = (working: Working, { object, explicit, column }: ChangeOf<"acl-form">): void => {
  const key = objectKey(object);
  const rows = working.sections[object.section].rows;
  if (object.section === "columns") {
    if (!explicit) rows?.delete(key);
    else
      rows?.set(key, {
        relation: object.oid,
        number: object.column,
        name: column,
        acl: { entries: [], unknown: [] },
      });
    return;
  }
  const row = rows?.get(key);
  if (row)
    rows?.set(key, { ...row, acl: explicit ? builtInAcl(object.section, row, working.serverVersion) : null });
};

/** `catalog` after the changes; rows in canonical order. AuditError("store") where a change does not fit. */
export const applyChanges = (catalog: KnownCatalog, changes: readonly Change[]): KnownCatalog => {
  const working = takeApart(catalog);
  for (const change of changes) applyChange(working, change);
  return putTogether(working, catalog);
};
