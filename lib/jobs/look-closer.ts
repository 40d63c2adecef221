// Looks up exact addresses, session names and events of unusual connections, for whoever is woken by them.
import { closerLook, stretchesOf, type Wanted, wantedAmong, wantedOf } from "../core/anomaly/closer-look.ts";
import type { Cluster } from "../core/base/ids.ts";
import type { Interval } from "../core/base/time.ts";
import type { ActivityPort } from "../core/findings/facts.ts";
import { type Finding, type Observation, worstFirst } from "../core/findings/finding.ts";
import { firstStepAnew } from "../core/findings/first-step.ts";
import { matched } from "../core/findings/match-findings.ts";
import type { SeenInSegment } from "../store/activity/sightings.ts";
import type { ReadStore } from "../store/open-store.ts";

/** At most so many findings are looked at in one evaluation, the worst first; the others come in the next ones. */
const MAX_FINDINGS = 20;
/** Segments that are read for one finding, and in one evaluation: what a look may cost. */
const MAX_SEGMENTS = 40;
const MAX_SEGMENTS_IN_ALL = 120;
const MAX_EVENTS = 50;

type Look = { readonly observation: Observation; readonly finding: Finding | undefined };

/** Connections that somebody has to look up: unusual ones, of at least medium severity, with something new. */
const asksForIt = ({ observation, finding }: Look): boolean =>
  observation.category === "anomalous" &&
  worstFirst(observation.severity, "medium") <= 0 &&
  (finding === undefined ||
    !("addresses" in finding.evidence) ||
    finding.lastSeenAt !== observation.lastSeenAt ||
    worstFirst(observation.severity, finding.severity) < 0);

/** Where connections were counted: the cluster, and what is known of its activity. */
export type Endpoint = { readonly cluster: Cluster; readonly activity: ActivityPort };

const tallyWanted = (activity: ActivityPort, { firstSeenAt, lastSeenAt }: Observation, wanted: Wanted) => {
  const interval: Interval = { from: firstSeenAt, to: lastSeenAt + 1 };
  const principals = wanted.principal === undefined ? activity.principals() : [wanted.principal];
  const all = [...principals].flatMap((principal) => [...activity.talliesOf(principal, interval)]);
  return wantedAmong(all, wanted).filter(({ firstAt }) => firstAt >= interval.from && firstAt < interval.to);
};

/** Whether one of its signs names a place that was seen through another endpoint. */
const isThroughPeer = ({ throughPeer, signs }: Observation["evidence"]): boolean =>
  throughPeer !== undefined ||
  (Array.isArray(signs) &&
    signs.some((sign: unknown) => {
      const { evidence } = sign as { readonly evidence?: { readonly throughPeer?: unknown } };
      return evidence?.throughPeer !== undefined;
    }));

const look = async (
  store: Pick<ReadStore, "activity">,
  [own, ...peers]: readonly [Endpoint, ...Endpoint[]],
  { observation, finding }: Look,
): Promise<{ readonly looked: Observation; readonly read: number }> => {
  const { principal } = observation.subject;
  const wanted = wantedOf(principal, observation.threads ?? [], observation.evidence);
  const before = finding?.evidence ?? {};
  const since = "addresses" in before ? (finding?.lastSeenAt ?? 0) : 0;
  // Whoever connected so may have done it through any endpoint of the database.
  const isOfAll = principal === undefined || isThroughPeer(observation.evidence);
  const endpoints = isOfAll ? [own, ...peers] : [own];
  const counted = endpoints.map(({ cluster, activity }) => ({
    cluster,
    tallies: tallyWanted(activity, observation, wanted),
  }));
  const tallies = counted.flatMap((one) => one.tallies);
  const segments: SeenInSegment[] = [];
  let isWhole = tallies.length > 0;
  for (const { cluster, tallies: its } of counted) {
    const { stretches, whole } = stretchesOf(its, since);
    isWhole &&= whole;
    for (const stretch of stretches) {
      const read = await store.activity.sightings(cluster, stretch, MAX_SEGMENTS - segments.length);
      segments.push(...read.segments);
      isWhole &&= read.whole;
    }
  }
  const events = tallies.toSorted((a, b) => a.firstAt - b.firstAt).map(({ firstEventId }) => firstEventId);
  const eventIds = new Set([...(observation.eventIds ?? []), ...events]);
  const looked = firstStepAnew({
    ...observation,
    evidence: { ...observation.evidence, ...closerLook(before, wanted, segments, isWhole) },
    eventIds: [...eventIds].slice(0, MAX_EVENTS),
  });
  return { looked, read: segments.length };
};

/**
 * The observations, with `addresses` and `sessionNames` in the evidence of unusual connections where something new is to
 * be seen. `endpoints`: that which was evaluated, then its peers. What an earlier release counted, and what is too much, is said to be not known.
 */
export const lookCloser = async (
  store: Pick<ReadStore, "activity">,
  endpoints: readonly [Endpoint, ...Endpoint[]],
  known: readonly Finding[],
  observations: readonly Observation[],
): Promise<readonly Observation[]> => {
  const anomalous = observations.filter(({ category }) => category === "anomalous");
  if (!anomalous.length) return observations;
  const byId = new Map(known.map((finding) => [finding.id, finding]));
  const findings = new Map(
    [...matched(known, observations)].map(([id, observation]) => [observation, byId.get(id)]),
  );
  const asking = anomalous
    .map((observation): Look => ({ observation, finding: findings.get(observation) }))
    .filter(asksForIt)
    .sort((a, b) => worstFirst(a.observation.severity, b.observation.severity))
    .slice(0, MAX_FINDINGS);
  const seen = new Map<Observation, Observation>();
  let spent = 0;
  for (const one of asking) {
    if (spent >= MAX_SEGMENTS_IN_ALL) break;
    const { looked, read } = await look(store, endpoints, one);
    seen.set(one.observation, looked);
    spent += read;
  }
  return observations.map((observation) => seen.get(observation) ?? observation);
};
