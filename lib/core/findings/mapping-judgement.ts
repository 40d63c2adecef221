// What the detectors of the mapping family find: one judgement for each mapping with their verdict, and its evidence.
import { HOUR, type Instant, type Interval, iso } from "../base/time.ts";
import { PEERS_UNREAD_STEP, peerProofs, peerSteps, peersUnreadText } from "../coverage/peer-coverage.ts";
import { revokeMappingSql } from "../sql/statements.ts";
import type { DetectorView, Judgement } from "./detector.ts";
import type { Verdict } from "./finding.ts";
import { type MappingBasis, type MappingEvidence, mappingTitle } from "./mapping-words.ts";
import type { Judged } from "./verdict.ts";
import type { MappingSubject } from "./view-mappings.ts";

const SHOWN = 10;

/** The same object each time, so that its identity is worked out once. */
const subjectOf = (view: DetectorView, mapping: MappingSubject): Judgement["subject"] =>
  view.once(mapping, () => {
    const { principal, role, roleOid } = mapping;
    return { principal, role, roleOid };
  });

type Gap = Interval & { readonly reasons: readonly string[] };

/**
 * The gaps that touch the window: whole, so that they read the same while the window passes over them, but not before
 * capture was expected, nor into hours whose proof may still come.
 */
const gapsOf = ({ coverage: { database, expectedFrom } }: DetectorView, window: Interval): readonly Gap[] =>
  database.uncovered
    .gapsIn(window)
    .map((gap) => ({
      ...gap,
      from: Math.max(gap.from, expectedFrom ?? database.settledUntil),
      to: Math.min(gap.to, database.settledUntil),
    }))
    .filter(({ from, to }) => from < to);

/** The covered stretch that ends with the first gap, as far as the mapping stood in it without a use. */
const provenUnused = (
  { coverage: { database }, mappings }: DetectorView,
  { period }: MappingSubject,
  { lastUse, lastPossibleUse }: Judged,
  gap: Gap | undefined,
): Interval | undefined => {
  if (!gap) return undefined;
  const used = Math.max(lastUse?.at ?? 0, lastPossibleUse?.at ?? 0);
  const stood = mappings.agesAssumed ? 0 : period.firstSeenAt;
  const from = Math.max(database.uncovered.provenSince(gap.from), used, stood);
  return from > 0 && from < gap.from ? { from, to: gap.from } : undefined;
};

type Basis = MappingBasis & { readonly gaps: readonly Gap[]; readonly proven: Interval | undefined };

const basisOf = (view: DetectorView, mapping: MappingSubject, judged: Judged, days: number): Basis => {
  const { mappings } = view;
  const { database } = view.coverage;
  const window = database.windowOf(days);
  const gaps = judged.uncoveredHours > 0 ? gapsOf(view, window) : [];
  const proven = judged.verdict === "unknown" ? provenUnused(view, mapping, judged, gaps[0]) : undefined;
  // A replay knows coverage that is still to come.
  const { firstCoveredAt } = database.uncovered;
  const begun = firstCoveredAt !== undefined && firstCoveredAt < view.now ? firstCoveredAt : undefined;
  // "Never" is known no further back than capture is proven without a gap.
  const since = database.uncovered.provenSince(window.to);
  return {
    gaps,
    proven,
    provenUnusedUntil: proven?.to,
    uncoveredHours: gaps.reduce((sum, { from, to }) => sum + Math.ceil((to - from) / HOUR), 0),
    captureProvenSince: judged.uncoveredHours === 0 ? Math.max(since, 0) : gaps.length ? undefined : begun,
    peers: peerProofs(database.peers, window),
    rivals: judged.reason === "several roles" ? mappings.rivalsOf(mapping).length : 0,
  };
};

const instant = (at: Instant | undefined | null): string | null => (at == null ? null : iso(at));

const evidenceOf = (
  { mappings }: DetectorView,
  mapping: MappingSubject,
  judged: Judged,
  { gaps, proven, uncoveredHours, captureProvenSince, rivals, peers }: Basis,
  days: number,
): MappingEvidence => {
  const { lastUse, lastPossibleUse } = judged;
  return {
    window: { days },
    reason: judged.reason,
    lastUseAt: instant(lastUse?.at),
    ...(lastUse && { lastUseEventId: lastUse.eventId }),
    ...(lastPossibleUse && {
      lastPossibleUseAt: iso(lastPossibleUse.at),
      lastPossibleUseEventId: lastPossibleUse.eventId,
    }),
    captureProvenSince: instant(captureProvenSince),
    ...(proven && { provenUnused: { from: iso(proven.from), to: iso(proven.to) } }),
    uncoveredHours,
    ...(gaps.length && {
      uncovered: gaps.slice(-SHOWN).map(({ from, to, reasons }) => ({
        from: iso(from),
        to: iso(to),
        ...(reasons.length && { reasons }),
      })),
    }),
    ...(peers.length && { peers }),
    mappingAgeAssumed: mappings.agesAssumed,
    mappingFirstSeenAt: mappings.agesAssumed ? null : iso(mapping.period.firstSeenAt),
    mappingNotSeenAt: instant(mapping.period.notSeenAt),
    ...(rivals > 0 && {
      otherRoles: mappings
        .rivalsOf(mapping)
        .slice(0, SHOWN)
        .map(({ role }) => role),
    }),
  };
};

/** Since when what is claimed is so: the last use, or since when "never" is known, within the mapping's life. */
const sinceOf = (
  { coverage: { database }, mappings }: DetectorView,
  { period }: MappingSubject,
  judged: Judged,
  days: number,
): Instant => {
  const window = database.windowOf(days);
  const last = judged.lastUse ?? judged.lastPossibleUse;
  if (judged.verdict === "dormant" && last) return last.at;
  if (judged.verdict === "never-used") {
    const known = Math.max(database.uncovered.provenSince(window.to), 0);
    return Math.min(window.from, Math.max(known, mappings.agesAssumed ? 0 : period.firstSeenAt));
  }
  return Math.max(window.from, mappings.agesAssumed ? window.from : period.firstSeenAt);
};

/** Judgements of all mappings with this verdict. */
export const mappingsWith = (
  view: DetectorView,
  verdict: Verdict,
  days: number,
): readonly Judgement<MappingEvidence>[] =>
  view.mappings.standing.flatMap((mapping): Judgement<MappingEvidence> | readonly [] => {
    const judged = view.mappings.useOf(mapping, days);
    if (judged.verdict !== verdict) return [];
    const found = {
      subject: subjectOf(view, mapping),
      firstSeenAt: sinceOf(view, mapping, judged, days),
      lastSeenAt: view.coverage.database.settledUntil,
      verdict,
    };
    if (view.brief) return { ...found, title: "", evidence: nothing };
    const basis = basisOf(view, mapping, judged, days);
    const isUncovered = judged.reason === "a peer is not covered" || judged.reason === "capture not proven";
    const { peersUnread } = view.coverage.database;
    const steps = isUncovered
      ? peerSteps(basis.peers)
      : judged.reason === "peers not known" && peersUnread !== undefined
        ? [`${peersUnreadText(peersUnread)} ${PEERS_UNREAD_STEP}`]
        : [];
    return {
      ...found,
      title: mappingTitle(view, mapping, judged, basis),
      evidence: evidenceOf(view, mapping, judged, basis, days),
      ...(steps.length > 0 && { fix: steps.map((step) => `-- ${step}`).join("\n") }),
      ...((verdict === "dormant" || verdict === "never-used") && {
        fix: `${revokeMappingSql(mapping.role, mapping.principal)}\n-- Then drop the role, if it owns nothing and nobody else is mapped to it.`,
      }),
    };
  });

/** What a brief view says: its reader asks again for what it shows. */
const nothing = {} as MappingEvidence;
