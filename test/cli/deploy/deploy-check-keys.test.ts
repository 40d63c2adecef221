// deploy-check of KMS keys: one's own, and the trail's.
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { stackNameOf } from "../../../deploy/params-file.ts";
import { keyStatements } from "../../../lib/doctor/key-policy.ts";
import { awsCallsOf } from "../../support/aws-cli.ts";
import { startCheckedAccount, TRAIL, trail } from "../../support/checked-account.ts";
import { ACCOUNT, type FakeTrail, REGION, TABLE } from "../../support/setup-account.ts";

const { account, check, item, write, runPrinted, reset, stop } = await startCheckedAccount();
beforeEach(reset);
afterAll(stop);

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
