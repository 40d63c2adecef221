// deploy-check of the trail and its bucket: what is missing is told, and what it prints mends it and keeps what is there.
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { QUEUE, startCheckedAccount, TRAIL, trail } from "../../support/checked-account.ts";
import { ACCOUNT } from "../../support/setup-account.ts";

const { account, cli, check, item, runPrinted, reset, stop } = await startCheckedAccount();
beforeEach(reset);
afterAll(stop);

describe("deploy-check of the trail", () => {
  it("says of a new account what is missing, and what a trail of the old kind of selectors keeps", async () => {
    const items = await check();
    const states = Object.fromEntries(items.map((one) => [one.item, one.state]));
    expect(states).toMatchObject({
      ...{ parameters: "ok", identity: "ok", clusters: "ok", "trail files": "ok" },
      ...{
        trail: "missing",
        digests: "unknown",
        "bucket events": "missing",
        stack: "missing",
        "IAM events": "missing",
      },
    });
    expect(items.find((one) => one.item === "IAM events")).toMatchObject({ optional: true });
    const { merge, next } = items.find((one) => one.item === "trail") ?? {};
    expect(merge).toMatchObject({ of: TRAIL, keeps: 1, widened: [] });
    expect(next).toMatch(/^aws cloudtrail put-event-selectors --region us-east-1 --trail-name /);
  });

  it("prints merged settings that leave what others set, and is content once they are put", async () => {
    const first = await check();
    for (const name of ["trail", "bucket events"])
      await runPrinted(first.find((one) => one.item === name)?.next ?? "");
    expect(account.trails[0]?.selectors).toEqual({
      AdvancedEventSelectors: [
        { FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }] },
        {
          Name: "Connects to Aurora DSQL",
          FieldSelectors: [
            { Field: "eventCategory", Equals: ["Data"] },
            { Field: "resources.type", Equals: ["AWS::DSQL::Cluster"] },
          ],
        },
      ],
    });
    for (const kept of [QUEUE, "s3:ObjectCreated:*", "<EventBridgeConfiguration", /it(?:'|&apos;)s\//])
      expect(account.notifications["trail-files"]).toMatch(kept);
    const then = await check();
    for (const name of ["trail", "bucket events"])
      expect(
        then.find((one) => one.item === name),
        name,
      ).toMatchObject({ state: "ok", merge: null, next: null });
    await runPrinted((await item("digests"))?.next ?? "");
    expect((await item("digests"))?.state).toBe("ok");
  });

  it("adds no second selector to a trail that takes the connects and is stopped: it names what starts it", async () => {
    await runPrinted((await item("trail"))?.next ?? "");
    const selectors = account.trails[0]?.selectors;
    account.trails = [trail({ logging: false, ...(selectors && { selectors }) })];
    expect(await item("trail")).toMatchObject({
      ...{ state: "missing", merge: null },
      says: `${TRAIL} is not logging. Nothing is merged: the event selectors of ${TRAIL} take its connects already`,
      next: `aws cloudtrail start-logging --region us-east-1 --name ${TRAIL}`,
    });
  });

  it("takes a trail of the organization for what it is, and says who may change it", async () => {
    const arn = TRAIL.replace(ACCOUNT, "999988887777");
    account.trails = [
      trail({ arn, shadow: true, details: { ...trail().details, IsOrganizationTrail: true } }),
    ];
    expect((await item("trail"))?.next).toMatch(
      /^As account 999988887777, whose trail it is: aws cloudtrail put-event/,
    );
  });

  it.each([
    ["cloudtrail:ListTrails", ["trail", "digests", "trail files"]],
    ["cloudtrail:GetEventSelectors", ["trail", "trail files"]],
    ["s3:GetBucketNotification", ["bucket events"]],
    ["cloudformation:DescribeStacks", ["stack", "IAM events"]],
  ])("knows nothing where %s is refused, and prints nothing to put", async (action, unknown) => {
    account.denied = [action];
    const items = (await check()).filter((one) => unknown.includes(one.item));
    expect(items.map(({ state, merge }) => [state, merge])).toEqual(unknown.map(() => ["unknown", null]));
  });

  it("does not call the account without a trail while trails of the organization were not seen", async () => {
    account.trails = [];
    expect((await item("trail"))?.state).toBe("missing");
    account.denied = ["cloudtrail:DescribeTrails"];
    expect(await item("trail")).toMatchObject({ state: "unknown" });
    expect(await item("trail files")).toMatchObject({ state: "unknown" });
  });

  it("does not leave the trail out where AWS does not list the clusters", async () => {
    account.iam.deny("dsql:ListClusters");
    const items = await check();
    account.iam.deny();
    for (const name of ["clusters", "trail", "digests"])
      expect(items.find((one) => one.item === name)).toMatchObject({
        state: "unknown",
        next: "Allow dsql:ListClusters to whoever runs this command.",
      });
  });

  it("asks nobody to change a trail while another that may take the connects was not read", async () => {
    const dark = { ...trail({ arn: `${TRAIL}2` }), selectors: { unread: true } };
    account.trails = [trail(), dark];
    expect((await item("trail"))?.state).toBe("unknown");
    expect(await item("trail")).toMatchObject({
      merge: null,
      next: expect.stringMatching(/get-event-selectors/),
    });
  });

  it("compares what the parameters say of the trail with the trail", async () => {
    account.trails = [trail({ details: { ...trail().details, S3KeyPrefix: "org's" } })];
    expect(await item("trail files")).toMatchObject({
      state: "missing",
      next: "npx dsql-audit init --stage prod --force --trail-prefix 'org'\\''s/'",
    });
    account.trails = [trail({ details: { ...trail().details, KmsKeyId: "arn:aws:kms:us-east-1:1:key/k" } })];
    expect((await item("trail files"))?.next).toContain("--trail-key arn:aws:kms:us-east-1:1:key/k");
    account.trails = [trail({ details: { ...trail().details, S3BucketName: "elsewhere" } })];
    expect((await item("trail files"))?.says).toContain(
      "no trail that could be read writes files of eu-central-1",
    );
  });

  it("shows the difference that a command makes before the command", async () => {
    const { out } = await cli("deploy-check");
    expect(out).toMatch(
      /what is there now stays: 1 setting\n +\+ \{"Name":"Connects to Aurora DSQL"[^\n]*\n +next: aws cloudtrail put-event-selectors/,
    );
    expect(out).toMatch(
      /^Of \d+ things that a deployment needs, \d+ are missing and \d+ (?:is|are) unknown\.\n/,
    );
  });
});
