// Refusals spread over many principals from one network that none of them uses: a signature no single principal shows.

import type { Tally } from "../activity/activity.ts";
import type { Principal } from "../base/ids.ts";
import { DAY, HOUR, type Instant } from "../base/time.ts";
import { fineNetwork, isNamedNetwork } from "./coarse-network.ts";
import { LEAST_CROWD } from "./constants.ts";
import type { HabitFigures } from "./habits.ts";

export type Spread = {
  readonly network: string;
  readonly principals: readonly Principal[];
  readonly attempts: number;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  readonly eventIds: readonly string[];
};

/** Whether the principal used the network before the day: who gets in at last does not explain the refusals before it. */
const cameBefore = (own: HabitFigures, network: string, at: Instant): boolean =>
  own.isKnown("networks", network) && (own.habits.networks.get(network)?.first ?? 0) < Math.floor(at / DAY);

/**
 * Networks from which at least three principals were refused within one clock hour, none of which had ever come from there.
 * `refusals`: tallies of single hours, all of them refused, in any order.
 */
export const spreadRefusals = (
  refusals: readonly Tally[],
  ownOf: (principal: Principal) => HabitFigures,
): readonly Spread[] => {
  type Found = {
    principals: Set<Principal>;
    attempts: number;
    firstAt: Instant;
    lastAt: Instant;
    eventIds: string[];
  };
  const byPlace = new Map<string, Found>();
  for (const tally of refusals) {
    const { principal } = tally;
    const network = fineNetwork(tally.network);
    if (!isNamedNetwork(network) || cameBefore(ownOf(principal), network, tally.firstAt)) continue;
    const key = `${Math.floor(tally.firstAt / HOUR)} ${network}`;
    const found = byPlace.get(key) ?? {
      principals: new Set<Principal>(),
      attempts: 0,
      firstAt: tally.firstAt,
      lastAt: tally.lastAt,
      eventIds: [],
    };
    byPlace.set(key, found);
    found.principals.add(principal);
    found.attempts += tally.count;
    found.firstAt = Math.min(found.firstAt, tally.firstAt);
    found.lastAt = Math.max(found.lastAt, tally.lastAt);
    found.eventIds.push(tally.firstEventId);
  }
  return [...byPlace]
    .filter(([, { principals }]) => principals.size >= LEAST_CROWD)
    .map(([key, found]) => ({
      ...found,
      network: key.slice(key.indexOf(" ") + 1),
      principals: [...found.principals].sort(),
      eventIds: found.eventIds.toSorted().slice(0, 10),
    }))
    .sort((a, b) => a.firstAt - b.firstAt || (a.network < b.network ? -1 : 1));
};
