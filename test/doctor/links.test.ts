// What doctor says of each link, by what AWS and the store answered.
import { describe, expect, it } from "vitest";
import { Cluster } from "../../lib/core/base/ids.ts";
import { HOUR, MINUTE } from "../../lib/core/base/time.ts";
import {
  bucketLink,
  clustersLink,
  digestsLink,
  identityLink,
  memberLink,
  trailLink,
} from "../../lib/doctor/account-links.ts";
import { awsPorts, type DoctorClients } from "../../lib/doctor/aws-ports.ts";
import {
  canaryLink,
  evaluationLink,
  loginLink,
  mappingsLink,
  readingLink,
  snapshotLink,
} from "../../lib/doctor/cluster-links.ts";
import {
  apiLink,
  deadLettersLink,
  LATE_MS,
  listenersLink,
  queuesLink,
  scheduleLink,
} from "../../lib/doctor/stack-links.ts";

const NOW = Date.parse("2026-11-02T09:20:00Z");
const cluster = Cluster.parse("arn:aws:dsql:us-east-1:111122223333:cluster/abc");
const refused = { why: "AWS refused the question (AccessDenied)", permission: "x:Y" };
const silent = { why: "AWS did not answer: TimeoutError" };
const gone = { why: "AWS knows no such thing", missing: true as const };

const setUp = (arn: string) => `set up ${arn}`;

describe("a question that AWS refused or did not answer", () => {
  it("is unknown, and names the permission that is missing", () => {
    const links = [
      identityLink(refused),
      clustersLink(refused, [], setUp),
      trailLink(refused, cluster),
      digestsLink(refused, cluster),
      bucketLink("b", refused),
      queuesLink({ detect: refused }),
      deadLettersLink({ detect: { url: "u", answer: refused } }, "--table t"),
      listenersLink("topic", refused),
      apiLink("https://api", refused),
    ];
    expect(links.map(({ state }) => state)).toEqual(links.map(() => "unknown"));
    for (const { next } of links.slice(1)) expect(next).toBe("Allow x:Y to whoever runs this command.");
  });

  it.each([
    ["ExpiredToken", "", "Sign in again"],
    ["ExpiredTokenException", "", "Sign in again"],
    [
      "CredentialsProviderError",
      "Token is expired. To refresh this SSO session run aws sso login",
      "Sign in again",
    ],
    ["CredentialsProviderError", "Could not load credentials from any providers", "Sign in, or"],
    ["InvalidClientTokenId", "", "Check AWS_PROFILE"],
    ["SignatureDoesNotMatch", "", "this machine's clock"],
  ])("is mended by the caller's credentials and by nothing else after %s %s", async (name, message, next) => {
    const sts = { send: () => Promise.reject(Object.assign(new Error(message), { name })) };
    const link = identityLink(await awsPorts({ sts } as unknown as DoctorClients).identity());
    expect(link).toMatchObject({ state: "unknown", next: expect.stringContaining(next) });
  });

  it("is no fault of the link where nobody answered", () => {
    expect(queuesLink({ detect: silent })).toMatchObject({
      state: "unknown",
      next: "Run this command again in a minute.",
    });
  });
});

describe("what is gone", () => {
  it("is broken", () => {
    expect(bucketLink("b", gone)).toMatchObject({ state: "broken", says: "there is no bucket b" });
    expect(queuesLink({ detect: gone })).toMatchObject({
      state: "broken",
      says: "the queue of detect is gone",
    });
    expect(listenersLink("t", gone).state).toBe("broken");
    expect(deadLettersLink({ plan: { url: "u", answer: gone } }, "").state).toBe("broken");
  });
});

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
});

describe("the trail", () => {
  const trail = (more: object = {}) => ({
    ...{
      arn: "arn:aws:cloudtrail:us-east-1:111122223333:trail/t",
      homeRegion: "us-east-1",
      multiRegion: false,
    },
    ...{ bucket: "b", prefix: null, validation: true, logging: true, deliveryError: null, deliveredAt: null },
    stoppedAt: null,
    selectors: [
      {
        FieldSelectors: [
          { Field: "eventCategory", Equals: ["Data"] },
          { Field: "resources.type", Equals: ["AWS::DSQL::Cluster"] },
        ],
      },
    ],
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

describe("the deployment", () => {
  it("has a bucket that tells EventBridge, or what to merge into its settings", () => {
    expect(bucketLink("b", { value: true }).state).toBe("ok");
    expect(bucketLink("b", { value: false }).next).toContain(
      "get-bucket-notification-configuration --bucket b",
    );
    expect(bucketLink("", undefined).state).toBe("broken");
  });
  it("has run within two hours and a quarter, by its own schedule", () => {
    const at = (age: number) => scheduleLink({ at: NOW - age, deployment: null }, NOW).state;
    expect([at(HOUR), at(LATE_MS), at(LATE_MS + 1)]).toEqual(["ok", "ok", "broken"]);
    expect(scheduleLink(undefined, NOW).state).toBe("unknown");
  });
  it("may have work waiting, but nothing that was given up", () => {
    const empty = { value: { waiting: 0, held: 0 } };
    const two = { value: { waiting: 1, held: 1 } };
    expect(queuesLink({ detect: two, notify: empty })).toMatchObject({
      state: "ok",
      says: "at work: detect 2",
    });
    expect(deadLettersLink({ notify: { url: "u", answer: empty } }, "").state).toBe("ok");
    expect(
      deadLettersLink(
        { ingestEvents: { url: "https://sqs.us-east-1.amazonaws.com/1/dead", answer: two } },
        "--table t",
      ),
    ).toMatchObject({
      state: "broken",
      says: "ingestEvents gave up on 2 messages",
      next: "npx dsql-audit ingest --queue https://sqs.us-east-1.amazonaws.com/1/dead --table t",
    });
  });
  it("is unknown where AWS does not say how many messages a queue holds", async () => {
    const sqs = { send: async () => ({ Attributes: { ApproximateNumberOfMessages: "0" } }) };
    const { queue } = awsPorts({ sqs } as unknown as DoctorClients);
    expect(queuesLink({ detect: await queue("u") }).state).toBe("unknown");
  });
  it("hides no queue that is gone or full behind one that could not be asked about", () => {
    const two = { value: { waiting: 1, held: 1 } };
    expect(queuesLink({ detect: refused, notify: gone }).says).toBe("the queue of notify is gone");
    const dead = (answer: typeof two | typeof gone) =>
      deadLettersLink({ detect: { url: "u", answer: refused }, notify: { url: "v", answer } }, "").says;
    expect(dead(two)).toBe("notify gave up on 2 messages");
    expect(dead(gone)).toBe("the dead-letter queue of notify is gone");
  });
  it("has a listener who said yes", () => {
    const of = (confirmed: number, pending: number) => listenersLink("t", { value: { confirmed, pending } });
    expect(of(1, 1).state).toBe("ok");
    expect(of(0, 1)).toMatchObject({ state: "broken", says: "1 not confirmed yet: nobody gets mail" });
    expect(of(0, 0).next).toMatch(/^aws sns subscribe --topic-arn t /);
  });
  it("answers, refuses the caller or fails", () => {
    const states = [200, 403, 429, 500].map((value) => apiLink("https://api", { value }).state);
    expect(states).toEqual(["ok", "unknown", "unknown", "broken"]);
    // No function of the deployment gives these.
    for (const value of [302, 404])
      expect(apiLink("https://api", { value })).toMatchObject({
        state: "broken",
        next: "Compare this URL with the stack's outputs.",
      });
    expect(apiLink("", undefined).state).toBe("unknown");
  });
});

describe("a cluster", () => {
  const head = (age: number, unreadable: object = {}, meta: object = {}) =>
    ({ manifest: { takenAt: NOW - age, unreadable, meta } }) as unknown as Parameters<typeof snapshotLink>[0];
  const canary = (minutes: number, seen: boolean) => ({
    ...{ at: NOW - minutes * MINUTE, eventId: seen ? "e" : null },
    seenInTrailAt: seen ? NOW : null,
  });
  it("is read every hour", () => {
    expect(snapshotLink(head(HOUR), NOW, undefined).state).toBe("ok");
    expect(snapshotLink(head(3 * HOUR), NOW, undefined).state).toBe("broken");
    expect(snapshotLink(undefined, NOW, undefined).state).toBe("unknown");
    expect(evaluationLink(NOW - 3 * HOUR, NOW).state).toBe("broken");
    expect(evaluationLink(undefined, NOW).state).toBe("unknown");
  });
  it("is logged in to by the newest login, whatever came before", () => {
    const login = (canaries: number[], failed: number[]) =>
      loginLink(
        { canaries: canaries.map((at) => canary(at, false)), failed: failed.map((m) => NOW - m * MINUTE) },
        "s",
      );
    expect(login([60], [120]).state).toBe("ok");
    expect(login([120], [60])).toMatchObject({ state: "broken", next: "As admin, in the cluster: s" });
    expect(login([], []).state).toBe("unknown");
    // CloudTrail recorded the attempt that was refused.
    expect(login([120, 60], [60]).state).toBe("broken");
  });
  it("may have an old snapshot while it is left asleep on purpose, and only of that one", () => {
    const asleep = { at: NOW - HOUR, snapshotAt: NOW - 9 * HOUR };
    const link = (more = {}) => snapshotLink(head(9 * HOUR), NOW, { ...asleep, ...more });
    expect(link()).toMatchObject({ state: "ok", says: expect.stringContaining("left asleep at") });
    expect(link({ at: NOW - 3 * HOUR }).state).toBe("broken");
    expect(link({ snapshotAt: NOW - 10 * HOUR }).state).toBe("broken");
    expect(snapshotLink(head(9 * HOUR), NOW, undefined).state).toBe("broken");
  });
  it("of a member account are known or not by what was heard there last, with the reason", () => {
    const known = [Cluster.parse("arn:aws:dsql:us-east-1:444455556666:cluster/a")];
    const refused = { account: "444455556666", region: "us-east-1", reason: "AccessDenied" };
    expect(memberLink("444455556666", undefined, known).state).toBe("unknown");
    expect(memberLink("444455556666", [refused], known)).toMatchObject({
      ...{ link: "account 444455556666", state: "unknown" },
      says: expect.stringContaining("us-east-1: AccessDenied"),
      next: expect.stringContaining("member-account.yml"),
    });
    expect(memberLink("444455556666", [{ ...refused, account: "777788889999" }], known)).toMatchObject({
      ...{ state: "ok", says: "it lets the auditor in; 1 of its clusters has been read" },
    });
  });
  it("shows what it refuses, the mappings apart", () => {
    expect(mappingsLink(head(0)).state).toBe("ok");
    expect(mappingsLink(head(0, { mappings: null })).state).toBe("broken");
    expect(readingLink(head(0, { mappings: null }), []).state).toBe("ok");
    expect(readingLink(head(0, { functions: null }), ["iam.roles"]).says).toBe(
      "unreadable: functions, iam.roles",
    );
    expect([mappingsLink(undefined).state, readingLink(undefined, []).state]).toEqual(["unknown", "unknown"]);
  });
  it("names the two ways out where the mappings are refused, and says where admin reads them", () => {
    const ways = /GRANT SELECT ON sys\.iam_pg_role_mappings TO dsql_auditor;.*auditAsAdmin: on/;
    expect(mappingsLink(head(0, { mappings: null })).next).toMatch(ways);
    const failed = mappingsLink(head(0, { mappings: null }, { asAdmin: "failed" }));
    expect([failed.state, failed.says]).toEqual([
      "broken",
      expect.stringContaining("auditAsAdmin did not help"),
    ]);
    const read = mappingsLink(head(0, {}, { asAdmin: "read" }));
    expect([read.state, read.says]).toEqual(["ok", expect.stringContaining("read as admin")]);
    expect(mappingsLink(head(0, {}, { asAdmin: "not-needed" })).next).toContain("set it to off");
  });
  it("proves its capture by the newest login that had time to come back", () => {
    expect(canaryLink([canary(100, true), canary(10, false)], NOW).state).toBe("ok");
    expect(canaryLink([canary(160, true), canary(100, false)], NOW).says).toContain("1 later did not");
    expect(canaryLink([canary(100, false)], NOW).state).toBe("broken");
    expect(canaryLink([canary(10, false)], NOW).state).toBe("unknown");
    expect(canaryLink([], NOW).state).toBe("unknown");
  });
});
