// What GRANT, REVOKE and a new owner make of one access control list, as PostgreSQL itself works it out (acl.c, aclchk.c).
import { type Oid, PUBLIC } from "../base/ids.ts";
import { aclEntry } from "../catalog/acl-item.ts";
import type { Acl } from "../catalog/catalog.ts";
import { entryMask, GRANT_SHIFT, HELD_BITS, type PrivilegeMask } from "../catalog/privileges.ts";

/** One entry; `mask` holds privileges and, GRANT_SHIFT higher, their grant options. */
export type AclItem = { readonly grantee: Oid; readonly grantor: Oid; readonly mask: PrivilegeMask };

/** Whether a role has another's privileges by inheritance, itself among them (has_privs_of_role()). */
export type HasPrivilegesOf = (role: Oid, of: Oid) => boolean;

export type AclContext = { readonly owner: Oid; readonly hasPrivilegesOf: HasPrivilegesOf };

/** The entries as items; none for null. */
export const itemsOf = (acl: Acl): AclItem[] =>
  (acl?.entries ?? []).map(({ grantee, grantor, privileges, grantable }) => ({
    grantee,
    grantor,
    mask: entryMask(privileges, grantable),
  }));

/** Items as an ACL: sorted as everywhere, empty ones left out. */
export const aclOfItems = (items: readonly AclItem[], unknown: readonly string[] = []): NonNullable<Acl> => ({
  entries: items
    .filter(({ mask }) => mask !== 0)
    .toSorted((a, b) => a.grantee - b.grantee || a.grantor - b.grantor)
    .map(({ grantee, grantor, mask }) => aclEntry(grantee, grantor, mask)),
  unknown: [...unknown],
});

/** The grant options in a mask, as plain privileges. */
const optionsIn = (mask: PrivilegeMask): PrivilegeMask => (mask >>> GRANT_SHIFT) & HELD_BITS;

/** Grant options that a role has directly, the owner all of them (aclmask_direct()). */
export const directOptions = (items: readonly AclItem[], role: Oid, owner: Oid): PrivilegeMask =>
  role === owner
    ? HELD_BITS
    : items.reduce((mask, item) => (item.grantee === role ? mask | optionsIn(item.mask) : mask), 0);

/** Grant options that a role has in any way (aclmask()). */
const allOptions = (
  items: readonly AclItem[],
  role: Oid,
  { owner, hasPrivilegesOf }: AclContext,
): PrivilegeMask => {
  if (hasPrivilegesOf(role, owner)) return HELD_BITS;
  return items.reduce(
    (mask, { grantee, mask: own }) =>
      optionsIn(own) && (grantee === PUBLIC || hasPrivilegesOf(role, grantee)) ? mask | optionsIn(own) : mask,
    0,
  );
};

const isSame = (a: AclItem, b: Pick<AclItem, "grantee" | "grantor">): boolean =>
  a.grantee === b.grantee && a.grantor === b.grantor;

/** The list with more granted. */
export const granted = (items: readonly AclItem[], more: AclItem): AclItem[] =>
  items.some((item) => isSame(item, more))
    ? items.map((item) => (isSame(item, more) ? { ...item, mask: item.mask | more.mask } : item))
    : [...items, more];

/** The list with the mask taken from one entry, and with CASCADE what hung on it; undefined: RESTRICT refuses it. */
export const revoked = (
  items: readonly AclItem[],
  less: AclItem,
  context: AclContext & { readonly cascade: boolean },
): AclItem[] | undefined => {
  const before = items.find((item) => isSame(item, less));
  if (!before) return [...items];
  const mask = before.mask & ~less.mask;
  const left = items.flatMap((item) => (isSame(item, less) ? (mask ? [{ ...item, mask }] : []) : [item]));
  const lost = optionsIn(before.mask) & ~optionsIn(mask);
  return lost ? withoutDependents(left, less.grantee, lost, context) : left;
};

/** Takes away what a role could pass on no longer, and so on (recursive_revoke()). */
const withoutDependents = (
  items: readonly AclItem[],
  role: Oid,
  lost: PrivilegeMask,
  context: AclContext & { readonly cascade: boolean },
): AclItem[] | undefined => {
  if (role === context.owner) return [...items];
  const gone = lost & ~allOptions(items, role, context);
  let left: AclItem[] | undefined = [...items];
  for (;;) {
    const next: AclItem | undefined = left.find(({ grantor, mask }) => grantor === role && mask & gone);
    if (!gone || !next) return left;
    if (!context.cascade) return undefined;
    left = revoked(left, { ...next, mask: gone | (gone << GRANT_SHIFT) }, context);
    if (!left) return undefined;
  }
};

/** The list after the object has gone to another owner: the new one stands wherever the old one stood (aclnewowner()). */
export const withOwner = (items: readonly AclItem[], from: Oid, to: Oid): AclItem[] => {
  const moved = (oid: Oid): Oid => (oid === from ? to : oid);
  return items.reduce<AclItem[]>(
    (all, { grantee, grantor, mask }) =>
      granted(all, { grantee: moved(grantee), grantor: moved(grantor), mask }),
    [],
  );
};

/**
 * On whose authority a GRANT or REVOKE counts (select_best_grantor()): the owner's for the owner and for a superuser, else
 * of `roles` (the role that runs it and all whose privileges it has) the first with every option, or with most of them.
 */
export const bestGrantor = (
  items: readonly AclItem[],
  privileges: PrivilegeMask,
  owner: Oid,
  { runsAs, roles }: { readonly runsAs: Oid | "superuser"; readonly roles: readonly Oid[] },
): { readonly grantor: Oid; readonly may: PrivilegeMask } => {
  if (runsAs === "superuser" || runsAs === owner) return { grantor: owner, may: privileges };
  const count = (mask: number): number => mask.toString(2).replaceAll("0", "").length;
  let best = { grantor: runsAs, may: 0 };
  for (const role of roles) {
    const may = directOptions(items, role, owner) & privileges;
    if (may === privileges) return { grantor: role, may };
    if (count(may) > count(best.may)) best = { grantor: role, may };
  }
  return best;
};
