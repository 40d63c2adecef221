// CloudWatch's own count of connect calls against ours: a surplus there means that events are missing here.
// https://docs.aws.amazon.com/aurora-dsql/latest/userguide/cloudwatch-monitoring.html

import type { Tally } from "../activity/activity.ts";
import { counted } from "../base/counted.ts";
import { type Cluster, parseArn } from "../base/ids.ts";
import { floorTo, HOUR, type Instant } from "../base/time.ts";
import type { Doubt } from "./coverage.ts";

/** The metric's name and dimensions for one action. undefined: no DSQL cluster. */
export const callCountMetric = (cluster: Cluster, action: "DbConnect" | "DbConnectAdmin") => {
  const arn = parseArn(cluster);
  if (arn?.service !== "dsql") return undefined;
  return {
    Namespace: "AWS/Usage",
    MetricName: "CallCount",
    Dimensions: [
      { Name: "Type", Value: "API" },
      { Name: "Resource", Value: action },
      { Name: "ResourceId", Value: arn.resource },
      { Name: "Service", Value: "AuroraDSQL" },
    ],
  };
};

/** Connections by hour, of profiles of hours. */
export const countedByHour = (
  profiles: readonly { readonly from: Instant; readonly tallies: readonly Tally[] }[],
): Map<Instant, number> => {
  const counts = new Map<Instant, number>();
  for (const { from, tallies } of profiles) {
    const sum = tallies.reduce((total, { count }) => total + count, 0);
    counts.set(floorTo(HOUR, from), (counts.get(floorTo(HOUR, from)) ?? 0) + sum);
  }
  return counts;
};

/** Without figures where nothing came at all: hour after hour of an outage gives one reason. */
const reasonOf = (called: number, came: number): string =>
  came === 0
    ? "within an hour CloudWatch counted connections, and CloudTrail delivered none of them"
    : `within an hour CloudWatch counted ${counted(called, "connection")}, and CloudTrail delivered ${came}`;

/**
 * Hours in which CloudWatch counted more calls than we did events: *unknown*. Fewer there proves nothing, and equality
 * proves nothing: whether it counts refused attempts is not documented. A call and its event may fall on two sides of an
 * hour's end, so a surplus that a neighbour's deficit explains is none.
 */
export const surplusCalls = (
  called: ReadonlyMap<Instant, number>,
  came: ReadonlyMap<Instant, number>,
): Doubt[] => {
  const surplusOf = (hour: Instant): number => (called.get(hour) ?? 0) - (came.get(hour) ?? 0);
  return [...called.keys()]
    .sort((a, b) => a - b)
    .filter((hour) => {
      const neighbours = Math.min(0, surplusOf(hour - HOUR)) + Math.min(0, surplusOf(hour + HOUR));
      return surplusOf(hour) + neighbours > 0;
    })
    .map((hour) => ({
      from: hour,
      to: hour + HOUR,
      reason: reasonOf(called.get(hour) ?? 0, came.get(hour) ?? 0),
    }));
};
