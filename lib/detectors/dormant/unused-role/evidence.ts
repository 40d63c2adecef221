// What a finding about a role that nobody uses rests on, and since when nobody has.
import { dayOf, type Instant } from "../../../core/base/time.ts";
import type { DetectorView } from "../../../core/findings/detector.ts";

/** So many names a finding shows. */
export const SHOWN = 10;

export type DormantRoleEvidence = {
  readonly window: { readonly days: number };
  readonly lastUseAt: string | null;
  readonly captureProvenSince: string | null;
  readonly principals: readonly string[];
  readonly reachedThrough?: readonly string[];
  /** null: it is not known, such as where IAM has not been read. */
  readonly whoMay?: readonly string[] | null;
};

/** Since when nobody has, in words: the last use, else as far back as capture is proven. */
export const sinceWords = (lastUseAt: Instant | undefined, provenSince: Instant): string =>
  lastUseAt === undefined
    ? `as far back as capture is proven (${dayOf(provenSince)})`
    : `since ${dayOf(lastUseAt)}`;

/** As far back as capture is proven without a gap, at every endpoint of the database. */
export const provenSince = ({ coverage }: DetectorView, days: number): Instant =>
  Math.max(coverage.database.uncovered.provenSince(coverage.database.windowOf(days).to), 0);
