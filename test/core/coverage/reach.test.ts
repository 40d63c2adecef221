// Where a deployment may connect, and which clusters it refuses to be given.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSettings } from "../../../lib/config.ts";
import { Cluster } from "../../../lib/core/base/ids.ts";
import { reachOf, unusable, withinReach } from "../../../lib/core/coverage/reach.ts";
import { AuditError } from "../../../lib/errors.ts";

describe("clusters within reach", () => {
  const prefix = "arn:aws:dsql:us-east-1:111122223333:cluster/";
  const reach = reachOf(prefix, []);
  const watch = (cluster: string) => ({ cluster: Cluster.parse(cluster), endpoint: "e", user: "u" });

  it("are those of the deployment's own account and Region", () => {
    const own = [watch(`${prefix}a`), watch(`${prefix}b`)];
    expect(withinReach(own, reach)).toEqual(own);
  });

  it("are those of further Regions too, where the deployment names them", () => {
    const { REGIONS } = readSettings({ REGIONS: "eu-west-1,us-east-2" }, "REGIONS");
    const both = reachOf(prefix, REGIONS);
    const there = watch("arn:aws:dsql:eu-west-1:111122223333:cluster/a");
    expect(withinReach([watch(`${prefix}a`), there], both)).toHaveLength(2);
    const foreign = watch("arn:aws:dsql:eu-north-1:111122223333:cluster/a");
    expect(() => withinReach([foreign], both)).toThrow(
      "connects to clusters in us-east-1, eu-west-1, us-east-2 alone",
    );
    expect(readSettings({}, "REGIONS").REGIONS).toEqual([]);
    expect(() => readSettings({ REGIONS: "eu-west-1, x" }, "REGIONS")).toThrow("REGIONS");
  });

  it.each([
    [
      "arn:aws:dsql:eu-west-1:111122223333:cluster/a",
      "is in eu-west-1, and this deployment connects to clusters in us-east-1 alone",
    ],
    [
      "arn:aws:dsql:us-east-1:444455556666:cluster/a",
      "is of account 444455556666, and this deployment connects to clusters of 111122223333 alone",
    ],
    [
      "arn:aws-cn:dsql:us-east-1:111122223333:cluster/a",
      "is of partition aws-cn, and this deployment of aws",
    ],
    ["k7abc", "not the ARN of a cluster"],
    ["postgres://db.example:5432/app", "not the ARN of a cluster"],
  ])("are refused by name where the role may not connect: %s", (foreign, why) => {
    const read = () => withinReach([watch(`${prefix}a`), watch(foreign)], reach);
    expect(read).toThrow(AuditError);
    expect(read).toThrow(why);
    expect(read).toThrow(foreign);
    expect(read).not.toThrow(`${prefix}a`);
  });

  it.each(["", "*", "a/b", "a ", "../a", "A", "a\u202e", "a\narn:aws:dsql"])(
    "are named by an ARN of one cluster: %j is none",
    (id) => {
      const read = () => withinReach([watch(`${prefix}${id}`)], reach);
      expect(read).toThrow("not the ARN of a cluster");
      expect(read).not.toThrow(/[\u202e\n]/);
    },
  );

  it("are each named once, and never connected to as admin", () => {
    expect(() => withinReach([watch(`${prefix}a`), watch(`${prefix}a`)], reach)).toThrow(
      `${prefix}a stands twice`,
    );
    expect(() => withinReach([{ ...watch(`${prefix}a`), user: "admin" }], reach)).toThrow("user admin");
    expect(() => readSettings({ AUDITOR_USER: "admin" }, "AUDITOR_USER")).toThrow("never connects");
  });

  it("are reached by a host of their own: the catalog of another one would be kept under their name", () => {
    const at = (endpoint: string) => () => withinReach([{ ...watch(`${prefix}a1`), endpoint }], reach);
    for (const own of [
      "a1.dsql.us-east-1.on.aws",
      "a1.dsql-fnh4.us-east-1.on.aws",
      "vpce-1.vpce-svc-2.us-east-1.vpce.amazonaws.com",
    ])
      expect(at(own), own).not.toThrow();
    for (const other of [
      "b2.dsql.us-east-1.on.aws",
      "a1.dsql.eu-west-1.on.aws",
      "b2.dsql-fnh4.us-east-1.on.aws",
    ])
      expect(at(other), other).toThrow(`${prefix}a1 has the endpoint of another cluster: ${other}`);
  });

  it("are refused without a character that cannot be seen, whatever they are called", () => {
    const part = fc.oneof(
      fc.string({ unit: "binary", maxLength: 20 }),
      fc.constantFrom("aws", "us-east-1", "dsql"),
    );
    const text = fc.tuple(part, part, part, part, part).map((parts) => `arn:${parts.join(":")}`);
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ minLength: 1 })), fc.string(), (cluster, endpoint) => {
        const named = { ...watch(cluster), endpoint };
        const found = unusable([named], { partition: "aws", regions: ["us-east-1"], accounts: undefined });
        expect(found.join()).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
