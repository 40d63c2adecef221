// The facts of a cluster with mappings, connections and gaps that a test says, as a replay takes them.
import type { Tally } from "../../lib/core/activity/activity.ts";
import { activityIndex } from "../../lib/core/activity/activity-index.ts";
import { mergeTallies } from "../../lib/core/activity/tally.ts";
import { Cluster } from "../../lib/core/base/ids.ts";
import { DAY, floorTo, HOUR, type Interval } from "../../lib/core/base/time.ts";
import { coverageOf } from "../../lib/core/coverage/covered-hours.ts";
import { exampleArn } from "../../lib/core/findings/example-facts.ts";
import type { Facts } from "../../lib/core/findings/facts.ts";
import { mappingFacts, parseMappingFile } from "../../lib/core/history/mapping-captures.ts";

export const T = Date.UTC(2026, 0, 1);
const cluster = Cluster.parse("arn:aws:dsql:us-east-1:111122223333:cluster/abc");

export type Event = {
  readonly by: string;
  readonly at: number;
  readonly network?: string;
  readonly refused?: boolean;
};
/** The `serial`th event. */
export const tally = ({ by, at, network = "10.0.0.0/24", refused }: Event, serial: number): Tally => ({
  principal: exampleArn(by),
  action: "DbConnect",
  outcome: refused ? "refused" : "allowed",
  network,
  client: "c/1",
  session: "s",
  role: "",
  count: 1,
  firstAt: at,
  lastAt: at,
  firstEventId: `e${serial}`,
});
/** A row of a file of mappings. */
export const row = (by: string, role: string, oid: number, iamOid = oid) => ({
  arn: exampleArn(by),
  iam_oid: iamOid,
  pg_role_oid: oid,
  pg_role_name: role,
  grantor_pg_role_oid: 15579,
  grantor_pg_role_name: "admin",
});

export type World = {
  readonly events: readonly Event[];
  readonly mappings: unknown;
  readonly days: number;
  readonly gaps?: readonly Interval[];
};
export const hourly = (tallies: readonly Tally[]) =>
  [...Map.groupBy(tallies, ({ firstAt }) => floorTo(HOUR, firstAt)).values()].map((own) => ({
    tallies: mergeTallies(own),
  }));

export const factsOf = ({ events, mappings, days, gaps = [] }: World): Facts => {
  const given = mappingFacts(parseMappingFile(mappings));
  const hours = Array.from({ length: days * 24 }, (_, i) => T + i * HOUR).filter(
    (hour) => !gaps.some(({ from, to }) => hour >= from && hour < to),
  );
  return {
    cluster,
    now: T + days * DAY,
    snapshot: null,
    firstSnapshotAt: given.firstSnapshotAt,
    mappingPeriods: given.periods,
    agesAssumed: given.agesAssumed,
    activity: activityIndex(hourly(events.map(tally))),
    coverage: coverageOf(hours.map((hour) => [hour, "folder"] as const)),
    doubts: [],
    captureExpectedFrom: T,
    settleMs: 0,
    archetypes: {},
    auditor: null,
  };
};

/** Options under which ten days are enough to judge a mapping by. */
export const window = Object.fromEntries(
  ["dormant-mapping", "never-used-mapping", "unknown-mapping", "ambiguous-mapping", "capture-gap"].map(
    (id) => [id, { days: 10 }],
  ),
);
