// What doctor says of the clusters of an account and of member accounts, by what AWS answered and the functions heard.
import { describe, expect, it } from "vitest";
import { Cluster } from "../../lib/core/base/ids.ts";
import { memberLink } from "../../lib/doctor/member-links.ts";
import { clustersLink, namedLink } from "../../lib/doctor/place-links.ts";

const cluster = Cluster.parse("arn:aws:dsql:us-east-1:111122223333:cluster/abc");

const setUp = (arn: string) => `set up ${arn}`;

describe("clusters", () => {
  const aws = (status: string) => ({ value: [{ arn: cluster as string, status }] });
  it("hold when each that lives has been read", () => {
    expect(clustersLink(aws("IDLE"), [cluster], setUp).state).toBe("ok");
  });
  it("are broken where one was never read, with what sets it up", () => {
    expect(clustersLink(aws("ACTIVE"), [], setUp)).toMatchObject({
      state: "broken",
      next: `set up ${cluster}`,
    });
  });
  it("are unknown where AWS does not say whether one that was never read can be", () => {
    const dark = { arn: cluster as string, status: null };
    expect(clustersLink({ value: [dark] }, [cluster], setUp).state).toBe("ok");
    expect(clustersLink({ value: [dark] }, [], setUp)).toMatchObject({
      state: "unknown",
      next: "Allow dsql:GetCluster to whoever runs this command.",
    });
    expect(clustersLink({ value: [dark, { arn: "b", status: "ACTIVE" }] }, [], setUp)).toMatchObject({
      state: "broken",
      says: `2 in this Region, never read: ${cluster}, b`,
      next: "set up b",
    });
  });
  it("names none that is being deleted as the one to set up", () => {
    const value = [
      { arn: "a", status: "DELETING" },
      { arn: "b", status: "ACTIVE" },
    ];
    expect(clustersLink({ value }, [], setUp).next).toBe("set up b");
  });
  it("do not wait for one that is being deleted", () => {
    expect(
      clustersLink(
        {
          value: [
            { arn: cluster, status: "DELETING" },
            { arn: "b", status: "ACTIVE" },
          ],
        },
        [Cluster.parse(cluster.replace("abc", "b"))],
        setUp,
      ).says,
    ).toContain("b");
    expect(clustersLink(aws("DELETED"), [], setUp).says).toBe(
      "no cluster that could be read is in this Region",
    );
  });
  it("are those that the tags choose, not known where AWS does not say which tags one has, and with none of them broken", () => {
    const wanted = { audit: "true", team: "*" };
    const one = (id: string, tags: Record<string, string> | null) => ({
      ...{ arn: `arn:aws:dsql:us-east-1:111122223333:cluster/${id}`, status: "ACTIVE", tags },
    });
    const yes = one("abc", { audit: "true", team: "a" });
    const link = (...value: ReturnType<typeof one>[]) =>
      clustersLink({ value }, [cluster], setUp, { wanted });
    expect(link(yes, one("other", {}))).toMatchObject({
      state: "ok",
      says: "1 in this Region with the tags audit=true, team=*, each of them has been read",
    });
    expect(link(yes, one("dark", null))).toMatchObject({
      state: "unknown",
      says: expect.stringMatching(/did not say which tags these clusters have: \S+dark$/),
    });
    expect(link(one("other", { audit: "no" }))).toMatchObject({
      state: "broken",
      next: `Tag those that are to be watched: aws dsql tag-resource --region us-east-1 --resource-arn arn:aws:dsql:us-east-1:111122223333:cluster/other --tags '{"audit":"true","team":"VALUE"}'`,
    });
  });
  it("of a member account are known or not by what was heard there last, with the reason and what mends it", () => {
    const [account, arn] = ["444455556666", "arn:aws:dsql:us-east-1:444455556666:cluster/a"];
    const known = [Cluster.parse(arn)];
    const silent = { account, region: "us-east-1", reason: "no answer within 30 s" };
    const link = (heard?: Parameters<typeof memberLink>[1], read: readonly Cluster[] = known) =>
      memberLink(account, heard, read, { deploy: "deploy it", setUp });
    expect(link()).toMatchObject({ state: "unknown", next: expect.stringContaining("deploy it") });
    expect(link({ unlisted: [silent] })).toMatchObject({
      ...{ link: "account 444455556666", state: "unknown" },
      says: "its clusters are not known in us-east-1: no answer within 30 s",
    });
    expect(link({ unlisted: [{ ...silent, role: "refused" }] })).toMatchObject({
      ...{
        state: "broken",
        next: expect.stringMatching(/^deploy it\nWait for the next full hour: .* login/),
      },
    });
    const others = [{ ...silent, account: "777788889999" }];
    // An earlier release did not keep what it found.
    expect(link({ unlisted: others }).says).toBe("it lets the auditor in; 1 of its clusters has been read");
    expect(link({ unlisted: others, found: [arn] })).toMatchObject({ state: "ok" });
    expect(link({ unlisted: others, found: [arn] }, [])).toMatchObject({
      ...{ state: "broken", says: `it lets the auditor in, never read: ${arn}`, next: `set up ${arn}` },
    });
    expect(link({ unlisted: others, found: [] }, []).says).toBe(
      "it lets the auditor in, and has no cluster that is to be watched",
    );
  });

  it("of a member account are never called all read, nor none, where the list of found clusters was cut", () => {
    const [account, arn] = ["444455556666", "arn:aws:dsql:us-east-1:444455556666:cluster/a"];
    const link = (heard: Parameters<typeof memberLink>[1], read: readonly string[]) =>
      memberLink(
        account,
        heard,
        read.map((one) => Cluster.parse(one)),
        { deploy: "deploy it", setUp },
      );
    const cut = { unlisted: [], found: [] as string[], leftOut: { unlisted: 0, found: 7 } };
    for (const read of [[], [arn]])
      expect(link(cut, read)).toMatchObject({
        ...{ state: "unknown", says: expect.stringContaining("7 more of the member accounts were found") },
        next: `As account ${account}, in each Region: aws dsql list-clusters. Compare with npx dsql-audit clusters.`,
      });
    expect(link({ ...cut, found: [arn] }, [])).toMatchObject({
      ...{ state: "broken", says: expect.stringMatching(/never read: \S+a; 7 more /), next: `set up ${arn}` },
    });
    // An earlier release kept a thousand and did not say of how many.
    const full = { unlisted: [], found: Array.from({ length: 1_000 }, (_, n) => `${arn}${n}`) };
    expect(link(full, full.found)).toMatchObject({
      ...{ state: "unknown", says: expect.stringContaining("whether there are more is not known") },
    });
    expect(link({ ...full, leftOut: { unlisted: 0, found: 0 } }, full.found)).toMatchObject({ state: "ok" });
    expect(link({ unlisted: [], found: [], leftOut: { unlisted: 3, found: 0 } }, [arn])).toMatchObject({
      ...{ state: "unknown", says: expect.stringContaining("this one may be among them") },
    });
  });

  it("of a member account that the deployment names are asked about in the store alone", () => {
    const [account, arn] = ["444455556666", "arn:aws:dsql:us-east-1:444455556666:cluster/a"];
    const link = (named: readonly string[], known: readonly string[]) =>
      memberLink(
        account,
        undefined,
        known.map((one) => Cluster.parse(one)),
        { deploy: "deploy it", setUp },
        named,
      );
    expect(link([arn, cluster], [arn])).toMatchObject({ state: "ok", says: expect.stringMatching(/: 1$/) });
    expect(link([arn, cluster], [cluster])).toMatchObject({
      ...{ state: "broken", says: `the deployment names clusters of it that were never read: ${arn}` },
      next: `If it does not give the auditor a role yet: deploy it\nset up ${arn}`,
    });
    const many = Array.from({ length: 7 }, (_, n) => `${arn}${n}`);
    expect(link(many, []).next?.split("\n")).toEqual([
      "If it does not give the auditor a role yet: deploy it",
      ...many.slice(0, 5).map(setUp),
      "The same for 2 more of them.",
    ]);
    expect(link([cluster], [cluster])).toMatchObject({ state: "ok", says: expect.stringContaining("none") });
  });
});

describe("clusters that the deployment names", () => {
  const listed = ["abc", "other"].map((id) => ({ arn: cluster.replace("abc", id), status: "ACTIVE" }));
  const named = [cluster];
  it("hold where each of them has been read, whatever else AWS lists", () => {
    expect(namedLink({ value: listed }, named, [cluster], setUp)).toMatchObject({
      ...{ link: "clusters", state: "ok" },
      says: "of those that the deployment names 1 in this Region, each of them has been read",
    });
    expect(namedLink({ value: listed }, named, [], setUp)).toMatchObject({
      ...{ state: "broken", next: `set up ${cluster}` },
    });
  });
  it("are broken where AWS lists no such one, and unknown where it does not answer", () => {
    expect(namedLink({ value: [] }, named, [cluster], setUp, "eu-west-1")).toMatchObject({
      ...{ link: "clusters in eu-west-1", state: "broken" },
      says: `AWS lists no such cluster in eu-west-1: ${cluster}`,
    });
    expect(namedLink({ why: "no" }, named, [cluster], setUp).state).toBe("unknown");
    expect(namedLink({ why: "no" }, [], [cluster], setUp).state).toBe("ok");
  });
});
