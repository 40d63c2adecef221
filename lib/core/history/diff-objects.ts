// What changed of objects: made, dropped, renamed, moved, under a new owner; and then what was granted on them.

import { PUBLIC } from "../base/ids.ts";
import type { AnyRow } from "../catalog/canonical-rows.ts";
import type { Acl } from "../catalog/catalog.ts";
import type { ObjectSection } from "../catalog/object-section.ts";
import { objectKey } from "./apply-rows.ts";
import type { ObjectRef, ObjectRow, RoleRef } from "./change.ts";
import { diffAcl } from "./diff-acl.ts";
import { both, type Step, same } from "./diff-step.ts";

/** The owner and whom the ACL names, PUBLIC aside; an ACL of thousands would make every list of changes as long again. */
const MOST_NAMES = 50;
const rolesOf = ({ names }: Step, row: AnyRow): RoleRef[] => {
  const oids = new Set([row.owner as number, ...(row.acl?.entries ?? []).map(({ grantee }) => grantee)]);
  oids.delete(PUBLIC);
  return [...oids].slice(0, MOST_NAMES).map(names.role);
};

export const diffObjects = (step: Step, section: Exclude<ObjectSection, "columns">): void => {
  const rows = both(step, section);
  if (!rows) return;
  const { names, found } = step;
  const entry = (row: AnyRow): ObjectRow => ({ section, row }) as unknown as ObjectRow;
  for (const [key, row] of [...rows.from]) {
    if (!rows.to.has(key))
      found({
        kind: "object-dropped",
        object: names.object(section, row),
        entry: entry(row),
        roles: rolesOf(step, row),
      });
  }
  for (const [key, to] of rows.to) {
    const from = rows.from.get(key);
    const object = names.object(section, to);
    if (from) diffObject(step, object, from, to);
    else found({ kind: "object-created", object, entry: entry(to), roles: rolesOf(step, to) });
  }
};

const diffObject = ({ names, found }: Step, object: ObjectRef, from: AnyRow, to: AnyRow): void => {
  if (from.name !== to.name)
    found({ kind: "object-renamed", object, from: String(from.name), to: String(to.name) });
  if (from.schema !== to.schema) {
    const [was, is] = [from.schema as number, to.schema as number];
    found({
      kind: "object-moved",
      object,
      from: was,
      to: is,
      fromName: names.schema(was),
      toName: names.schema(is),
    });
  }
  if (from.owner !== to.owner) {
    found({
      kind: "owner",
      object,
      from: names.role(from.owner as number),
      to: names.role(to.owner as number),
    });
  }
  for (const attribute of ["kind", "identityArguments", "securityDefiner"] as const) {
    const [was, is] = [from[attribute], to[attribute]] as [
      string | boolean | undefined,
      string | boolean | undefined,
    ];
    if (was !== is) found({ kind: "object-attribute", object, attribute, from: was ?? null, to: is ?? null });
  }
};

/** After owners and names: grants are compared on what those have left behind. */
export const diffGrants = (step: Step, section: ObjectSection): void => {
  const rows = both(step, section);
  if (!rows) return;
  const { names, now, found } = step;
  const compare = (row: AnyRow, to: Acl): void => {
    const object = names.object(section, row);
    // Every step reads the row anew: the change before it may have replaced it.
    const acl = (): Acl => now.sections[section].rows?.get(objectKey(object))?.acl ?? null;
    step.aclBefore.set(`${section}/${objectKey(object)}`, acl());
    diffAcl({ step, object, acl, to, row });
  };
  for (const [key, row] of [...rows.from]) {
    if (section === "columns" && !rows.to.has(key)) compare(row, null);
  }
  for (const [key, row] of rows.to) {
    const from = rows.from.get(key);
    if (section === "columns" && from && from.name !== row.name) {
      found({
        kind: "object-renamed",
        object: names.object(section, row),
        from: String(from.name),
        to: String(row.name),
      });
    }
    if (!same(from?.acl ?? null, row.acl ?? null)) compare(row, row.acl ?? null);
  }
};
