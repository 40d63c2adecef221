// What a notice says of a principal's reach rests on: mappings, the root user, and peers in other Regions, where they are known.
import { describe, expect, it } from "vitest";
import type { Principal } from "../../lib/core/base/ids.ts";
import type { ClusterAccess, IamFacts } from "../../lib/core/catalog/iam-facts.ts";
import { accessEngine } from "../../lib/core/privileges/effective.ts";
import { principalReach } from "../../lib/queries/principal-reach.ts";
import { cluster, estate } from "../support/catalogs.ts";
import { iamFacts } from "../support/iam.ts";

const ana = "arn:aws:iam::111122223333:user/ana" as Principal;
const PEER = "arn:aws:dsql:us-east-2:111122223333:cluster/peer";
const row = (arn: string): ClusterAccess => ({
  ...{ arn, region: "us-east-1" },
  ...{ policy: { status: "read", rows: [] }, tags: { status: "read", rows: [] } },
});
const peersBy = (iam?: IamFacts) =>
  principalReach(accessEngine({ ...estate({}), ...(iam && { iam }) }), ana).peers;

describe("the peers of a cluster", () => {
  it("are those that stand beside it, or none", () => {
    expect(peersBy(iamFacts({ clusters: [row(cluster), row(PEER)] }))).toEqual([PEER]);
    expect(peersBy(iamFacts({ clusters: [row(cluster)] }))).toEqual([]);
  });

  it("are not known where IAM was not read, or nobody could tell them", () => {
    for (const iam of [
      undefined,
      iamFacts({ clusters: "denied" }),
      iamFacts({ clusters: [] }),
      iamFacts({ clusters: [{ ...row(cluster), peersUnread: "denied" }] }),
    ])
      expect(peersBy(iam)).toBeUndefined();
  });
});

describe("a principal that no mapping names", () => {
  const saidOf = (arn: string) => principalReach(accessEngine(estate({})), arn as Principal).notKnown;

  it("is admin where IAM allows it, and the account's root user in any case", () => {
    expect(saidOf("arn:aws:iam::111122223333:root")).toContain("as admin it reaches everything");
    for (const arn of ["arn:aws:iam::444455556666:root", "arn:aws:iam::111122223333:user/nobody"])
      expect(saidOf(arn)).toContain("Where IAM allows it dsql:DbConnectAdmin");
  });
});
