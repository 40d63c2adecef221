// deploy-check over an account behind the real clients: what is missing is told, and what it prints mends it.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { CheckItem } from "../../../cli/deploy/check-item.ts";
import { FORWARD_REGION_STACK, FORWARD_STACK } from "../../../cli/deploy/checks-after.ts";
import { documents } from "../../../cli/schemas/index.ts";
import { paramsText, readParams } from "../../../deploy/params.ts";
import { stackNameOf, stackValues } from "../../../deploy/params-file.ts";
import { keyStatements } from "../../../lib/doctor/key-policy.ts";
import { awsCallsOf, runAwsCommand } from "../../support/aws-cli.ts";
import { cliIn } from "../../support/cli.ts";
import {
  ACCOUNT,
  type FakeTrail,
  REGION,
  type SetupAccount,
  startSetupAccount,
  TABLE,
} from "../../support/setup-account.ts";

const NOW = Date.parse("2026-11-02T09:20:00Z");
const CLUSTER = `arn:aws:dsql:${REGION}:${ACCOUNT}:cluster/abc`;
const TRAIL = `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/main`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/dsql-access-auditor-prod-snapshot`;
const TOPIC = `arn:aws:sns:${REGION}:${ACCOUNT}:topic`;
const QUEUE = `arn:aws:sqs:${REGION}:${ACCOUNT}:others`;
const values = { region: REGION, alertEmail: "team@example.com", trailBucket: "trail-files" };
const root = mkdtempSync(join(tmpdir(), "deploy-check-"));
let account: SetupAccount;
const env: Record<string, string | undefined> = { NO_COLOR: "1" };
const cli = cliIn(
  () => root,
  () => NOW,
  env,
);

const trail = (more: Partial<FakeTrail> = {}): FakeTrail => ({
  ...{ arn: TRAIL, home: "us-east-1", logging: true },
  details: { IsMultiRegionTrail: true, S3BucketName: "trail-files", LogFileValidationEnabled: false },
  selectors: { EventSelectors: [{ ReadWriteType: "All", IncludeManagementEvents: true, DataResources: [] }] },
  ...more,
});
const notification = `<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><QueueConfiguration><Id>others</Id><Queue>${QUEUE}</Queue><Event>s3:ObjectCreated:*</Event><Filter><S3Key><FilterRule><Name>prefix</Name><Value>it's/</Value></FilterRule></S3Key></Filter></QueueConfiguration></NotificationConfiguration>`;

const write = (more: Record<string, string> = {}): void => {
  mkdirSync(join(root, "deploy"), { recursive: true });
  writeFileSync(join(root, "deploy/params.prod.yml"), paramsText({ ...values, ...more }));
};
const deployed = (more: Record<string, string> = {}) => {
  const read = readParams(paramsText({ ...values, ...more }));
  if ("problems" in read) throw new Error(read.problems.join());
  return {
    status: "CREATE_COMPLETE",
    outputs: {
      SnapshotRoleArn: ROLE,
      TableName: TABLE,
      TopicArn: TOPIC,
      ConfirmAlertEmail: "aws sns confirm-subscription --token TOKEN",
    },
    parameters: { ...stackValues(read.params) },
  };
};

beforeAll(async () => {
  account = await startSetupAccount();
  env.AWS_ENDPOINT_URL = process.env.AWS_ENDPOINT_URL;
  account.iam.putCluster({ arn: CLUSTER });
});
afterAll(async () => {
  await account?.stop();
  rmSync(root, { recursive: true, force: true });
});
beforeEach(() => {
  account.iam.deny();
  Object.assign(account, {
    ...{ trails: [trail()], notifications: { "trail-files": notification }, stacks: {} },
    ...{ subscriptions: [], denied: [], keys: {} },
  });
  write();
});

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

describe("deploy-check", () => {
  it("names the command that writes the file of parameters, and asks AWS nothing without one", async () => {
    rmSync(join(root, "deploy/params.prod.yml"));
    const before = account.iam.calls.length;
    const items = await check();
    expect(items[0]).toMatchObject({
      item: "parameters",
      state: "missing",
      next: "npx dsql-audit init --stage prod",
    });
    expect(account.iam.calls).toHaveLength(before);
    writeFileSync(join(root, "deploy/params.prod.yml"), "alertEmial: x\n");
    expect((await check())[0]?.says).toContain('there is no parameter "alertEmial"');
  });

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

  it("looks at the clusters that the file names, and at the table of before", async () => {
    write({
      clusters: JSON.stringify([{ cluster: `${CLUSTER}gone`, endpoint: "e", user: "u" }]),
      existingTable: "other",
    });
    expect((await item("clusters"))?.says).toBe(`AWS lists no such cluster in ${REGION}: ${CLUSTER}gone`);
    expect(await item("existing table")).toMatchObject({ state: "missing", says: "there is no table other" });
    write({ existingTable: TABLE });
    expect((await item("existing table"))?.state).toBe("ok");
  });

  it("looks at the clusters that the tags choose, and knows none where AWS does not say which tags they have", async () => {
    const other = CLUSTER.replace("abc", "tagged");
    write({ clusterTags: '{"audit":true}' });
    expect(await item("clusters")).toMatchObject({
      state: "missing",
      says: `no cluster in ${REGION} has the tags of clusterTags: audit=true`,
      next: expect.stringContaining(
        `aws dsql tag-resource --region ${REGION} --resource-arn ${CLUSTER} --tags`,
      ),
    });
    account.iam.putCluster({ arn: other, tags: { audit: "true" }, tagsLeftOut: true });
    const items = await check();
    expect(items.find((one) => one.item === "clusters")?.says).toBe(
      `1 in ${REGION} with the tags audit=true`,
    );
    expect(items.filter((one) => one.item === "trail").map(({ cluster }) => cluster)).toEqual([other]);
    account.iam.deny("dsql:ListTagsForResource");
    expect(await item("clusters")).toMatchObject({ state: "unknown", says: expect.stringContaining(other) });
    account.iam.removeCluster(other);
  });

  it("looks at the clusters of each further Region, and names what hands over its events", async () => {
    const there = `arn:aws:dsql:eu-west-1:${ACCOUNT}:cluster/there`;
    account.iam.putCluster({ arn: there });
    // Its own Region among them, and one twice, are no further ones.
    write({ regions: `eu-west-1,${REGION},eu-north-1,eu-west-1` });
    account.stacks = {
      [`eu-north-1 ${FORWARD_REGION_STACK}`]: {
        ...{ status: "CREATE_COMPLETE", outputs: {}, parameters: { AuditorRegion: REGION } },
      },
    };
    const items = await check();
    const states = Object.fromEntries(items.map((one) => [one.item, one.state]));
    expect(states).toMatchObject({
      ...{ clusters: "ok", "clusters in eu-west-1": "ok", "clusters in eu-north-1": "missing" },
      ...{ "events of eu-west-1": "missing", "events of eu-north-1": "ok" },
    });
    const regional = items.filter(({ item: name }) => /(?:events of|clusters in) /.test(name));
    expect(regional).toHaveLength(4);
    const trails = items.filter((one) => one.item === "trail").map(({ cluster }) => cluster);
    expect(trails).toEqual([CLUSTER, there]);
    expect(items.find((one) => one.item === "events of eu-west-1")?.next).toBe(
      `aws cloudformation deploy --region eu-west-1 --stack-name ${FORWARD_REGION_STACK} --template-file deploy/forward-region.yml --capabilities CAPABILITY_IAM --parameter-overrides AuditorRegion=${REGION}`,
    );
  });

  it("fills in the deployment's outputs once it is there, and says who has still to act", async () => {
    account.stacks = {
      [`${REGION} ${stackNameOf("prod")}`]: deployed(),
      [`us-east-1 ${FORWARD_STACK}`]: {
        status: "CREATE_COMPLETE",
        outputs: {},
        parameters: { AuditorRegion: REGION },
      },
    };
    account.subscriptions = ["PendingConfirmation"];
    const items = await check();
    expect(items.filter(({ when }) => when === "after")).toMatchObject([
      { item: "stack", state: "ok" },
      {
        ...{ item: "database login", cluster: CLUSTER, state: "unknown" },
        next: "As admin, in the cluster: npx dsql-audit setup-sql --stage prod",
        sql: ["CREATE ROLE dsql_auditor WITH LOGIN;", `AWS IAM GRANT dsql_auditor TO '${ROLE}';`],
      },
      {
        item: "subscriptions",
        state: "missing",
        next: expect.stringContaining("aws sns confirm-subscription"),
      },
      { item: "IAM events", state: "ok" },
    ]);
    const { out } = await cli("deploy-check");
    expect(out).toContain(`npx dsql-audit doctor --table ${TABLE} --region ${REGION} --send-test`);
    account.subscriptions = [`${TOPIC}:1`];
    expect((await item("subscriptions"))?.state).toBe("ok");
  });

  it("prints commands that the AWS CLI takes apart as they are meant", async () => {
    const [call] = awsCallsOf((await item("IAM events"))?.next ?? "");
    expect(call).toEqual({
      words: ["cloudformation", "deploy"],
      options: {
        ...{ region: "us-east-1", "stack-name": FORWARD_STACK, "template-file": "deploy/forward-iam.yml" },
        ...{ capabilities: "CAPABILITY_IAM", "parameter-overrides": `AuditorRegion=${REGION}` },
      },
    });
    // The same command stands in the template itself, for its readers.
    const template = readFileSync(join(import.meta.dirname, "../../../deploy/forward-iam.yml"), "utf8");
    expect(template).toContain((await item("IAM events"))?.next ?? "nothing");
  });

  it("sees that a deployment has other parameters than the file, or failed", async () => {
    const key = `${REGION} ${stackNameOf("prod")}`;
    account.stacks = { [key]: deployed({ keepDays: "30" }) };
    expect(await item("stack")).toMatchObject({
      state: "missing",
      says: expect.stringContaining("another KeepDays"),
    });
    account.stacks = { [key]: { ...deployed(), status: "ROLLBACK_COMPLETE" } };
    expect((await item("stack"))?.next).toBe(
      "aws cloudformation describe-stack-events --stack-name dsql-access-auditor-prod",
    );
  });

  it("exits with 2 for what is missing, where it is asked to", async () => {
    expect((await cli("deploy-check --exit-code")).code).toBe(2);
    expect((await cli("deploy-check --stage ../x")).code).toBe(64);
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

describe("deploy-check of a key of one's own", () => {
  const KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/5e1f7e3c-0000-4000-8000-000000000001`;
  const metadata = {
    ...{ Arn: KEY, KeyState: "Enabled", KeyUsage: "ENCRYPT_DECRYPT", KeySpec: "SYMMETRIC_DEFAULT" },
    KeyManager: "CUSTOMER",
  };
  const policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "it's the account",
        ...{
          Effect: "Allow",
          Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
          Action: "kms:*",
          Resource: "*",
        },
      },
    ],
  });
  beforeEach(() => {
    account.keys = { [KEY]: { metadata, policy } };
    write({ kmsKeyArn: KEY });
  });

  it("asks nothing about keys where there is none", async () => {
    write();
    const before = account.calls.length;
    expect((await check()).filter((one) => /key/.test(one.item))).toEqual([]);
    expect(account.calls.slice(before).filter((call) => call.includes("kms:"))).toEqual([]);
  });

  it("says whom its policy does not admit, and prints a policy that admits them and keeps what is there", async () => {
    expect(await item("encryption key")).toMatchObject({ state: "ok", says: `${KEY} is enabled` });
    const before = await item("key policy");
    expect(before).toMatchObject({
      state: "missing",
      says: `the key's policy does not admit logs.${REGION}.amazonaws.com, events.amazonaws.com, cloudwatch.amazonaws.com`,
      merge: { of: KEY, keeps: 1 },
    });
    await runPrinted(before?.next ?? "");
    expect(account.keys[KEY]?.policy).toContain("it's the account");
    expect(await item("key policy")).toMatchObject({ state: "ok", merge: null, next: null });
  });

  it.each([
    ["kms:DescribeKey", "encryption key"],
    ["kms:GetKeyPolicy", "key policy"],
  ])("knows nothing where %s is refused, and prints nothing to put", async (action, name) => {
    account.denied = [action];
    expect(await item(name)).toMatchObject({
      ...{ state: "unknown", merge: null },
      next: expect.stringContaining(`Allow ${action} to whoever runs this command.`),
    });
    // Who may not read it can still hand over what it needs.
    if (name === "key policy")
      expect((await item(name))?.next).toContain(
        JSON.stringify(keyStatements({ arn: KEY, stack: stackNameOf("prod") })),
      );
  });

  it.each([
    [{ KeyState: "Disabled" }, "is Disabled", `aws kms enable-key --region ${REGION} --key-id ${KEY}`],
    [{ KeyState: "PendingDeletion" }, "is PendingDeletion", /^aws kms cancel-key-deletion /],
    [{ KeySpec: "RSA_2048" }, "only a symmetric key", "Correct kmsKeyArn."],
    [{ KeyUsage: "GENERATE_VERIFY_MAC", KeySpec: "HMAC_256" }, "only a symmetric key", "Correct kmsKeyArn."],
    [{ KeyManager: "AWS" }, "is managed by AWS", "Correct kmsKeyArn."],
  ])("does not take a key with %j", async (more, says, next) => {
    account.keys = { [KEY]: { metadata: { ...metadata, ...more }, policy } };
    const found = (await check()).filter((one) => /key/.test(one.item));
    expect(found).toMatchObject([
      { item: "encryption key", state: "missing", says: expect.stringContaining(says) },
    ]);
    expect(found[0]?.next).toMatch(next);
  });

  it("does not take a key that is not there, or of another account, and does not know what KMS leaves out", async () => {
    account.keys = {};
    expect(await item("encryption key")).toMatchObject({ state: "missing", says: `there is no key ${KEY}` });
    account.keys = { [KEY]: { metadata: { ...metadata, KeySpec: undefined }, policy } };
    expect((await item("encryption key"))?.state).toBe("unknown");
    write({ kmsKeyArn: KEY.replace(ACCOUNT, "999988887777") });
    expect((await item("encryption key"))?.says).toContain("a key of account 999988887777");
  });

  it("prints what gives the table of before the key", async () => {
    write({ kmsKeyArn: KEY, existingTable: TABLE });
    const [call] = awsCallsOf((await item("existing table"))?.next ?? "");
    expect(call).toEqual({
      words: ["dynamodb", "update-table"],
      options: {
        ...{ region: REGION, "table-name": TABLE },
        "sse-specification": `Enabled=true,SSEType=KMS,KMSMasterKeyId=${KEY}`,
      },
    });
  });
});

describe("deploy-check of the trail's key", () => {
  const KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/5e1f7e3c-0000-4000-8000-000000000002`;
  const byKms = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        ...{ Sid: "it's the account", Effect: "Allow", Action: "kms:*", Resource: "*" },
        Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
      },
    ],
  });
  const sealed = (): FakeTrail => trail({ details: { ...trail().details, KmsKeyId: KEY } });
  beforeEach(() => {
    Object.assign(account, { trails: [sealed()], keys: { [KEY]: { metadata: {}, policy: byKms } } });
    write({ trailKeyArn: KEY });
  });

  it("says that CloudTrail may not write with it, and prints a policy that lets it and keeps what is there", async () => {
    const before = await item("trail key");
    expect(before).toMatchObject({
      ...{ state: "missing", when: "before", merge: { of: KEY, keeps: 1 } },
      says: expect.stringContaining("does not admit CloudTrail to write"),
    });
    await runPrinted(before?.next ?? "");
    expect(account.keys[KEY]?.policy).toContain("it's the account");
    expect(account.keys[KEY]?.policy).toContain(TRAIL);
    expect(await item("trail key")).toMatchObject({
      ...{ state: "ok", merge: null, next: null },
      says: `${KEY} lets CloudTrail write and the function ingestFiles read`,
    });
  });

  it("is not known where the policy or the trail is refused, and prints nothing to put", async () => {
    account.denied = ["kms:GetKeyPolicy"];
    expect(await item("trail key")).toMatchObject({
      ...{ state: "unknown", merge: null },
      next: expect.stringContaining("Allow kms:GetKeyPolicy to whoever runs this command."),
    });
    account.denied = ["cloudtrail:ListTrails"];
    expect(await item("trail key")).toMatchObject({ state: "unknown", merge: null });
  });

  it("knows the name of the trail that the stack will make, and has no such item where there is no key", async () => {
    account.trails = [];
    write({ trailKeyArn: KEY, trailBucket: "", createTrail: "on" });
    const before = await item("trail key");
    expect(before).toMatchObject({ state: "missing", when: "before" });
    expect(before?.next).toContain(
      `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/dsql-access-auditor-prod-${REGION}`,
    );
    write();
    expect(await item("trail key")).toBeUndefined();
  });
});
