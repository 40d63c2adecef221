// A trail of the stack's own, from the question to the checks, over an account behind the real clients.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { CheckItem } from "../../../cli/deploy/check-item.ts";
import { paramsText, readParams } from "../../../deploy/params.ts";
import { EXAMPLE, fileOf, stackNameOf, stackValues } from "../../../deploy/params-file.ts";
import { cliIn } from "../../support/cli.ts";
import {
  ACCOUNT,
  type FakeTrail,
  REGION,
  type SetupAccount,
  startSetupAccount,
  TABLE,
} from "../../support/setup-account.ts";

const CLUSTER = `arn:aws:dsql:${REGION}:${ACCOUNT}:cluster/abc`;
const OWN = `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/${stackNameOf("prod")}-${REGION}`;
const root = mkdtempSync(join(tmpdir(), "own-trail-"));
const file = join(root, fileOf("prod"));
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
    AdvancedEventSelectors: [
      {
        FieldSelectors: [
          { Field: "eventCategory", Equals: ["Data"] },
          { Field: "resources.type", Equals: ["AWS::DSQL::Cluster"] },
        ],
      },
    ],
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
  rmSync(root, { recursive: true, force: true });
});
beforeEach(() => {
  rmSync(join(root, "deploy"), { recursive: true, force: true });
  mkdirSync(join(root, "deploy"));
  writeFileSync(join(root, EXAMPLE), paramsText());
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
