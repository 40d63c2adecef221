// What a stretch of the past can be judged by again, out of the store: activity by the hour, and no knowledge of later.
import { HORIZON_DAYS } from "../core/anomaly/constants.ts";
import type { Cluster } from "../core/base/ids.ts";
import { DAY, floorTo, HOUR, type Interval } from "../core/base/time.ts";
import type { Facts, PeerFacts } from "../core/findings/facts.ts";
import type { ReadStore } from "../store/open-store.ts";
import { indexedActivity } from "./endpoint-facts.ts";
import { type FactOptions, loadFacts } from "./load-facts.ts";

/** As far back as habits are worked out from: their horizon, and a month that they rest on. */
const HABIT_DAYS = HORIZON_DAYS + 30;
/** As long as slots are kept. */
const LOOKBACK_DAYS = 400;

/**
 * The facts of the stretch for a replay. Habits and uses are worked out anew from the activity before each moment, for what is
 * kept of them knows the whole of it: of uses the newest alone. The snapshot is the one at its end.
 */
export const recordedFacts = async (
  store: ReadStore,
  cluster: Cluster,
  { from, to }: Interval,
  options: FactOptions,
): Promise<Facts> => {
  const stretch = {
    hourlyFrom: floorTo(DAY, from - HABIT_DAYS * DAY),
    daysFrom: to - LOOKBACK_DAYS * DAY,
    to: to + HOUR,
  };
  const facts = await loadFacts(store, cluster, to, options);
  const activity = await indexedActivity(store, cluster, stretch);
  const peers: PeerFacts[] = [];
  for (const { earlierUses: _, ...peer } of facts.peers ?? [])
    peers.push({ ...peer, activity: await indexedActivity(store, peer.cluster, stretch, peer.until) });
  const { estate: _1, recentChanges: _2, exemptions: _3, acknowledged: _4, earlierUses: _5, ...rest } = facts;
  return { ...rest, live: false, activity, ...(peers.length > 0 && { peers }) };
};
