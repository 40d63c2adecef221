// The auditor's principal in each account.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { auditorIn, isMember } from "../../../lib/core/base/auditor-in.ts";
import { Cluster, Principal } from "../../../lib/core/base/ids.ts";

const own = Principal.parse("arn:aws-cn:iam::111122223333:role/ops/auditor-snapshot-cn-north-1");
const clusterIn = (account: string) => Cluster.parse(`arn:aws-cn:dsql:cn-north-1:${account}:cluster/abc`);

it("is its own role where the cluster is of its own account, and no cluster of AWS", () => {
  for (const cluster of [clusterIn("111122223333"), Cluster.parse("postgres://localhost:5432/app")])
    expect([auditorIn(own, cluster), isMember(own, cluster)]).toEqual([own, false]);
});

it("is the role of the same name, without its path, in each other account", () => {
  const member = clusterIn("444455556666");
  expect(isMember(own, member)).toBe(true);
  expect(auditorIn(own, member)).toBe("arn:aws-cn:iam::444455556666:role/auditor-snapshot-cn-north-1");
  // A user has no such counterpart.
  const user = Principal.parse("arn:aws:iam::111122223333:user/kim");
  expect(auditorIn(user, member)).toBe(user);
});

it("is the same when it is asked again of what it said", () => {
  const account = fc.integer({ min: 0, max: 999_999_999_999 }).map((n) => String(n).padStart(12, "0"));
  fc.assert(
    fc.property(account, (one) => {
      const said = auditorIn(own, clusterIn(one));
      expect(auditorIn(said, clusterIn(one))).toBe(said);
      expect(said.split(":")[4]).toBe(one);
    }),
  );
});
