import { describe, expect, it } from "vitest";
import { tallyOf } from "../../../lib/core/activity/tally.ts";
import { Cluster } from "../../../lib/core/base/ids.ts";
import { HOUR } from "../../../lib/core/base/time.ts";
import { callCountMetric, countedByHour, surplusCalls } from "../../../lib/core/coverage/call-count.ts";
import { connection } from "../../support/connections.ts";
import { CLUSTER } from "../../support/records.ts";

const hours = (...counts: number[]) => new Map(counts.map((count, n) => [n * HOUR, count]));

describe("surplusCalls", () => {
  it("doubts an hour with more calls than events, never one with fewer or as many", () => {
    expect(surplusCalls(hours(5, 9, 5), hours(5, 7, 9))).toMatchObject([]);
    expect(surplusCalls(hours(5, 9, 5), hours(5, 7, 5))).toMatchObject([{ from: HOUR, to: 2 * HOUR }]);
    expect(surplusCalls(hours(0, 0), hours(5, 7))).toEqual([]);
    expect(surplusCalls(hours(1), new Map())).toHaveLength(1);
  });

  it("gives one reason for hours of which nothing came, and the figures of others", () => {
    const reasons = surplusCalls(hours(1, 9, 3), hours(0, 0, 2)).map(({ reason }) => reason);
    expect([...new Set(reasons)]).toEqual([
      "within an hour CloudWatch counted connections, and CloudTrail delivered none of them",
      "within an hour CloudWatch counted 3 connections, and CloudTrail delivered 2",
    ]);
  });

  it("counts tallies by hour and asks for the documented metric", () => {
    const tallies = [tallyOf(connection("a", 10)), tallyOf(connection("b", 20))];
    expect(
      countedByHour([
        { from: 0, tallies },
        { from: HOUR, tallies: [] },
      ]),
    ).toEqual(hours(2, 0));
    expect(callCountMetric(Cluster.parse(CLUSTER), "DbConnect")?.Dimensions).toContainEqual({
      Name: "ResourceId",
      Value: "cluster/abcdefghij1234567890klmnop",
    });
    expect(callCountMetric(Cluster.parse("postgres://x"), "DbConnect")).toBeUndefined();
  });
});
