// What doctor says of the trails of an account, by what AWS answered.
import { describe, expect, it } from "vitest";
import { Cluster } from "../../lib/core/base/ids.ts";
import { digestsLink, trailLink } from "../../lib/doctor/account-links.ts";
import { readTrail } from "../support/read-trail.ts";

const cluster = Cluster.parse("arn:aws:dsql:us-east-1:111122223333:cluster/abc");

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
  it("of another account's cluster is unknown, and nothing of this account's trails would mend it", () => {
    expect(trailLink({ value: [trail()] }, cluster, "", "444455556666")).toMatchObject({
      ...{ state: "unknown", says: expect.stringContaining("111122223333 are not asked about") },
      next: expect.stringMatching(/^See that a trail of the organization/),
    });
    expect(trailLink({ value: [trail({ organization: true })] }, cluster, "", "444455556666").state).toBe(
      "ok",
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
