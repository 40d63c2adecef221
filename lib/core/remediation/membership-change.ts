// What GRANT and REVOKE of a role make of the memberships, as PostgreSQL 16 works it out (user.c).
import type { Oid } from "../base/ids.ts";
import type { Membership } from "../catalog/catalog.ts";

/** The superuser that a server is made with: what superusers grant of roles counts as his. */
export const BOOTSTRAP_SUPERUSER: Oid = 10;

/** Options that a GRANT names; what it leaves out stays, or is the default of a new membership. */
export type MembershipOptions = Partial<Record<"admin" | "inherit" | "set", boolean>>;

type Pair = { readonly role: Oid; readonly member: Oid; readonly grantor: Oid };

const isRow = (row: Membership, { role, member, grantor }: Pair): boolean =>
  row.role === role && row.member === member && row.grantor === grantor;

/** With the membership; `inherits`: the member's own attribute, the default of a new one. */
export const joinedRows = (
  rows: readonly Membership[],
  pair: Pair,
  options: MembershipOptions,
  inherits: boolean,
): Membership[] =>
  rows.some((row) => isRow(row, pair))
    ? rows.map((row) => (isRow(row, pair) ? { ...row, ...options } : row))
    : [...rows, { ...pair, admin: false, inherit: inherits, set: true, ...options }];

/**
 * Without the membership, and with CASCADE without those that its member granted, where the member has no other ADMIN
 * OPTION; undefined: RESTRICT refuses it. A membership that there is not is left as it is.
 */
export const leftRows = (
  rows: readonly Membership[],
  pair: Pair,
  cascade: boolean,
): Membership[] | undefined => {
  const first = rows.find((row) => isRow(row, pair));
  if (!first) return [...rows];
  const gone = new Set([first]);
  for (const { role, member } of gone) {
    const left = rows.filter((row) => row.role === role && !gone.has(row));
    if (left.some((row) => row.member === member && row.admin)) continue;
    for (const row of left) {
      if (row.grantor !== member) continue;
      if (!cascade) return undefined;
      gone.add(row);
    }
  }
  return rows.filter((row) => !gone.has(row));
};
