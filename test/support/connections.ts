// Connections and tallies for tests, without the detour through a record.
import type { Tally } from "../../lib/core/activity/activity.ts";
import type { Connection } from "../../lib/core/activity/connection.ts";
import { mergeTallies, tallyOf } from "../../lib/core/activity/tally.ts";
import type { Cluster, Principal } from "../../lib/core/base/ids.ts";
import { floorTo, type Instant } from "../../lib/core/base/time.ts";
import { APP_ROLE, CLUSTER } from "./records.ts";

export const connection = (
  eventId: string,
  at: Instant,
  overrides: Partial<{ [K in keyof Connection]: unknown }> = {},
): Connection =>
  ({
    eventId,
    at,
    cluster: CLUSTER as Cluster,
    action: "DbConnect",
    outcome: "allowed",
    principal: APP_ROLE as Principal,
    principalType: "role",
    sourceIp: "10.20.4.17",
    userAgent: "aurora-dsql-nodejs-pg/0.1.9",
    sessionName: "orders-api-7f9c",
    ...overrides,
  }) as Connection;

/** What the store must say: the tallies per stretch of `unit`, by its start. */
export const talliesByUnit = (connections: readonly Connection[], unit: number): Map<Instant, Tally[]> => {
  const grouped = Map.groupBy(connections, ({ at }) => floorTo(unit, at));
  return new Map(
    [...grouped]
      .sort(([a], [b]) => a - b)
      .map(([start, members]) => [start, mergeTallies(members.map(tallyOf))]),
  );
};
