// What two snapshots hold beside their sections can be compared only where both read it: the rest is said to be not known.
import { type ExtraName, extraNames, extraOf } from "../catalog/extras.ts";
import type { KnownCatalog } from "../catalog/known-catalog.ts";

/** One kind that could not be compared, and why. `names`: always none; changes tell what differs. */
export type NotTold = {
  readonly kind: ExtraName;
  readonly names: readonly string[];
  readonly reason: string;
};

/** The kinds that one of the catalogs did not read, in the order in which snapshots hold them. */
export const notToldBetween = (a: KnownCatalog, b: KnownCatalog): NotTold[] =>
  extraNames.flatMap((kind): NotTold[] => {
    const [before, after] = [extraOf(a, kind), extraOf(b, kind)];
    if (before.rows === null) return [{ kind, names: [], reason: `the earlier snapshot: ${before.reason}` }];
    if (after.rows === null) return [{ kind, names: [], reason: `the later snapshot: ${after.reason}` }];
    return [];
  });
