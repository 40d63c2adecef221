// Entries of ACLs that could not be read: whom they grant what is not known, and every answer about their object says so.
import type { Acl } from "../core/catalog/catalog.ts";
import { rowsOf } from "../core/catalog/catalog.ts";
import type { AccessEngine } from "../core/privileges/effective.ts";
import { type AccessObject, type ObjectKind, sectionOf } from "../core/privileges/effective-objects.ts";

export type UnreadEntries = {
  readonly kind: ObjectKind;
  readonly schema: string | null;
  readonly object: string;
  readonly column: string | null;
  /** As the catalog has them. */
  readonly entries: readonly string[];
};

type Row = {
  readonly oid?: number;
  readonly relation?: number;
  readonly number?: number;
  readonly acl?: Acl;
};

/** Of each object whose ACL has any, in the order of the objects. */
export const unreadEntries = (
  { catalog }: AccessEngine,
  objects: readonly AccessObject[],
): UnreadEntries[] => {
  const found = new Map<string, readonly string[]>();
  for (const section of new Set(objects.map(({ kind }) => sectionOf(kind)))) {
    for (const { oid, relation, number = 0, acl } of rowsOf(catalog, section) as readonly Row[]) {
      if (acl?.unknown.length) found.set(`${section} ${relation ?? oid} ${number}`, acl.unknown);
    }
  }
  if (found.size === 0) return [];
  return objects.flatMap(({ kind, oid, columnNumber, schema, name, column }) => {
    const entries = found.get(`${sectionOf(kind)} ${oid} ${columnNumber}`);
    return entries ? [{ kind, schema, object: name, column, entries }] : [];
  });
};
