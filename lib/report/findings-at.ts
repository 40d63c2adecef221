// Findings as they stood at an earlier instant, as far as it can be known: only their present state is stored.

import type { Instant } from "../core/base/time.ts";
import type { Finding, Observation } from "../core/findings/finding.ts";

export type PastFindings = {
  readonly findings: readonly Finding[];
  /** Looked at again since: what they say here is judged anew from the facts of that instant. */
  readonly judgedAnew: number;
  /** Known then, but how they stood cannot be told. */
  readonly leftOut: number;
};

/** What a finding said by then is what it says now: no later look touched it. */
const isUntouched = ({ confirmedAt, closedAt }: Finding, at: Instant): boolean =>
  confirmedAt <= at && (closedAt === undefined || closedAt <= at);

/**
 * Nothing on it is from after `at`. A finding that was looked at since says what `observed`, a judgement of the facts of
 * `at`, says of it; where that finds nothing, it is left out and counted. One that was closed later is open again. Whether
 * one was acknowledged or exempted by then is not stored: it is shown as it is now.
 */
export const findingsAt = (
  findings: readonly Finding[],
  at: Instant,
  observed: readonly Observation[],
): PastFindings => {
  const byId = new Map(observed.map((observation) => [observation.id, observation]));
  const past: Finding[] = [];
  let judgedAnew = 0;
  let leftOut = 0;
  for (const finding of findings) {
    // A finding of a later life may have had an earlier one; of a first life there is nothing before its beginning.
    const isLater = finding.detectedAt > at;
    if (isLater && finding.reopened === 0) continue;
    if (!isLater && isUntouched(finding, at)) {
      past.push(finding);
      continue;
    }
    const observation = byId.get(finding.id);
    if (!observation) {
      leftOut++;
      continue;
    }
    judgedAnew++;
    const closedLater = finding.closedAt !== undefined && finding.closedAt > at;
    const isOver = observation.endedAt !== undefined;
    past.push({
      ...observation,
      status: isOver
        ? "ended"
        : closedLater || isLater || finding.status === "ended"
          ? "open"
          : finding.status,
      detectedAt: Math.min(finding.detectedAt, at),
      confirmedAt: at,
      reopened: Math.max(0, finding.reopened - (isLater ? 1 : 0)),
    });
  }
  return { findings: past, judgedAnew, leftOut };
};
