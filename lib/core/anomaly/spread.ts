// Refusals spread over many principals from one network, or with one client, that none of them uses: a signature no single
// principal shows.

import type { Tally } from "../activity/activity.ts";
import { clientFamily } from "../activity/client-family.ts";
import type { Principal } from "../base/ids.ts";
import { DAY, HOUR, type Instant } from "../base/time.ts";
import { fineNetwork, isNamedNetwork } from "./coarse-network.ts";
import { LEAST_CROWD, MOST_BITS } from "./constants.ts";
import type { DayContext } from "./estate.ts";
import { poissonTail } from "./event-day.ts";
import type { HabitFigures, Kind } from "./habits.ts";
import { refusedClient, refusedElsewhere } from "./refusal-rules.ts";
import { severityOf, thresholdOf } from "./weigh.ts";

export type Spread = {
  /** What they have in common: the network that they came from, or the client. */
  readonly by: "network" | "client";
  readonly value: string;
  readonly principals: readonly Principal[];
  /** Who was let in like that in the same hour or since, and had never used it before either. */
  readonly letIn: readonly Principal[];
  readonly attempts: number;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  readonly eventIds: readonly string[];
  /** How many principals are refused like that on an ordinary day, from anywhere strange. */
  readonly usual: number;
  readonly bits: number;
  /** Undefined: it weighs too little for a finding. */
  readonly severity: "low" | "medium" | "high" | undefined;
};

type Found = Pick<Spread, "by" | "value"> & {
  readonly hour: number;
  principals: Set<Principal>;
  attempts: number;
  firstAt: Instant;
  lastAt: Instant;
  eventIds: string[];
};

const gather = (
  into: Map<string, Found>,
  tally: Tally,
  { by, value }: Pick<Spread, "by" | "value">,
): void => {
  const { principal, firstAt, lastAt } = tally;
  const hour = Math.floor(firstAt / HOUR);
  const key = `${hour} ${by} ${value}`;
  const found = into.get(key) ?? {
    by,
    value,
    hour,
    principals: new Set<Principal>(),
    attempts: 0,
    firstAt,
    lastAt,
    eventIds: [],
  };
  into.set(key, found);
  found.principals.add(principal);
  found.attempts += tally.count;
  found.firstAt = Math.min(found.firstAt, firstAt);
  found.lastAt = Math.max(found.lastAt, lastAt);
  found.eventIds.push(tally.firstEventId);
};

/** Whether the principal used it before the day: who gets in at last does not explain the refusals before it. */
const usedBefore = (
  own: HabitFigures,
  entries: "networks" | "families",
  name: string,
  at: Instant,
): boolean =>
  own.isKnown(entries, name) && (own.habits[entries].get(name)?.first ?? 0) < Math.floor(at / DAY);

/** Whether anybody of the principal's kind used a client before the day. */
const isFamilyBefore = ({ estate, kindOf, ownOf }: DayContext) => {
  const known = new Map<string, boolean>();
  return (principal: Principal, family: string, at: Instant): boolean => {
    const kind = kindOf(principal);
    const key = `${kind} ${Math.floor(at / DAY)} ${family}`;
    const told = known.get(key);
    if (told !== undefined) return told;
    let found = false;
    for (const other of estate.principals.keys())
      found ||= kindOf(other) === kind && usedBefore(ownOf(other), "families", family, at);
    known.set(key, found);
    return found;
  };
};

/**
 * Principals that are refused on an ordinary day from a network, or with a client, that is strange to them: as it was
 * counted, without the days that are judged.
 */
const usualRefused = (context: DayContext, { by, principals, firstAt }: Found): number => {
  const { pool, activePerDay, kindOf, ownOf, day } = context;
  const rule = by === "network" ? refusedElsewhere : refusedClient;
  const isCounted = Math.floor(firstAt / DAY) < day;
  const ofKind = (kind: Kind): number => {
    const peers = pool.peers(rule, kind, "all");
    const theirs = isCounted
      ? [...principals].filter((one) => kindOf(one) === kind && ownOf(one).activeDays > 1).length
      : 0;
    const reached = Math.max(0, peers.atLeast(1) - theirs);
    return (Math.max(1, activePerDay[kind]) * (reached + 0.5)) / (Math.max(0, peers.days - theirs) + 1);
  };
  return ofKind("person") + ofKind("machine");
};

const HOURS = 24;

/** That some hour of the day sees so many, if each is refused for a reason of its own. */
const bitsOf = (usual: number, count: number): number =>
  Math.min(MOST_BITS, Math.max(0, -Math.log2(HOURS * poissonTail(usual / HOURS, count))));

/** The same principals in the same hour tell of a network first. */
const isToldOf = (one: Found, others: readonly Found[]): boolean =>
  one.by === "client" &&
  others.some(
    ({ by, hour, principals }) =>
      by === "network" && hour === one.hour && one.principals.isSubsetOf(principals),
  );

/** Who got in with it in its hour or since, of whom it is strange to. */
const letInWith = (
  { by, value, hour }: Found,
  allowed: readonly Tally[],
  { ownOf }: DayContext,
): readonly Principal[] => {
  const shows = ({ network, client }: Tally): boolean =>
    (by === "network" ? fineNetwork(network) : clientFamily(client)) === value;
  const entries = by === "network" ? "networks" : "families";
  const found = allowed.filter(
    (tally) =>
      tally.lastAt >= hour * HOUR &&
      shows(tally) &&
      !usedBefore(ownOf(tally.principal), entries, value, tally.firstAt),
  );
  return [...new Set(found.map(({ principal }) => principal))].sort();
};

/**
 * Networks and clients with which at least three principals were refused within one clock hour, none of which had ever used
 * them. `refusals`: tallies of single hours, all of them refused, in any order; `allowed`: of the same days those that were
 * let in, asked for only where it found something.
 */
export const spreadRefusals = (
  refusals: readonly Tally[],
  context: DayContext,
  allowed: () => readonly Tally[],
): readonly Spread[] => {
  const { ownOf, facts } = context;
  const isOfKind = isFamilyBefore(context);
  const gathered = new Map<string, Found>();
  for (const tally of refusals) {
    const { principal } = tally;
    const own = ownOf(principal);
    const network = fineNetwork(tally.network);
    if (isNamedNetwork(network) && !usedBefore(own, "networks", network, tally.firstAt))
      gather(gathered, tally, { by: "network", value: network });
    const family = clientFamily(tally.client);
    if (
      family !== "unknown" &&
      family !== "…" &&
      !usedBefore(own, "families", family, tally.firstAt) &&
      !isOfKind(principal, family, tally.firstAt)
    )
      gather(gathered, tally, { by: "client", value: family });
  }
  const crowds = [...gathered.values()].filter(({ principals }) => principals.size >= LEAST_CROWD);
  if (!crowds.length) return [];
  // One day of the cluster is one chance for it.
  const threshold = thresholdOf(1, 1, facts.falseFindingsPerWeek);
  const letIn = allowed();
  return crowds
    .filter((one) => !isToldOf(one, crowds))
    .map((one) => {
      const { hour: _, ...found } = one;
      const usual = usualRefused(context, one);
      const bits = bitsOf(usual, found.principals.size);
      return {
        ...found,
        principals: [...found.principals].sort(),
        letIn: letInWith(one, letIn, context),
        eventIds: found.eventIds.toSorted().slice(0, 10),
        usual,
        bits,
        severity: bits >= threshold ? severityOf(bits, threshold) : undefined,
      };
    })
    .sort((a, b) => a.firstAt - b.firstAt || (a.value < b.value ? -1 : 1));
};
