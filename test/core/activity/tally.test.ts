import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clientFamily, clientOf } from "../../../lib/core/activity/client-family.ts";
import { networkOf } from "../../../lib/core/activity/network.ts";
import { sessionShape } from "../../../lib/core/activity/session-shape.ts";
import { mergeTallies } from "../../../lib/core/activity/tally.ts";
import { anyTally, countOf } from "../../support/random-tallies.ts";

describe("networkOf", () => {
  it.each([
    [{ sourceIp: "10.20.4.17" }, "10.20.4.0/24"],
    [{ sourceIp: "10.20.4.17", vpcEndpointId: "vpce-1" }, "vpce-1"],
    // A VPC may use public addresses inside.
    [{ sourceIp: "203.0.113.9", vpcEndpointId: "vpce-1" }, "vpce-1"],
    [{ sourceIp: "2001:db8:1:2::5", vpcEndpointId: "vpce-1" }, "vpce-1"],
    [{ vpcEndpointId: "vpce-1" }, "vpce-1"],
    [{ sourceIp: "2001:db8:1:2::5" }, "2001:db8:1::/48"],
    [{ sourceIp: "2001:DB8:0001::" }, "2001:db8:1::/48"],
    [{ sourceIp: "fd00::1", vpcEndpointId: "vpce-1" }, "vpce-1"],
    [{ sourceIp: "::ffff:192.0.2.7" }, "192.0.2.0/24"],
    [{ sourceIp: "fe80::1%eth0" }, "fe80:0:0::/48"],
    [{ sourceIp: "256.1.1.1" }, "unknown"],
    [{ sourceIp: "1:2" }, "unknown"],
    [{ sourceIp: "1::2::3" }, "unknown"],
    [{ sourceIp: "AWS Internal" }, "unknown"],
    [{ sourceIp: "dsql.amazonaws.com" }, "unknown"],
    [{}, "unknown"],
  ])("places %j in %s", (from, network) => {
    expect(networkOf(from)).toBe(network);
  });
});

describe("clientOf", () => {
  it.each([
    ["aurora-dsql-nodejs-pg/0.1.9", "aurora-dsql-nodejs-pg/0.1.9"],
    ["[aws-cli/2.15.0 Python/3.11 Linux/6.1]", "aws-cli/2.15.0"],
    ["Boto3/1.34 (x; y)", "Boto3/1.34"],
    ["PostgreSQL JDBC Driver", "PostgreSQL JDBC Driver"],
    ["", "unknown"],
    [undefined, "unknown"],
  ])("takes %j for %s", (agent, client) => {
    expect(clientOf(agent)).toBe(client);
  });

  it("knows an upgraded client by its family", () => {
    expect(clientFamily("psql/16.1")).toBe(clientFamily("psql/16.2"));
  });
});

describe("sessionShape", () => {
  it.each([
    ["orders-api-7f9c", "orders-api-*"],
    ["i-0abc1234def567890", "i-*"],
    ["1699999999", "*"],
    ["botocore-session-1699999999", "botocore-session-*"],
    ["b0b1f7a2-6a39-4e0e-8a55-2f4f3f1e9a01", "*"],
    ["alice@example.com", "alice@example.com"],
    ["bob7@example.com", "bob7@example.com"],
    ["worker12", "worker*"],
    ["api-v2", "api-v2"],
    ["my-function", "my-function"],
    [undefined, ""],
  ])("makes of %j the shape %j", (name, shape) => {
    expect(sessionShape(name)).toBe(shape);
  });
});

describe("mergeTallies", () => {
  it("is the same in any order and in any grouping", () => {
    fc.assert(
      fc.property(fc.array(anyTally), fc.nat(), (all, cut) => {
        const at = cut % (all.length + 1);
        const parts = [...mergeTallies(all.slice(at)), ...mergeTallies(all.slice(0, at))];
        expect(mergeTallies(parts)).toEqual(mergeTallies(all));
        expect(countOf(mergeTallies(all))).toBe(all.length);
      }),
    );
  });
});
