// Which clusters a deployment watches by its own settings.
import fc from "fast-check";
import { expect, it } from "vitest";
import { Cluster } from "../../../lib/core/base/ids.ts";
import { notWatchedBy, type Watching } from "../../../lib/core/coverage/watched-places.ts";

const [accounts, regions, ids] = [
  ["111122223333", "444455556666", "777788889999"],
  ["us-east-1", "us-east-2", "eu-west-1"],
  ["a1", "b2"],
];
const arnOf = (account: string, region: string, id: string): Cluster =>
  Cluster.parse(`arn:aws:dsql:${region}:${account}:cluster/${id}`);
const clusters = fc
  .tuple(fc.constantFrom(...accounts), fc.constantFrom(...regions), fc.constantFrom(...ids))
  .map((parts) => arnOf(...parts));
const watchings: fc.Arbitrary<Watching> = fc.record({
  account: fc.constantFrom(...accounts),
  region: fc.constantFrom(...regions),
  accounts: fc.subarray(accounts),
  regions: fc.subarray(regions),
  named: fc.option(fc.array(clusters, { maxLength: 3 }), { nil: undefined }),
  tags: fc.constantFrom({}, { audit: "true" }),
});

it("are those that it names, or all in its accounts and Regions that need no tags", () => {
  fc.assert(
    fc.property(clusters, watchings, (cluster, watching) => {
      const [, , , region = "", account = ""] = cluster.split(":");
      const isThere =
        [watching.account, ...watching.accounts].includes(account) &&
        [watching.region, ...watching.regions].includes(region);
      const isWatched = watching.named
        ? watching.named.includes(cluster)
        : isThere && !Object.keys(watching.tags).length;
      expect(notWatchedBy(cluster, watching) === undefined).toBe(isWatched);
    }),
  );
});

it("are watched once all that is told to be missing is added", () => {
  fc.assert(
    fc.property(clusters, watchings, (cluster, watching) => {
      const why = notWatchedBy(cluster, watching);
      fc.pre(why?.is === "account" || why?.is === "region");
      const isUnnamed = why.also.unnamed;
      const region = why.is === "region" ? why.region : why.also.region;
      const parts: ((one: Watching) => Watching)[] = [
        ...(why.is === "account"
          ? [(one: Watching) => ({ ...one, accounts: [...one.accounts, why.account] })]
          : []),
        ...(region === null ? [] : [(one: Watching) => ({ ...one, regions: [...one.regions, region] })]),
        ...(isUnnamed ? [(one: Watching) => ({ ...one, named: [...(one.named ?? []), cluster] })] : []),
      ];
      const all = parts.reduce((one, part) => part(one), watching);
      expect(notWatchedBy(cluster, { ...all, tags: {} })).toBeUndefined();
    }),
  );
});

it("are not told apart by what is no cluster's ARN: such a one is looked at as before", () => {
  const watching = {
    account: "111122223333",
    region: "us-east-1",
    accounts: [],
    regions: [],
    named: [],
    tags: {},
  };
  for (const odd of ["unknown:eu-west-1/999999999999", "arn:aws:dsql:eu-west-1$(x):999999999999:cluster/a"])
    expect(notWatchedBy(Cluster.parse(odd), watching)).toBeUndefined();
});
