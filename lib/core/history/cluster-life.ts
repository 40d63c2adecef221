// Whether a cluster is still there to be watched: folded from signs that come late, twice and in any order.
import type { Instant } from "../base/time.ts";
import * as z from "../base/zod.ts";

/**
 * One thing that says so. `deleted`: AWS said that there is no such cluster, or CloudTrail recorded its deletion.
 * `seen`: it was there after all. `retired` and `restored`: a person decided it.
 */
export const LifeSign = z.strictObject({
  kind: z.enum(["deleted", "seen", "retired", "restored"]),
  at: z.int(),
  /** The person who decided it, or the principal that deleted it. */
  by: z.optional(z.string()),
  note: z.optional(z.string()),
});
export type LifeSign = z.infer<typeof LifeSign>;

/** Since when a cluster is not watched any more, and why. */
export type Gone = {
  readonly at: Instant;
  readonly reason: "deleted" | "retired";
  readonly by?: string;
  readonly note?: string;
};

/** Of one instant the later one holds: what was seen, and what a person undid. */
const ORDER: readonly LifeSign["kind"][] = ["deleted", "retired", "seen", "restored"];

const compare = (a: LifeSign, b: LifeSign): number =>
  a.at - b.at ||
  ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) ||
  ((a.by ?? "") < (b.by ?? "") ? -1 : (a.by ?? "") > (b.by ?? "") ? 1 : 0) ||
  ((a.note ?? "") < (b.note ?? "") ? -1 : (a.note ?? "") > (b.note ?? "") ? 1 : 0);

/** More than these are never needed: the oldest go first. */
const MAX_SIGNS = 100;

/** The signs with one more, in the order of time; the same array where it is known already. */
export const withSign = (signs: readonly LifeSign[], sign: LifeSign): readonly LifeSign[] =>
  signs.some((known) => compare(known, sign) === 0)
    ? signs
    : [...signs, sign].toSorted(compare).slice(-MAX_SIGNS);

/** The first sign of `kind` that nothing of `undone` came after; undefined: it does not hold. */
const standing = (
  signs: readonly LifeSign[],
  kind: Gone["reason"],
  undone: readonly LifeSign["kind"][],
): LifeSign | undefined => {
  const sorted = signs.toSorted(compare);
  const last = sorted.findLastIndex((sign) => undone.includes(sign.kind));
  return sorted.slice(last + 1).find((sign) => sign.kind === kind);
};

/** AWS said that it is deleted, and nobody has seen it or restored it since. */
export const deletedBy = (signs: readonly LifeSign[]): LifeSign | undefined =>
  standing(signs, "deleted", ["seen", "restored"]);

/** A person retired it, and none restored it since. That it can be seen changes nothing. */
export const retiredBy = (signs: readonly LifeSign[]): LifeSign | undefined =>
  standing(signs, "retired", ["restored"]);

/** undefined: it is watched. Deleted and retired: whichever came first. */
export const goneOf = (signs: readonly LifeSign[]): Gone | undefined => {
  const both = [deletedBy(signs), retiredBy(signs)].filter((sign) => sign !== undefined);
  const [first] = both.toSorted(compare);
  if (!first) return undefined;
  const { at, kind, by, note } = first;
  return {
    at,
    reason: kind === "retired" ? "retired" : "deleted",
    ...(by !== undefined && { by }),
    ...(note !== undefined && { note }),
  };
};
