// Asks CloudWatch how many connect calls it counted.
import { type CloudWatchClient, GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import type { Cluster } from "../core/base/ids.ts";
import { DAY, floorTo, HOUR, type Instant, type Interval } from "../core/base/time.ts";
import { callCountMetric } from "../core/coverage/call-count.ts";

/** Calls that CloudWatch counted for a cluster (both actions), by hour; hours without a data point are left out. */
export type CallCountPort = (cluster: Cluster, interval: Interval) => Promise<ReadonlyMap<Instant, number>>;

/** One request returns at most 1,440 data points: sixty days of hours. */
const PIECE = 50 * DAY;

/**
 * The real thing: both actions of a cluster, summed by the hour. Throws what CloudWatch throws; a cluster that is none of
 * DSQL has no calls.
 */
export const callCountPort =
  (client: CloudWatchClient): CallCountPort =>
  async (cluster, { from, to }) => {
    const calls = new Map<Instant, number>();
    for (const action of ["DbConnect", "DbConnectAdmin"] as const) {
      const metric = callCountMetric(cluster, action);
      if (!metric) return calls;
      for (let start = floorTo(HOUR, from); start < to; start += PIECE) {
        const { Datapoints = [] } = await client.send(
          new GetMetricStatisticsCommand({
            ...metric,
            StartTime: new Date(start),
            EndTime: new Date(Math.min(start + PIECE, to)),
            Period: HOUR / 1_000,
            Statistics: ["Sum"],
          }),
        );
        for (const { Timestamp, Sum } of Datapoints) {
          if (!Timestamp || Sum === undefined) continue;
          const hour = floorTo(HOUR, Timestamp.getTime());
          calls.set(hour, (calls.get(hour) ?? 0) + Sum);
        }
      }
    }
    return calls;
  };
