// The life of findings: what was open before and what a look found give what is open now. Twice is the same as once.
import { CLOSE_AFTER_MS, QUIET_MS } from "../anomaly/episode.ts";
import type { Instant } from "../base/time.ts";
import type { Exemption } from "./exemption.ts";
import type { Finding, Look, Observation } from "./finding.ts";
import { exemptionKey } from "./finding-id.ts";

export type ReconcileOptions = {
  readonly exemptions?: readonly Exemption[];
  /** The newest look that was recorded: one that is older comes too late to say anything. */
  readonly lastLookAt?: Instant | undefined;
};

const isClosed = ({ status, closedAt }: Finding): boolean => status === "resolved" || closedAt !== undefined;

/** Both are about a stretch of time, which late events move: then the facet alone does not tell that it is the same one. */
const isOfStretch = ({ category, subject }: Observation): boolean =>
  category === "anomalous" || (category === "coverage" && subject.facet !== "");

/**
 * Is it the same stretch? Of one principal's episode with less than a day between; of one detector's gap where they
 * overlap and the finding is still open: a gap that is filled from its beginning is no new gap.
 */
const isSameStretch = (finding: Finding, observation: Observation): boolean => {
  const { category, subject } = observation;
  if (finding.cluster !== observation.cluster || finding.category !== category) return false;
  if (category === "anomalous") {
    return (
      finding.subject.principal === subject.principal &&
      finding.firstSeenAt - observation.lastSeenAt < QUIET_MS &&
      observation.firstSeenAt - finding.lastSeenAt < QUIET_MS
    );
  }
  return (
    finding.detector === observation.detector &&
    finding.subject.object === subject.object &&
    !isClosed(finding) &&
    finding.firstSeenAt < observation.lastSeenAt &&
    observation.firstSeenAt < finding.lastSeenAt
  );
};

/** Observations by the id of the finding that they continue. */
const matched = (
  existing: readonly Finding[],
  observations: readonly Observation[],
): ReadonlyMap<string, Observation> => {
  const known = new Set(existing.map(({ id }) => id));
  const stretches = existing
    .filter(isOfStretch)
    .toSorted((a, b) => a.firstSeenAt - b.firstSeenAt || (a.id < b.id ? -1 : 1));
  const byId = new Map<string, Observation>();
  for (const observation of observations) {
    if (!isOfStretch(observation) || known.has(observation.id)) byId.set(observation.id, observation);
  }
  for (const observation of observations) {
    if (byId.has(observation.id)) continue;
    const same = stretches.find((finding) => !byId.has(finding.id) && isSameStretch(finding, observation));
    byId.set(same?.id ?? observation.id, observation);
  }
  return byId;
};

const begin = (id: string, observation: Observation, now: Instant, reopened: number): Finding => ({
  ...observation,
  id,
  status: "open",
  detectedAt: now,
  confirmedAt: now,
  reopened,
});

/** A state was seen first when it was seen first; an idle time or a gap is as long as the newest look says. */
const keepsBeginning = ({ category, subject }: Finding): boolean =>
  category !== "dormant" && !(category === "coverage" && subject.facet !== "");

/** Found again. What is known of its beginning stays known: later looks see less of it. */
const seenAgain = (finding: Finding, observation: Observation, now: Instant): Finding => {
  const { eventIds: _, fix: __, verdict: ___, ...rest } = finding;
  const { since } = finding.evidence;
  const goesOn =
    finding.status === "ended" &&
    observation.lastSeenAt > finding.lastSeenAt &&
    now < observation.lastSeenAt + QUIET_MS;
  const { closedAt: ____, ...reopened } = rest;
  const life = goesOn ? { ...reopened, status: "open" as const } : rest;
  return {
    ...life,
    ...observation,
    id: finding.id,
    subject: { ...observation.subject, facet: finding.subject.facet },
    evidence: since === undefined ? observation.evidence : { ...observation.evidence, since },
    firstSeenAt: keepsBeginning(finding)
      ? Math.min(finding.firstSeenAt, observation.firstSeenAt)
      : observation.firstSeenAt,
    confirmedAt: now,
  };
};

/** An episode ends by itself, whoever looks: open, then ended, then closed. Never back: that takes a later event. */
const aged = (finding: Finding, now: Instant): Finding => {
  const { category, status, closedAt } = finding;
  if (category !== "anomalous" || closedAt !== undefined || (status !== "open" && status !== "ended"))
    return finding;
  const endsAt = finding.lastSeenAt + QUIET_MS;
  const closesAt = endsAt + CLOSE_AFTER_MS;
  if (now >= closesAt) return { ...finding, status: "ended", closedAt: closesAt };
  return now >= endsAt && status === "open" ? { ...finding, status: "ended" } : finding;
};

/** Accepted as long as an exemption holds; after it people are told again. */
const exempted = (finding: Finding, valid: ReadonlySet<string>): Finding => {
  if (isClosed(finding)) return finding;
  const isExempt = valid.has(exemptionKey(finding));
  if (isExempt) return finding.status === "exempt" ? finding : { ...finding, status: "exempt" };
  if (finding.status !== "exempt") return finding;
  const { noticedAt: _, ...again } = finding;
  return { ...again, status: "open" };
};

/**
 * The findings after a look at `now`: those of `existing` in their order (the same object where nothing changed), then
 * the new ones. Found: opened, confirmed, or opened for another life. Not found: resolved, but only by a complete look
 * that could judge them; an anomaly ends by time. A look older than what a finding already knows leaves it alone.
 */
export const reconcileFindings = (
  existing: readonly Finding[],
  observations: readonly Observation[],
  looks: readonly Look[],
  now: Instant,
  { exemptions = [], lastLookAt }: ReconcileOptions = {},
): Finding[] => {
  if (lastLookAt !== undefined && now < lastLookAt) return [...existing];
  const seen = matched(existing, observations);
  const complete = new Map(looks.filter((look) => look.complete).map((look) => [look.detector, look]));
  const unjudged = new Set(looks.flatMap((look) => look.unjudged ?? []));
  const valid = new Set(exemptions.filter(({ until }) => until > now).map(({ key }) => key));

  const next = (finding: Finding): Finding => {
    const observation = seen.get(finding.id);
    if (now < finding.confirmedAt) return finding;
    if (observation) {
      if (finding.status !== "resolved") return seenAgain(finding, observation, now);
      return now > (finding.closedAt ?? 0)
        ? begin(finding.id, observation, now, finding.reopened + 1)
        : finding;
    }
    if (finding.category === "anomalous" || isClosed(finding)) return finding;
    const own = complete.get(finding.detector);
    const hidden =
      own?.unjudgedFacets?.some((beginning) => finding.subject.facet.startsWith(beginning)) ?? false;
    const judged = own !== undefined && !hidden && !unjudged.has(finding.id) && now > finding.confirmedAt;
    return judged ? { ...finding, status: "resolved", closedAt: now } : finding;
  };

  const known = new Set(existing.map(({ id }) => id));
  const fresh = [...seen]
    .filter(([id]) => !known.has(id))
    .map(([id, observation]) => begin(id, observation, now, 0));
  return [...existing.map(next), ...fresh].map((finding) => aged(exempted(finding, valid), now));
};
