// What doctor says of the clusters, trails and member accounts of an account, by what AWS answered.
import { describe, expect, it } from "vitest";
import { Cluster } from "../../lib/core/base/ids.ts";
import { clustersLink, digestsLink, memberLink, trailLink } from "../../lib/doctor/account-links.ts";
import { readTrail } from "../support/read-trail.ts";

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
      ...{ state: "broken", next: "deploy it" },
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
});

describe("the trail", () => {
  const trail = (more: object = {}) => ({
    ...readTrail,
    arn: "arn:aws:cloudtrail:us-east-1:111122223333:trail/t",
    ...more,
  });
  it("holds when it logs and takes the connects", () => {
    expect(trailLink({ value: [trail()] }, cluster).state).toBe("ok");
    expect(digestsLink({ value: [trail()] }, cluster).state).toBe("ok");
  });
  it("is broken when it is stopped or takes other events, and says how to look without changing anything", () => {
    for (const more of [{ logging: false }, { selectors: [] }, { deliveryError: "AccessDenied" }]) {
      const link = trailLink({ value: [trail(more)] }, cluster);
      expect(link.state).toBe("broken");
      expect(link.next).toMatch(/^aws cloudtrail get-event-selectors /);
    }
    expect(trailLink({ value: [] }, cluster).next).toMatch(
      /^Let the deployment make a trail \(createTrail: on\), or make one/,
    );
  });
  it("is unknown when it could not be read", () => {
    expect(trailLink({ value: [{ arn: "t", unreadable: "AccessDenied" }] }, cluster).state).toBe("unknown");
    expect(digestsLink({ value: [{ arn: "t", unreadable: "AccessDenied" }] }, cluster).state).toBe("unknown");
  });
  describe("that the stack made", () => {
    const own = "arn:aws:cloudtrail:us-east-1:111122223333:trail/dsql-access-auditor-prod-us-east-1";
    const other = trail();
    it("is the one that counts: no other writes where the files are read", () => {
      expect(trailLink({ value: [other, trail({ arn: own })] }, cluster, own)).toMatchObject({
        ...{ state: "ok", says: `takes its connects: ${own}` },
      });
      expect(trailLink({ value: [other, trail({ arn: own, selectors: [] })] }, cluster, own)).toMatchObject({
        ...{ state: "broken", says: `${own} does not take its connects` },
        next: `aws cloudtrail get-event-selectors --region us-east-1 --trail-name ${own}`,
      });
      const unsigned = { value: [other, trail({ arn: own, validation: false })] };
      expect(digestsLink(unsigned, cluster, own)).toMatchObject({
        ...{ state: "broken", next: expect.stringContaining(`--name ${own} --enable-log-file-validation`) },
      });
    });
    it("is started by one command where somebody stopped it", () => {
      expect(trailLink({ value: [other, trail({ arn: own, logging: false })] }, cluster, own)).toMatchObject({
        ...{ state: "broken", says: `${own} is not logging` },
        next: `aws cloudtrail start-logging --region us-east-1 --name ${own}`,
      });
    });
    it("is told to be gone where it is, whatever other trails record, and unknown where it was not read", () => {
      expect(trailLink({ value: [other] }, cluster, own)).toMatchObject({
        ...{ state: "broken", says: `the trail that the stack made is gone: ${own}` },
        next: expect.stringContaining("docs/operations.md, A trail of the stack's own"),
      });
      expect(digestsLink({ value: [other] }, cluster, own).state).toBe("unknown");
      const dark = { value: [other, { arn: own, unreadable: "AccessDenied" }] };
      expect(trailLink(dark, cluster, own).state).toBe("unknown");
      expect(digestsLink(dark, cluster, own).state).toBe("unknown");
    });
    it("has to record the cluster's Region", () => {
      const away = trail({ arn: own, homeRegion: "eu-central-1" });
      expect(trailLink({ value: [other, away] }, cluster, own).state).toBe("broken");
      const everywhere = { ...away, multiRegion: true };
      expect(trailLink({ value: [other, everywhere] }, cluster, own).state).toBe("ok");
    });
  });
  it("without digests is told apart, with the one command that only adds them", () => {
    expect(digestsLink({ value: [trail({ validation: false })] }, cluster)).toMatchObject({
      state: "broken",
      next: "aws cloudtrail update-trail --region us-east-1 --name arn:aws:cloudtrail:us-east-1:111122223333:trail/t --enable-log-file-validation",
    });
  });
});
