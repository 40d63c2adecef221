// The verdict on one mapping: is it used, and how sure can we be?

import type { Instant, Interval } from "../base/time.ts";
import type { MappingPeriod } from "../history/mapping-period.ts";
import type { Verdict } from "./finding.ts";
import { type LastUse, lastUseBefore, type MappingUses } from "./mapping-uses.ts";

type VerdictReason =
  | "used"
  | "several roles"
  | "younger than the window"
  | "capture not proven"
  | "age not known"
  | "a peer is not covered"
  | "peers not known"
  | "not an IAM role or user"
  | "silent";

export type Judged = {
  readonly verdict: Verdict;
  readonly reason: VerdictReason;
  /** The newest use that is certainly of this mapping, and the newest that may be. */
  readonly lastUse: LastUse | undefined;
  readonly lastPossibleUse: LastUse | undefined;
  /** Of the whole window. */
  readonly uncoveredHours: number;
};

/** What one mapping is judged by; `recognised`: its ARN names one role or user, and nobody else could be counted. */
export type MappingFacts = {
  readonly period: MappingPeriod;
  readonly recognised: boolean;
  readonly uses: MappingUses;
};
/**
 * `uncoveredHours`: of the whole database, so also those without proof at a peer in another Region; `byPeers`: they are all of
 * that kind. `peersUnread`: nobody could tell whether it has a peer.
 */
export type WindowFacts = {
  readonly window: Interval;
  readonly uncoveredHours: number;
  readonly byPeers?: boolean;
  readonly peersUnread?: boolean;
};

/**
 * Decides in this order: used in the window, certainly (`active`) or possibly (`ambiguous`); made within it (`grace`);
 * not all of it covered at every endpoint, the mapping's age not known to reach its start, or it is not known whether there is a
 * peer (`unknown`); else `dormant`, or `never-used`
 * where no use of it is known at all. `window` ends where coverage can be judged, with
 * `uncoveredHours` in it; uses count up to `now`.
 */
export const judgeMapping = (
  { period, recognised, uses }: MappingFacts,
  { window, uncoveredHours, byPeers = false, peersUnread = false }: WindowFacts,
  now: Instant,
): Judged => {
  const lastUse = lastUseBefore(uses.certain, now);
  const lastPossibleUse = lastUseBefore(uses.possible, now);
  const answer = (verdict: Verdict, reason: VerdictReason): Judged => ({
    verdict,
    reason,
    lastUse,
    lastPossibleUse,
    uncoveredHours,
  });
  if (lastUse && lastUse.at >= window.from) return answer("active", "used");
  if (lastPossibleUse && lastPossibleUse.at >= window.from) return answer("ambiguous", "several roles");
  const madeLater = period.firstSeenAt > window.from;
  if (madeLater && period.notSeenAt !== null) return answer("grace", "younger than the window");
  if (!recognised) return answer("unknown", "not an IAM role or user");
  if (uncoveredHours > 0) return answer("unknown", byPeers ? "a peer is not covered" : "capture not proven");
  if (madeLater) return answer("unknown", "age not known");
  if (peersUnread) return answer("unknown", "peers not known");
  return answer(lastUse || lastPossibleUse ? "dormant" : "never-used", "silent");
};
