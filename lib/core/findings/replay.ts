// Judges a recorded stretch of time step by step, as the auditor would have while it lasted. Nothing is stored.

import type { Instant } from "../base/time.ts";
import type { Facts } from "./facts.ts";
import type { Finding, Observation } from "./finding.ts";
import type { Judged } from "./judge.ts";
import { reconcileFindings } from "./reconcile-findings.ts";
import { type AuditView, type AuditViews, auditViews } from "./view.ts";

type Judge = (view: AuditView) => Judged;

export type ReplayRange = {
  readonly from: Instant;
  /** The last moment that is judged, whether or not a step falls on it. */
  readonly to: Instant;
  readonly stepMs: number;
};

/** The moments that are judged: `from`, every step after it, and `to`. */
function* replayMoments({ from, to, stepMs }: ReplayRange): Generator<Instant> {
  for (let now = from; now < to; now += stepMs) yield now;
  if (from <= to) yield to;
}

/** Titles and evidence as they were at each finding's last sight: worked out for these moments only. */
const describe = (findings: readonly Finding[], judge: Judge, viewAt: AuditViews): Finding[] => {
  const described = new Map<string, Observation>();
  for (const [at, seen] of Map.groupBy(findings, ({ confirmedAt }) => confirmedAt)) {
    const ids = new Set(seen.map(({ id }) => id));
    for (const observation of judge(viewAt(at)).observations) {
      if (ids.has(observation.id)) described.set(observation.id, observation);
    }
  }
  return findings.map((finding) => {
    const seen = described.get(finding.id);
    if (!seen) return finding;
    const { title, evidence, fix } = seen;
    return {
      ...finding,
      title,
      evidence: { ...finding.evidence, ...evidence },
      ...(fix !== undefined && { fix }),
    };
  });
};

/**
 * Every finding that was ever open in the stretch, each once, with its last state, by the time it was first judged.
 * Yields each moment when it is judged, so that a caller can show progress or stop. At no moment anything later is known:
 * of `facts` the mappings, activity and coverage before it count; `facts.now` is not looked at.
 */
export function* replay(facts: Facts, judge: Judge, range: ReplayRange): Generator<Instant, Finding[]> {
  const viewAt = auditViews(facts);
  const everOpen = new Set<string>();
  let findings: Finding[] = [];
  for (const now of replayMoments(range)) {
    const { observations, looks, gone } = judge(viewAt(now, { brief: true }));
    findings = reconcileFindings(findings, observations, looks, now, { gone });
    for (const { id, status } of findings) if (status === "open" || status === "ended") everOpen.add(id);
    yield now;
  }
  return describe(
    findings.filter(({ id }) => everOpen.has(id)),
    judge,
    viewAt,
  ).toSorted((a, b) => a.detectedAt - b.detectedAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}
