// An account as `deploy-check` finds it before a deployment: a trail, its bucket, a cluster and a file of parameters.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import type { CheckItem } from "../../cli/deploy/check-item.ts";
import { documents } from "../../cli/schemas/index.ts";
import { paramsText } from "../../deploy/params.ts";
import { awsCallsOf, runAwsCommand } from "./aws-cli.ts";
import { cliIn } from "./cli.ts";
import { ACCOUNT, type FakeTrail, REGION, startSetupAccount } from "./setup-account.ts";

export const CLUSTER = `arn:aws:dsql:${REGION}:${ACCOUNT}:cluster/abc`;
export const TRAIL = `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/main`;
export const QUEUE = `arn:aws:sqs:${REGION}:${ACCOUNT}:others`;

/** The parameters that the file states. */
export const values = { region: REGION, alertEmail: "team@example.com", trailBucket: "trail-files" };

/** It records management events alone, by the old kind of selectors. */
export const trail = (more: Partial<FakeTrail> = {}): FakeTrail => ({
  ...{ arn: TRAIL, home: "us-east-1", logging: true },
  details: { IsMultiRegionTrail: true, S3BucketName: "trail-files", LogFileValidationEnabled: false },
  selectors: { EventSelectors: [{ ReadWriteType: "All", IncludeManagementEvents: true, DataResources: [] }] },
  ...more,
});
const notification = `<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><QueueConfiguration><Id>others</Id><Queue>${QUEUE}</Queue><Event>s3:ObjectCreated:*</Event><Filter><S3Key><FilterRule><Name>prefix</Name><Value>it's/</Value></FilterRule></S3Key></Filter></QueueConfiguration></NotificationConfiguration>`;

/** The account behind the real clients, the command and its folder. `reset` before each test, `stop` after all. */
export const startCheckedAccount = async () => {
  const root = mkdtempSync(join(tmpdir(), "deploy-check-"));
  const file = join(root, "deploy/params.prod.yml");
  const account = await startSetupAccount();
  account.iam.putCluster({ arn: CLUSTER });
  const cli = cliIn(
    () => root,
    () => Date.parse("2026-11-02T09:20:00Z"),
    { NO_COLOR: "1", AWS_ENDPOINT_URL: process.env.AWS_ENDPOINT_URL },
  );
  const write = (more: Record<string, string> = {}): void => {
    mkdirSync(join(root, "deploy"), { recursive: true });
    writeFileSync(file, paramsText({ ...values, ...more }));
  };

  /** The items of the document, which is as its schema says. */
  const check = async (): Promise<readonly CheckItem[]> => {
    const done = await cli("deploy-check --json");
    expect([done.code, done.err]).toEqual([0, ""]);
    const document = done.json() as { items: CheckItem[] };
    expect(documents.get("deploy-check")?.safeParse(document).error).toBeUndefined();
    return document.items;
  };
  const item = async (name: string): Promise<CheckItem | undefined> =>
    (await check()).find((one) => one.item === name);

  /** Runs what was printed, as the AWS CLI would. */
  const runPrinted = async (command: string): Promise<void> => {
    const [call] = awsCallsOf(command);
    if (call?.words.join(" ") !== "kms put-key-policy") return runAwsCommand(command, REGION);
    const key = account.keys[call.options["key-id"] ?? ""];
    if (!key) throw new Error("no such key");
    key.policy = call.options.policy ?? "";
  };

  const reset = (): void => {
    account.iam.deny();
    Object.assign(account, {
      ...{ trails: [trail()], notifications: { "trail-files": notification }, stacks: {} },
      ...{ subscriptions: [], denied: [], keys: {} },
    });
    write();
  };
  const stop = async (): Promise<void> => {
    await account.stop();
    rmSync(root, { recursive: true, force: true });
  };
  return { account, cli, file, write, check, item, runPrinted, reset, stop };
};
