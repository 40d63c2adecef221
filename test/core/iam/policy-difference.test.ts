// What the policies of a database's endpoints differ in.
import { describe, expect, it } from "vitest";
import type { ClusterAccess } from "../../../lib/core/iam/facts.ts";
import { policyDifferences } from "../../../lib/core/iam/policy-difference.ts";
import { allow, deny, everybody, policy } from "../../support/iam-facts.ts";

const both = ["dsql:DbConnect", "dsql:DbConnectAdmin"];
const no = (more: object): object => deny({ ...everybody, Action: both, ...more });
const vpcOnly = no({ Condition: { Null: { "aws:SourceVpc": "true" } } });

describe("policyDifferences", () => {
  const inRegion = (region: string, ...statements: readonly unknown[]): ClusterAccess => ({
    arn: `arn:aws:dsql:${region}:111122223333:cluster/${region.length}x`,
    region,
    policy: {
      status: "read",
      rows: statements.length ? [{ document: JSON.stringify(policy(...statements)), version: "1" }] : [],
    },
    tags: { status: "read", rows: [] },
  });
  const oneVpc = (id: string) => no({ Sid: id, Condition: { StringNotEquals: { "aws:SourceVpc": id } } });

  it("takes VPCs, Regions and the cluster's own ARN for the same", () => {
    const at = (region: string) =>
      no({ Resource: `arn:aws:dsql:${region}:111122223333:cluster/${region.length}x` });
    expect(
      policyDifferences([
        inRegion("us-east-1", oneVpc("vpc-1"), at("us-east-1")),
        inRegion("us-east-2", at("us-east-2"), oneVpc("vpc-2")),
      ]),
    ).toEqual({ differences: [], unknown: [] });
  });

  it("tells which statement one Region lacks, and one that has no policy", () => {
    expect(
      policyDifferences([
        inRegion("us-east-1", oneVpc("vpc-1")),
        inRegion("us-east-2"),
        inRegion("us-west-2", allow(everybody)),
      ]).differences,
    ).toEqual([
      { regions: ["us-east-1", "us-east-2"], onlyInFirst: ["vpc-1"], onlyInSecond: [] },
      { regions: ["us-east-1", "us-west-2"], onlyInFirst: ["vpc-1"], onlyInSecond: ["statement 1"] },
    ]);
  });

  it("tells a variable from the same text in a policy of the old version", () => {
    const byTag = no({ Resource: `arn:aws:dsql:*:*:cluster/\${aws:PrincipalTag/cluster}` });
    const of = (region: string, Version: string): ClusterAccess => ({
      ...inRegion(region),
      policy: {
        status: "read",
        rows: [{ document: JSON.stringify({ Version, Statement: [byTag, vpcOnly] }), version: "1" }],
      },
    });
    expect(
      policyDifferences([of("us-east-1", "2012-10-17"), of("us-east-2", "2008-10-17")]).differences,
    ).toEqual([
      { regions: ["us-east-1", "us-east-2"], onlyInFirst: ["statement 1"], onlyInSecond: ["statement 1"] },
    ]);
  });

  it("compares nothing with a policy that could not be read", () => {
    const unread: ClusterAccess = {
      ...inRegion("us-east-2"),
      policy: { status: "unreadable", reason: "AccessDenied", code: "AccessDenied" },
    };
    expect(policyDifferences([inRegion("us-east-1", oneVpc("vpc-1")), unread])).toEqual({
      differences: [],
      unknown: [{ region: "us-east-2", reason: "AccessDenied" }],
    });
  });
});
