// A trail of the stack's own, from the question to the checks, over an account behind the real clients.
import { rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { prices } from "../../../bench/support/prices.ts";
import type { CheckItem } from "../../../cli/deploy/check-item.ts";
import { paramsText, readParams } from "../../../deploy/params.ts";
import { stackNameOf, stackValues } from "../../../deploy/params-file.ts";
import { askedIn, cliIn } from "../../support/cli.ts";
import { takesConnects } from "../../support/read-trail.ts";
import {
  ACCOUNT,
  type FakeTrail,
  REGION,
  type SetupAccount,
  startSetupAccount,
  TABLE,
} from "../../support/setup-account.ts";
import { setupFolder } from "../../support/setup-folder.ts";

const CLUSTER = `arn:aws:dsql:${REGION}:${ACCOUNT}:cluster/abc`;
const OWN = `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/${stackNameOf("prod")}-${REGION}`;
const { root, file, written, reset, remove } = setupFolder("own-trail-");
const cli = cliIn(
  () => root,
  () => Date.parse("2026-11-02T09:20:00Z"),
  { NO_COLOR: "1" },
);
let account: SetupAccount;

const trail = (arn: string, more: Partial<FakeTrail> = {}): FakeTrail => ({
  ...{ arn, home: REGION, logging: true },
  details: { S3BucketName: "own-files", LogFileValidationEnabled: true },
  selectors: {
    AdvancedEventSelectors: takesConnects,
  },
  ...more,
});
const company = (more: Partial<FakeTrail> = {}): FakeTrail =>
  trail(`arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/company`, {
    details: { S3BucketName: "company-files", LogFileValidationEnabled: true },
    selectors: { EventSelectors: [{ ReadWriteType: "All", IncludeManagementEvents: true }] },
    ...more,
  });
const values = { region: REGION, alertEmail: "", trailBucket: "", createTrail: "on" };
const write = (more: Record<string, string> = {}): void =>
  writeFileSync(file, paramsText({ ...values, ...more }));
/** As CloudFormation would tell of it once it is deployed. */
const deployed = (more: Record<string, string> = {}): void => {
  const read = readParams(paramsText({ ...values, ...more }));
  if ("problems" in read) throw new Error(read.problems.join());
  account.stacks[`${REGION} ${stackNameOf("prod")}`] = {
    status: "CREATE_COMPLETE",
    outputs: { TableName: TABLE, TrailArn: OWN, TrailBucketName: "own-files" },
    parameters: stackValues(read.params),
  };
};

beforeAll(async () => {
  account = await startSetupAccount();
  account.iam.putCluster({ arn: CLUSTER });
});
afterAll(async () => {
  await account?.stop();
  remove();
});
beforeEach(() => {
  reset();
  Object.assign(account, { trails: [], notifications: {}, stacks: {}, denied: [] });
});

const NAMES = ["trail", "digests", "trail files", "bucket events"];
const check = async (): Promise<readonly CheckItem[]> => {
  const { items } = (await cli("deploy-check --json")).json() as { items: readonly CheckItem[] };
  return items.filter(({ item }) => NAMES.includes(item));
};

describe("deploy-check", () => {
  it("asks nothing of a trail that the stack is to make but to deploy, and prints no setting of another", async () => {
    write();
    account.trails = [company()];
    expect(await check()).toMatchObject([
      {
        ...{ item: "trail files", when: "after", state: "missing", merge: null },
        ...{ says: "the stack is to make the trail and its bucket, and has not yet" },
        next: "npx serverless deploy --stage prod",
      },
    ]);
  });

  it("says before it is deployed which trail records the connects already", async () => {
    write();
    account.trails = [trail(`arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/all`)];
    expect((await check())[0]?.says).toContain("charged in each trail that does: arn:aws:cloudtrail");
  });

  it("finds it by the stack's outputs, and is content", async () => {
    write();
    deployed();
    account.trails = [company(), trail(OWN)];
    account.notifications = {
      "own-files":
        '<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><EventBridgeConfiguration/></NotificationConfiguration>',
    };
    expect((await check()).map(({ item, when, state, says }) => [item, when, state, says])).toEqual([
      ["trail", "after", "ok", `takes its connects: ${OWN}`],
      ["digests", "after", "ok", "the trail signs its files"],
      ["trail files", "after", "ok", `${OWN} writes to own-files`],
      ["bucket events", "after", "ok", "own-files tells EventBridge of new files"],
    ]);
  });

  it("sees what somebody changed since: a stopped trail, other selectors, a bucket that tells nobody", async () => {
    write();
    deployed();
    account.notifications = { "own-files": "" };
    account.trails = [company(), trail(OWN, { logging: false })];
    const stopped = await check();
    expect(stopped[0]).toMatchObject({
      ...{ state: "missing", merge: null },
      next: `aws cloudtrail start-logging --region ${REGION} --name ${OWN}`,
    });
    expect(stopped[3]).toMatchObject({ item: "bucket events", state: "missing", merge: { of: "own-files" } });
    account.trails = [company(), trail(OWN, { selectors: company().selectors })];
    expect((await check())[0]).toMatchObject({ state: "missing", merge: { of: OWN, keeps: 1 } });
  });

  it("has no command for a trail that is gone: it says where to read on", async () => {
    write();
    deployed();
    account.trails = [company()];
    const items = await check();
    expect(items[0]).toMatchObject({
      ...{
        item: "trail",
        state: "missing",
        says: `the trail that the stack made is gone: ${OWN}`,
        merge: null,
      },
      next: expect.stringContaining("docs/operations.md"),
    });
    expect(items.map(({ item }) => item)).not.toContain("trail files");
  });

  it("knows nothing of it where CloudFormation or CloudTrail do not answer", async () => {
    write();
    deployed();
    account.denied = ["cloudformation:DescribeStacks"];
    expect(await check()).toMatchObject([{ item: "trail files", state: "unknown" }]);
    account.denied = ["cloudtrail:ListTrails"];
    expect((await check()).slice(0, 3).map(({ state }) => state)).toEqual(["unknown", "unknown", "unknown"]);
  });

  it("looks at the bucket of before, which the deployment needs", async () => {
    write({ existingTrailBucket: "old-files" });
    expect((await check())[0]).toMatchObject({
      ...{ item: "bucket events", when: "before", state: "missing", says: "there is no bucket old-files" },
    });
    account.notifications = { "old-files": "" };
    expect((await check())[0]?.next).toMatch(/^aws s3api put-bucket-notification-configuration --bucket old/);
  });
});

describe("init", () => {
  const words = ["--stage", "prod", "--region", REGION, "--email", ""];
  const rest = ["--clusters", "auto", "--event-bus", "", "--security-hub", "off", "--chat-topic", ""];
  const atTerminal = askedIn(
    () => root,
    () => 0,
    { NO_COLOR: "1" },
  );
  const asked = (answers: readonly string[], ...more: string[]) =>
    atTerminal(["init", ...words, ...rest, ...more], answers);
  const QUESTION = "Make a trail (on: with management events; connects; off)";

  it("offers a trail where none records the connects, and says what it costs", async () => {
    const { code, questions, err, out } = await asked([""]);
    expect([code, questions]).toEqual([0, [`${QUESTION} [on]: `]]);
    expect(err).toContain(`$${prices.dataEvents.dollars.toFixed(2)} for every 100,000 connections`);
    expect(prices.dataEvents.per).toBe(100_000);
    expect(err).toContain("The first copy of management events is free");
    expect(written()).toMatchObject({ createTrail: "on", trailBucket: "" });
    expect(out).toContain("the stack makes the trail and the bucket of its files");
  });

  it("names the trail that records management events already, and what a second copy of them costs", async () => {
    account.trails = [company()];
    const { questions, err } = await asked(["connects"]);
    expect(questions).toEqual([`${QUESTION} [off]: `]);
    expect(err).toContain(`${company().arn} records management events`);
    expect(err.replaceAll("\n", " ")).toContain(
      `$${prices.managementEvents.dollars.toFixed(2)} for every 100,000`,
    );
    expect(written()).toMatchObject({ createTrail: "connects", trailBucket: "" });
  });

  it("suggests none while a trail that was not read may record them", async () => {
    account.trails = [company({ selectors: { unread: true } })];
    expect((await asked([])).questions[0]).toBe(`${QUESTION} [off]: `);
    expect(written()).toMatchObject({ createTrail: "off", trailBucket: "" });
  });

  it("asks for a bucket where no trail is wanted, and asks again after an answer that is none", async () => {
    account.trails = [company()];
    const { questions, err } = await asked(["yes", "off", ""]);
    expect(questions).toEqual([
      ...[`${QUESTION} [off]: `, `${QUESTION} [off]: `],
      "Bucket of the trail that records the connects (none: EventBridge alone) [company-files]: ",
    ]);
    expect(err).toContain("createTrail is one of off, on, connects");
    expect(written()).toMatchObject({ createTrail: "off", trailBucket: "company-files" });
  });

  it("offers none where a trail records them, where it is said, and where nobody could look", async () => {
    account.trails = [trail(company().arn)];
    expect((await asked([""])).questions.join()).not.toContain("Make a trail");
    expect((await asked([], "--force", "--trail-bucket", "b-1")).questions).toEqual([]);
    rmSync(file);
    account.trails = [];
    account.denied = ["cloudtrail:ListTrails"];
    expect((await asked(["none"])).questions.join()).not.toContain("Make a trail");
  });

  it("makes none that nobody asked for, without a terminal; the option does", async () => {
    const refused = await cli(["init", ...words, "--yes"]);
    expect(refused).toMatchObject({ code: 64, err: expect.stringContaining("--create-trail on") });
    expect((await cli(["init", ...words, "--yes", "--create-trail", "connects"])).code).toBe(0);
    expect(written()).toMatchObject({ createTrail: "connects", trailBucket: "" });
    // Once it is deployed, its bucket is no bucket to be named.
    account.trails = [trail(OWN)];
    expect((await cli(["init", ...words, "--yes"])).code).toBe(0);
    expect(written()).toMatchObject({ createTrail: "connects", trailBucket: "" });
  });

  it("refuses a bucket beside it, and names both", async () => {
    const done = await cli(["init", ...words, "--offline", "--create-trail", "on", "--trail-bucket", "b-1"]);
    expect(done).toMatchObject({
      code: 64,
      err: expect.stringContaining("trailBucket and createTrail: on each say where the trail's files are"),
    });
    write({ trailBucket: "company-files", createTrail: "off" });
    const switched = await cli(["init", "--offline", "--yes", "--force", "--create-trail", "on"]);
    expect(switched.code).toBe(64);
    const both = ["init", "--offline", "--yes", "--force", "--create-trail", "on", "--trail-bucket", ""];
    expect((await cli(both)).code).toBe(0);
    expect(written()).toMatchObject({ createTrail: "on", trailBucket: "" });
  });
});
