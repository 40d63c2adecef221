// Which exemptions stood at a past moment: those that are kept, and those that acts since then replaced or withdrew.
import type { Instant } from "../base/time.ts";
import { type Act, isFindingAct } from "./act.ts";
import type { Exemption } from "./exemption.ts";
import type { Finding } from "./finding.ts";
import { exemptionKey, exemptionKeys } from "./finding-id.ts";

export type ExemptionsAt = {
  readonly exemptions: readonly Exemption[];
  /** How many stood of which it is only known that somebody withdrew or replaced them later. */
  readonly untold: number;
};

/**
 * The exemptions as of `at`, by what is kept now and by what people did, in the order of time. What an earlier release
 * withdrew left no trace: nobody can tell it.
 */
export const exemptionsAt = (
  kept: readonly Exemption[],
  done: readonly Act[],
  findings: readonly Finding[],
  at: Instant,
): ExemptionsAt => {
  const acts = done.filter(isFindingAct);
  const known = new Map(findings.map((finding) => [finding.id, finding]));
  const standing = new Map<string, Exemption>();
  for (const one of kept) if (one.createdAt <= at) standing.set(one.key, one);
  /** Keys of which an act says what became of them by then. */
  const told = new Set<string>(standing.keys());
  for (const act of acts) {
    const finding = known.get(act.finding);
    if (act.at > at || !finding) continue;
    if (act.kind === "unexempt")
      for (const key of exemptionKeys(finding)) {
        told.add(key);
        if ((standing.get(key)?.createdAt ?? act.at) <= act.at) standing.delete(key);
      }
    if (act.kind !== "exempt" || act.until === undefined) continue;
    const key = exemptionKey(finding);
    told.add(key);
    if ((standing.get(key)?.createdAt ?? Number.NEGATIVE_INFINITY) >= act.at) continue;
    const { cluster, detector, subject, grants } = finding;
    const { owner = "not known", reason = "not known", until, by } = act;
    standing.set(key, {
      ...{ key, cluster, detector, subject, owner, reason, until, createdAt: act.at, createdBy: by },
      ...(grants && { grants }),
    });
  }
  const later = new Set<string>();
  for (const act of acts) {
    if (act.at <= at || act.kind !== "unexempt") continue;
    const finding = known.get(act.finding);
    const keys = finding ? exemptionKeys(finding) : [act.finding];
    // Given after `at` and taken back after it: nothing stood.
    const given = acts.some(
      (one) => one.kind === "exempt" && one.at > at && one.at <= act.at && one.finding === act.finding,
    );
    if (!given && !keys.some((key) => told.has(key))) later.add(act.finding);
  }
  return { exemptions: [...standing.values()], untold: later.size };
};
