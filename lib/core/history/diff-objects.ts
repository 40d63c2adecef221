// What changed of objects: made, dropped, renamed, moved, under a new owner; and then what was granted on them.

import type { AnyRow } from "../catalog/canonical-rows.ts";
import type { Acl } from "../catalog/catalog.ts";
import type { ObjectSection } from "../catalog/object-section.ts";
import { objectKey } from "./apply-rows.ts";
import type { ObjectRef, ObjectRow } from "./change.ts";
import { diffAcl } from "./diff-acl.ts";
import { both, type Step, same } from "./diff-step.ts";

export const diffObjects = (step: Step, section: Exclude<ObjectSection, "columns">): void => {
  const rows = both(step, section);
  if (!rows) return;
  const { names, found } = step;
  const entry = (row: AnyRow): ObjectRow => ({ section, row }) as unknown as ObjectRow;
  for (const [key, row] of [...rows.from]) {
    if (!rows.to.has(key))
      found({ kind: "object-dropped", object: names.object(section, row), entry: entry(row) });
  }
  for (const [key, to] of rows.to) {
    const from = rows.from.get(key);
    const object = names.object(section, to);
    if (from) diffObject(step, object, from, to);
    else found({ kind: "object-created", object, entry: entry(to) });
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
