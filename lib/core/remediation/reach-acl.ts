// Finds the next GRANT or REVOKE on the way to the access control lists that are wanted.
import { type Catalog, rowsOf } from "../catalog/catalog.ts";
import { GRANT_SHIFT, HELD_BITS, privilegeBit, privilegeNames } from "../catalog/privileges.ts";
import { type AccessObject, accessObjects } from "../privileges/effective-objects.ts";
import { type AclItem, directOptions } from "./acl-change.ts";
import { applyAll } from "./apply-operation.ts";
import { type Group, onAuthorityOf } from "./run-as.ts";
import { graphOf, itemsAt, ownerOf, refOf, type State } from "./state.ts";

const objectKey = ({ kind, oid, columnNumber }: AccessObject): string =>
  `${kind === "schema" || kind === "database" || kind === "function" || kind === "type" ? kind : "relation"}/${oid}/${columnNumber}`;

type AnyRow = { readonly oid?: number; readonly relation?: number; readonly number?: number };

const rowKey = (section: string, row: AnyRow): string =>
  section === "columns" ? `relation/${row.relation}/${row.number}` : `${sectionKind(section)}/${row.oid}/0`;
const sectionKind = (section: string): string =>
  ({ relations: "relation", functions: "function", types: "type", schemas: "schema" })[section] ?? section;

/** The objects whose rows are not the same rows on both sides: most statements change one. */
const changedObjects = (now: Catalog, wanted: Catalog): AccessObject[] => {
  const changed = new Set<string>();
  for (const name of ["database", "schemas", "relations", "columns", "functions", "types"] as const) {
    if (now.sections[name] === wanted.sections[name]) continue;
    const [before, after] = [rowsOf(now, name), rowsOf(wanted, name)].map((rows) => new Set<AnyRow>(rows));
    for (const row of [...(before ?? []), ...(after ?? [])])
      if (!before?.has(row) || !after?.has(row)) changed.add(rowKey(name, row));
  }
  if (changed.size === 0) return [];
  const found = new Map<string, AccessObject>();
  for (const catalog of [wanted, now])
    for (const object of accessObjects(catalog, graphOf(catalog)))
      if (changed.has(objectKey(object))) found.set(objectKey(object), object);
  return [...found.values()].sort((a, b) => a.index - b.index);
};

const maskIn = (items: readonly AclItem[], { grantee, grantor }: AclItem): number =>
  items.find((item) => item.grantee === grantee && item.grantor === grantor)?.mask ?? 0;

/** What is in `a` and not in `b`, entry by entry. */
const more = (a: readonly AclItem[], b: readonly AclItem[]): AclItem[] =>
  a.flatMap((item) => {
    const mask = item.mask & ~maskIn(b, item);
    return mask ? [{ ...item, mask }] : [];
  });

const privilegesAndOptions = (mask: number) => {
  const options = (mask >>> GRANT_SHIFT) & HELD_BITS;
  return privilegeNames((mask & HELD_BITS) | options);
};

const optionsOf = (mask: number) => privilegeNames((mask >>> GRANT_SHIFT) & HELD_BITS);

/** Whether the grantor may grant it as things stand; an owner always may. */
const mayGrant = (state: State, object: AccessObject, { grantor }: AclItem, bit: number): boolean => {
  const ref = refOf(object);
  const owner = ownerOf(state.catalog, ref);
  const table =
    ref.section === "columns" ? itemsAt(state.catalog, { ...ref, section: "relations", number: 0 }) : [];
  const all = [...table, ...itemsAt(state.catalog, ref)];
  return owner !== undefined && (directOptions(all, grantor, owner) & bit) !== 0;
};

/** The grants that can be made now; where none can, the first of those that take a grant option to be lent. */
export const grantsTo = (state: State, wanted: Catalog): Group[] => {
  let lent: Group[] | undefined;
  for (const object of changedObjects(state.catalog, wanted)) {
    const ref = refOf(object);
    for (const item of more(itemsAt(wanted, ref), itemsAt(state.catalog, ref))) {
      const options = optionsOf(item.mask);
      for (const privilege of privilegesAndOptions(item.mask)) {
        const change = {
          ...{ does: "grant" as const, privilege, object, grantee: item.grantee },
          ...{ option: options.includes(privilege), cascade: false },
        };
        const bit = privilegeBit(privilege);
        if (mayGrant(state, object, item, bit)) return onAuthorityOf(state, item.grantor, change);
        lent ??= onAuthorityOf(state, item.grantor, change);
      }
    }
  }
  return lent ?? [];
};

/** The next REVOKE: first one that nothing hangs on; then, with CASCADE, one that something hangs on. */
export const revokesTo = (state: State, wanted: Catalog): Group[] => {
  let cascading: Group[] | undefined;
  // Schemas last: to revoke something in one, its USAGE may be lent.
  for (const object of changedObjects(state.catalog, wanted).toReversed()) {
    const ref = refOf(object);
    const goal = itemsAt(wanted, ref);
    for (const item of more(itemsAt(state.catalog, ref), goal)) {
      const kept = maskIn(goal, item);
      for (const privilege of privilegesAndOptions(item.mask)) {
        const option = (kept & privilegeBit(privilege)) !== 0;
        const change = { does: "revoke" as const, privilege, object, grantee: item.grantee, option };
        const plain = onAuthorityOf(state, item.grantor, { ...change, cascade: false });
        if (applyAll(state, plain.flat())) return plain;
        cascading ??= onAuthorityOf(state, item.grantor, { ...change, cascade: true });
      }
    }
  }
  return cascading ?? [];
};
