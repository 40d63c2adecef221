// The end of the findings of a cluster that is gone. Nothing was mended: each says that the cluster is no longer there.
import type { Instant } from "../base/time.ts";
import type { Finding } from "./finding.ts";
import { isClosed } from "./join-families.ts";

/**
 * The findings at `now` of a cluster that is gone since `goneAt`; `because` says so in a sentence. What stood is resolved,
 * what had ended is closed as ended, and what somebody accepted stays accepted. The same objects where nothing changed;
 * twice is once. One that a later look knows more of is left alone.
 */
export const closeGone = (
  findings: readonly Finding[],
  goneAt: Instant,
  because: string,
  now: Instant,
): readonly Finding[] => closeAll(findings, because, now, { clusterGoneAt: goneAt });

/** The same of a cluster that is there, and that nobody chose to watch: an earlier release evaluated it all the same. */
export const closeUnwatched = (findings: readonly Finding[], now: Instant): readonly Finding[] =>
  closeAll(findings, "This deployment does not watch the cluster, so it is not looked at any more.", now);

const closeAll = (
  findings: readonly Finding[],
  closedBecause: string,
  now: Instant,
  more: Pick<Finding, "clusterGoneAt"> = {},
): readonly Finding[] =>
  findings.map((finding) => {
    const { status, confirmedAt } = finding;
    if (isClosed(finding) || status === "exempt" || now < confirmedAt) return finding;
    return {
      ...finding,
      ...{ status: status === "ended" ? "ended" : "resolved", closedAt: now, closedBecause },
      ...more,
    };
  });
