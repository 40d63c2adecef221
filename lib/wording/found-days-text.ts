// How often evaluations found a finding again, for people.
import { counted } from "../core/base/counted.ts";
import { minute } from "../core/base/time.ts";
import type { Finding } from "../core/findings/finding.ts";

/**
 * "on 12 days in all"; undefined: on one day so far, or an earlier release began it and did not count. Days of UTC on which
 * an evaluation found it, in this life.
 */
export const foundDaysText = ({ seenDays = 1 }: Pick<Finding, "seenDays">): string | undefined =>
  seenDays > 1 ? `on ${counted(seenDays, "day")} in all` : undefined;

/** The same as a sentence, with the last time. */
export const foundAgainText = (finding: Pick<Finding, "seenDays" | "confirmedAt">): string | undefined => {
  const days = foundDaysText(finding);
  return days && `Evaluations found it ${days}, last at ${minute(finding.confirmedAt)}.`;
};
