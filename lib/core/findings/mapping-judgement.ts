// What the detectors of the dormant family say about a mapping: one judgement, the verdict's evidence in words and figures.

import { DAY, type Instant, iso } from "../base/time.ts";
import { principalName, visible } from "../base/visible-text.ts";
import { revokeMappingSql } from "../sql/statements.ts";
import type { DetectorView, Judgement } from "./detector.ts";
import type { Evidence, Verdict } from "./finding.ts";
import type { Judged } from "./verdict.ts";
import type { MappingSubject } from "./view-mappings.ts";

const SHOWN = 10;

/** The same object each time, so that its identity is worked out once. */
const subjectOf = (view: DetectorView, mapping: MappingSubject): Judgement["subject"] =>
  view.once(mapping, () => {
    const { principal, role, roleOid } = mapping;
    return { principal, role, roleOid };
  });

const instant = (at: Instant | undefined | null): string | null => (at == null ? null : iso(at));

const evidenceOf = (view: DetectorView, mapping: MappingSubject, judged: Judged, days: number): Evidence => {
  const window = view.coverage.windowOf(days);
  const { period } = mapping;
  const rivals = judged.reason === "several roles" ? view.mappings.rivalsOf(mapping) : [];
  const gaps = judged.uncoveredHours > 0 ? view.coverage.uncovered.gapsIn(window) : [];
  return {
    window: { from: iso(window.from), to: iso(window.to), days },
    reason: judged.reason,
    lastUseAt: instant(judged.lastUse?.at),
    ...(judged.lastUse && { lastUseEventId: judged.lastUse.eventId }),
    ...(judged.lastPossibleUse && {
      lastPossibleUseAt: iso(judged.lastPossibleUse.at),
      lastPossibleUseEventId: judged.lastPossibleUse.eventId,
    }),
    // "Never" is known no further back than capture is proven without a gap.
    captureProvenSince: instant(
      judged.uncoveredHours > 0 ? null : Math.max(view.coverage.uncovered.provenSince(window.to), 0),
    ),
    mappingAgeAssumed: view.mappings.agesAssumed,
    mappingFirstSeenAt: view.mappings.agesAssumed ? null : iso(period.firstSeenAt),
    mappingNotSeenAt: instant(period.notSeenAt),
    uncoveredHours: judged.uncoveredHours,
    ...(gaps.length && {
      uncovered: gaps.slice(-SHOWN).map(({ from, to, reasons }) => ({
        from: iso(Math.max(from, window.from)),
        to: iso(Math.min(to, window.to)),
        ...(reasons.length && { reasons }),
      })),
    }),
    ...(rivals.length && { otherRoles: rivals.slice(0, SHOWN).map(({ role }) => role) }),
  };
};

const titleOf = (view: DetectorView, mapping: MappingSubject, judged: Judged, days: number): string => {
  const who = `${principalName(mapping.principal)} as ${visible(mapping.role, 63)}`;
  switch (judged.verdict) {
    case "dormant": {
      const last = judged.lastUse ?? judged.lastPossibleUse;
      const idleDays = last ? Math.floor((view.coverage.settledUntil - last.at) / DAY) : days;
      return `${who}: not used for ${idleDays} days`;
    }
    case "never-used":
      return `${who}: never used, as far as capture is proven`;
    case "unknown":
      return `${who}: cannot say whether it is used (${judged.reason})`;
    case "ambiguous":
      return `${who}: cannot say whether this role is used, the principal has several`;
    case "active":
    case "grace":
      return `${who}: ${judged.reason}`;
    default:
      return judged.verdict satisfies never;
  }
};

/** Since when what is claimed is so: the last use, or since when "never" is known, within the mapping's life. */
const sinceOf = (view: DetectorView, { period }: MappingSubject, judged: Judged, days: number): Instant => {
  const window = view.coverage.windowOf(days);
  const last = judged.lastUse ?? judged.lastPossibleUse;
  if (judged.verdict === "dormant" && last) return last.at;
  if (judged.verdict === "never-used") {
    const known = Math.max(view.coverage.uncovered.provenSince(window.to), 0);
    return Math.min(window.from, Math.max(known, view.mappings.agesAssumed ? 0 : period.firstSeenAt));
  }
  return Math.max(window.from, view.mappings.agesAssumed ? window.from : period.firstSeenAt);
};

/** Judgements of all mappings with this verdict. */
export const mappingsWith = (view: DetectorView, verdict: Verdict, days: number): readonly Judgement[] =>
  view.mappings.standing.flatMap((mapping): Judgement | readonly Judgement[] => {
    const judged = view.mappings.useOf(mapping, days);
    if (judged.verdict !== verdict) return [];
    const found = {
      subject: subjectOf(view, mapping),
      firstSeenAt: sinceOf(view, mapping, judged, days),
      lastSeenAt: view.coverage.settledUntil,
      verdict,
    };
    if (view.brief) return { ...found, title: "", evidence: {} };
    return {
      ...found,
      title: titleOf(view, mapping, judged, days),
      evidence: evidenceOf(view, mapping, judged, days),
      ...((verdict === "dormant" || verdict === "never-used") && {
        fix: `${revokeMappingSql(mapping.role, mapping.principal)}\n-- Then drop the role, if it owns nothing and nobody else is mapped to it.`,
      }),
    };
  });

/** Mappings on which nothing can be said at present: what was found of them before must stay. */
export const mappingsNotJudged = (view: DetectorView, days: number): readonly Judgement["subject"][] =>
  view.mappings.standing
    .filter((mapping) => view.mappings.useOf(mapping, days).verdict === "unknown")
    .map((mapping) => subjectOf(view, mapping));
