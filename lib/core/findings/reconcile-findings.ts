// The life of findings: what was open before and what a look found give what is open now. Twice is the same as once.
import { keptLook } from "../anomaly/closer-look.ts";
import { CLOSE_AFTER_MS, EPISODE_QUIET_MS as QUIET_MS } from "../anomaly/episodes.ts";
import { dayOf, type Instant } from "../base/time.ts";
import type { WhyGone } from "./detector.ts";
import { acceptsGrants, type Exemption } from "./exemption.ts";
import { type Finding, type Look, type Observation, provesUnused } from "./finding.ts";
import { exemptionKeys } from "./finding-id.ts";
import { firstStepAnew } from "./first-step.ts";
import { isClosed, joinFamilies } from "./join-families.ts";
import { matched, toldAlready } from "./match-findings.ts";
import { endUntold, untold } from "./told-of-it.ts";

export type ReconcileOptions = {
  readonly exemptions?: readonly Exemption[];
  /** The newest look that was recorded: one that is older comes too late to say anything. */
  readonly lastLookAt?: Instant | undefined;
  /** Until when a finding that begins now is not mailed; undefined: it is. */
  readonly observedUntil?: (finding: Finding) => Instant | undefined;
  /** What changed for a finding that the look no longer finds. */
  readonly gone?: (finding: Finding) => WhyGone | undefined;
};

const begin = (id: string, observation: Observation, now: Instant, reopened: number): Finding => ({
  ...observation,
  id,
  status: observation.endedAt === undefined ? "open" : "ended",
  detectedAt: now,
  confirmedAt: now,
  reopened,
  seenDays: 1,
  ...(provesUnused(observation.verdict) && { provenAt: now }),
});

/** A state was seen first when it was seen first; a verdict and a stretch begin where the newest look says. */
const keepsBeginning = ({ life, verdict }: Observation): boolean =>
  life !== "stretch" && verdict === undefined;

/** What its end makes of a stretch: ended, and open again where it goes on after all. */
const endOf = (finding: Finding, { life, endedAt }: Observation): Finding => {
  if (life !== "stretch" || isClosed(finding)) return finding;
  if (endedAt !== undefined) return finding.status === "open" ? { ...finding, status: "ended" } : finding;
  if (finding.status !== "ended") return finding;
  return { ...endUntold(finding), status: "open" };
};

/** Found again. What is known of its beginning stays known: later looks see less of it. */
const seenAgain = (finding: Finding, observation: Observation, now: Instant): Finding => {
  const {
    eventIds: _,
    fix: __,
    verdict: ___,
    endedAt: _1,
    ends: _2,
    grants: _3,
    ...rest
  } = endOf(finding, observation);
  const { since } = finding.evidence;
  const evidence = { ...observation.evidence, ...keptLook(finding.evidence, observation.evidence) };
  const goesOn =
    finding.life === "episode" &&
    finding.status === "ended" &&
    observation.lastSeenAt > finding.lastSeenAt &&
    now < observation.lastSeenAt + QUIET_MS;
  const { closedAt: ____, ...reopened } = rest;
  const life = goesOn ? { ...reopened, status: "open" as const } : rest;
  // Another verdict is judged now; but one that was a proof before an outage was judged then.
  const judgedNow = observation.verdict !== finding.verdict && finding.provenAt === undefined;
  return firstStepAnew({
    ...life,
    ...(judgedNow && { detectedAt: now, ...(provesUnused(observation.verdict) && { provenAt: now }) }),
    ...observation,
    ...keptEvents(finding, observation),
    ...calledAs(finding, observation),
    id: finding.id,
    subject: { ...observation.subject, facet: finding.subject.facet },
    evidence: since === undefined ? evidence : { ...evidence, since },
    firstSeenAt: keepsBeginning(observation)
      ? Math.min(finding.firstSeenAt, observation.firstSeenAt)
      : observation.firstSeenAt,
    confirmedAt: now,
    ...countedDay(finding, now),
  });
};

/** Days, because a look that is made again must not count twice, and how often one is made says nothing of the finding. */
const countedDay = ({ seenDays, confirmedAt }: Finding, now: Instant): Pick<Finding, "seenDays"> =>
  seenDays !== undefined && dayOf(now) > dayOf(confirmedAt) ? { seenDays: seenDays + 1 } : {};

const MAX_EVENTS = 50;

/** Where somebody looked closer, what an earlier look found stays. */
const keptEvents = (finding: Finding, { eventIds }: Observation): Pick<Finding, "eventIds"> =>
  "addresses" in finding.evidence && finding.eventIds
    ? { eventIds: [...new Set([...(eventIds ?? []), ...finding.eventIds])].slice(0, MAX_EVENTS) }
    : {};

/** Its mails go on being called as the first one was: an earlier release did not write down how. */
const calledAs = (finding: Finding, { detector }: Observation): Pick<Finding, "toldAs"> => {
  const { toldAs, noticedAt, toldIn, detector: before } = finding;
  const isForgotten = toldAs === undefined && noticedAt !== undefined && toldIn !== "summary";
  return isForgotten && before !== detector ? { toldAs: before } : {};
};

/** An episode ends by itself, whoever looks: open, then ended, then closed. Never back: that takes a later event. */
const aged = (finding: Finding, now: Instant): Finding => {
  const { life, status, closedAt } = finding;
  if (life !== "episode" || closedAt !== undefined || (status !== "open" && status !== "ended"))
    return finding;
  const endsAt = finding.lastSeenAt + QUIET_MS;
  const closesAt = endsAt + CLOSE_AFTER_MS;
  if (now >= closesAt) return { ...finding, status: "ended", closedAt: closesAt };
  return now >= endsAt && status === "open" ? { ...finding, status: "ended" } : finding;
};

/** Accepted as long as an exemption holds; after it people are told again. */
const exempted = (finding: Finding, valid: ReadonlyMap<string, readonly Exemption[]>): Finding => {
  if (isClosed(finding)) return finding;
  const isExempt =
    valid.size > 0 &&
    exemptionKeys(finding).some((key) =>
      valid.get(key)?.some((exemption) => acceptsGrants(exemption, finding)),
    );
  if (isExempt) return finding.status === "exempt" ? finding : { ...finding, status: "exempt" };
  if (finding.status !== "exempt") return finding;
  return { ...untold(finding), status: finding.endedAt === undefined ? "open" : "ended" };
};

/** What is left when the two days are over: the finding is mailed like any other. */
const noLongerObserved = (finding: Finding, now: Instant): Finding => {
  if (finding.observedUntil === undefined || finding.observedUntil > now) return finding;
  const { observedUntil: _, ...rest } = finding;
  return rest;
};

/** No longer found by a look that could have: past where it has left the window, else mended. */
const closed = (
  finding: Finding,
  { reachesFrom }: Look,
  now: Instant,
  gone: ReconcileOptions["gone"],
): Finding => {
  const because = gone?.(finding);
  const mended = because === undefined || typeof because === "string";
  if (finding.life === "stretch" && reachesFrom !== undefined && finding.lastSeenAt <= reachesFrom) {
    const closedBecause = mended
      ? "It is past: evaluations no longer look back so far. Nothing was mended."
      : because.ended;
    return { ...finding, status: "ended", closedAt: now, closedBecause };
  }
  return {
    ...finding,
    status: mended ? "resolved" : "ended",
    closedAt: now,
    ...(because !== undefined && { closedBecause: mended ? because : because.ended }),
  };
};

/** A stretch that was closed and not mended, and is looked at again: a longer window reaches it, a larger one fell apart. */
const takenUpAgain = (finding: Finding): Finding => {
  if (finding.life !== "stretch" || finding.status !== "ended" || !isClosed(finding)) return finding;
  const { closedAt: _, closedBecause: __, ...rest } = finding;
  return rest;
};

/**
 * What is found again begins another life. Only a look closes a state, also where nothing was mended: a state has no end of its
 * own that a later look could see moved.
 */
const isPast = (finding: Finding): boolean =>
  finding.status === "resolved" || (finding.life === "state" && isClosed(finding));

/**
 * An episode that goes on and that a complete look no longer finds: the rest of the estate has since done the same, or
 * what came late explains it. Once it has ended nothing is taken back.
 */
const isWithdrawn = (finding: Finding, complete: ReadonlyMap<string, Look>, now: Instant): boolean =>
  finding.status === "open" && now < finding.lastSeenAt + QUIET_MS && complete.has(finding.detector);

const withdrawn = (finding: Finding, now: Instant): Finding => ({
  ...finding,
  status: "resolved",
  closedAt: now,
  closedBecause: "It is no longer unusual: others did the same on that day, or late records explain it.",
});

/**
 * The findings after a look at `now`: those of `existing` in their order (the same object where nothing changed), then
 * the new ones. Found: opened, confirmed, or opened for another life. Not found: resolved, but only by a complete look
 * that could judge them; an episode ends by time, a stretch that has left the window is closed as ended. A look older than what a finding already knows leaves it alone.
 */
export const reconcileFindings = (
  existing: readonly Finding[],
  observations: readonly Observation[],
  looks: readonly Look[],
  now: Instant,
  { exemptions = [], lastLookAt, gone, observedUntil }: ReconcileOptions = {},
): Finding[] => {
  if (lastLookAt !== undefined && now < lastLookAt) return [...existing];
  const before = joinFamilies(existing, now);
  const seen = matched(before, observations);
  const complete = new Map(looks.filter((look) => look.complete).map((look) => [look.detector, look]));
  const unjudged = new Set(looks.flatMap((look) => look.unjudged ?? []));
  const valid = Map.groupBy(
    exemptions.filter(({ until }) => until > now),
    ({ key }) => key,
  );

  /** One that begins while its detector is observed. */
  const watched = (finding: Finding): Finding => {
    const until = observedUntil?.(finding);
    return until === undefined ? finding : { ...finding, observedUntil: until };
  };

  const next = (finding: Finding): Finding => {
    const observation = seen.get(finding.id);
    if (now < finding.confirmedAt) return finding;
    if (observation) {
      if (!isPast(finding)) return seenAgain(takenUpAgain(finding), observation, now);
      return now > (finding.closedAt ?? 0)
        ? watched(begin(finding.id, observation, now, finding.reopened + 1))
        : finding;
    }
    if (finding.life === "episode")
      return isWithdrawn(finding, complete, now) ? withdrawn(finding, now) : finding;
    if (isClosed(finding)) return finding;
    const own = complete.get(finding.detector);
    const hidden =
      own?.unjudgedFacets?.some((beginning) => finding.subject.facet.startsWith(beginning)) ?? false;
    const judged = own !== undefined && !hidden && !unjudged.has(finding.id) && now > finding.confirmedAt;
    return judged ? closed(finding, own, now, gone) : finding;
  };

  const known = new Set(before.map(({ id }) => id));
  const fresh = [...seen]
    .filter(([id]) => !known.has(id))
    .map(([id, observation]) => toldAlready(before, watched(begin(id, observation, now, 0))));
  return [...before.map(next), ...fresh].map((finding) =>
    noLongerObserved(aged(exempted(finding, valid), now), now),
  );
};
