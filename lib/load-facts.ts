// Gathers what a judgement of one cluster rests on: its newest snapshot, mapping periods, activity and coverage.
import { activityIndex } from "./core/activity-index.ts";
import type { Archetype } from "./core/archetype.ts";
import { type Facts, LIVE_SETTLE_MS } from "./core/facts.ts";
import type { Cluster, Principal } from "./core/ids.ts";
import { DAY, floorTo, HOUR, type Instant } from "./core/time.ts";
import { createActivityStore } from "./store/activity.ts";
import { createFindingStore } from "./store/findings.ts";
import { createSnapshotStore } from "./store/snapshots.ts";
import type { Table } from "./store/table.ts";

/** How far back activity is looked at: as long as slots are kept, so that "never" has its longest meaning. */
const LOOKBACK_DAYS = 400;
/** Younger activity is read by the hour, so that an episode's hours are known; older by the day. */
const HOURLY_DAYS = 2;

export type FactOptions = {
  readonly auditor?: Principal | undefined;
  readonly archetypes?: Readonly<Record<string, Archetype>>;
  readonly settleMs?: number;
};

/** The facts of one cluster as of `now`. Activity is as of its last fold. */
export const loadFacts = async (
  table: Table,
  cluster: Cluster,
  now: Instant,
  { auditor, archetypes = {}, settleMs = LIVE_SETTLE_MS }: FactOptions = {},
): Promise<Facts> => {
  const snapshots = createSnapshotStore(table, { now: () => now });
  const activity = createActivityStore(table);
  const lookback = { from: now - LOOKBACK_DAYS * DAY, to: now + HOUR };
  const hourlyFrom = floorTo(DAY, now - HOURLY_DAYS * DAY);
  const [snapshot, history, days, hours, coverage, lastLook] = await Promise.all([
    snapshots.asOf(cluster, now),
    snapshots.mappingHistory(cluster, now),
    activity.days(cluster, { from: lookback.from, to: hourlyFrom }),
    activity.hours(cluster, { from: hourlyFrom, to: lookback.to }),
    activity.coverage(cluster, lookback),
    createFindingStore(table).lastLook(cluster),
  ]);
  return {
    cluster,
    now,
    snapshot: snapshot
      ? {
          catalog: snapshot.catalog,
          takenAt: snapshot.manifest.takenAt,
          seq: snapshot.manifest.seq,
          judgedBefore: lastLook?.snapshotAt ?? null,
        }
      : null,
    firstSnapshotAt: history.firstReadAt,
    mappingPeriods: history.periods,
    activity: activityIndex([...days, ...hours]),
    coverage,
    doubts: [],
    captureExpectedFrom: history.firstReadAt,
    settleMs,
    archetypes,
    auditor: auditor ?? null,
  };
};
