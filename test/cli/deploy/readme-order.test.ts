// README's way from a checkout to a running auditor, line by line: each command does what its comment says, in that order.
// The deployment itself is CloudFormation's: here its stack appears as the framework would have asked for it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { CheckItem } from "../../../cli/deploy/check-item.ts";
import { run } from "../../../cli/program.ts";
import { fileOf, readFileOf, refusal, stackNameOf, stackValues } from "../../../deploy/params-file.ts";
import { runAwsCommand } from "../../support/aws-cli.ts";
import { ACCOUNT, REGION, type SetupAccount, startSetupAccount, TABLE } from "../../support/setup-account.ts";
import { setupFolder } from "../../support/setup-folder.ts";

const checkout = join(import.meta.dirname, "../../..");
const ROLE = `arn:aws:iam::${ACCOUNT}:role/snapshot`;
const TOPIC = `arn:aws:sns:${REGION}:${ACCOUNT}:notices`;
const { root, reset, remove } = setupFolder("readme-order-");
let account: SetupAccount;

beforeAll(async () => {
  account = await startSetupAccount();
  account.iam.putCluster({ arn: `arn:aws:dsql:${REGION}:${ACCOUNT}:cluster/abc` });
  account.trails = [
    {
      ...{ arn: `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/main`, home: REGION, logging: true },
      details: { S3BucketName: "trail-files" },
      selectors: { EventSelectors: [{ ReadWriteType: "All" }] },
    },
  ];
  account.notifications = { "trail-files": "" };
  reset();
});
afterAll(async () => {
  await account?.stop();
  remove();
});

const command = async (words: readonly string[], answers: readonly string[] = []) => {
  const told = { out: "", err: "" };
  const left = [...answers];
  const stream = (to: "out" | "err") => ({
    ...{ isTTY: false, columns: 80 },
    write: (text: string) => {
      told[to] += text;
    },
  });
  const code = await run(words, {
    ...{ stdout: stream("out"), stderr: stream("err"), env: { NO_COLOR: "1" }, cwd: root },
    ...{ now: () => Date.parse("2026-11-02T09:20:00Z"), random: () => 0, sleep: async () => {} },
    signal: new AbortController().signal,
    ask: async () => left.shift() ?? "",
  });
  return { code, ...told };
};

/** What CloudFormation would know once the framework is through; it goes no further than the plugin lets it. */
const deploy = (stage: string): void => {
  expect(refusal(root, { words: ["deploy"], stage, params: [] })).toBeUndefined();
  const read = readFileOf(root, fileOf(stage));
  if (!read || "problems" in read) throw new Error("no parameters");
  account.stacks[`${read.params.region} ${stackNameOf(stage)}`] = {
    status: "CREATE_COMPLETE",
    outputs: {
      SnapshotRoleArn: ROLE,
      TableName: TABLE,
      TopicArn: TOPIC,
      ConfirmAlertEmail: "aws sns confirm-subscription",
    },
    parameters: stackValues(read.params),
  };
  account.subscriptions = ["PendingConfirmation"];
};

it("leads from a checkout to doctor in under ten commands, each explained in a line", async () => {
  const readme = readFileSync(join(checkout, "README.md"), "utf8");
  const [, block = ""] = /## Deploy it\n[\s\S]*?```sh\n([\s\S]*?)```/.exec(readme) ?? [];
  const lines = block.trim().split("\n");
  expect(lines.length).toBeLessThan(10);
  for (const line of lines) expect(line).toMatch(/\S +# .{10,}/);
  const seen: string[] = [];
  for (const line of lines.map((one) => one.replace(/ +#.*/, ""))) {
    const words = line.split(" ");
    seen.push(words[2] ?? "");
    if (words[1] === "ci") continue;
    if (words[1] === "serverless") {
      expect(refusal(root, { words: ["deploy"], stage: "other", params: [] })).toContain(
        "npx dsql-audit init --stage other",
      );
      deploy(words[words.indexOf("--stage") + 1] ?? "");
      continue;
    }
    const filled = words
      .slice(2)
      .map((word) => (word === "TABLE" ? TABLE : word === "REGION" ? REGION : word));
    const done = await command(filled, [REGION, "team@example.com", "off", "", "auto"]);
    expect([line, done.code]).toEqual([line, 0]);
    if (words[2] === "setup-sql") expect(done.out).toContain(`AWS IAM GRANT dsql_auditor TO '${ROLE}';`);
    if (words[2] === "doctor") expect(done.out).toContain("  identity ");
  }
  expect(seen).toEqual(["", "init", "deploy", "setup-sql", "deploy-check", "doctor"]);
});

it("ends with nothing missing, once what deploy-check shows was run until it shows no more", async () => {
  const open = async (): Promise<CheckItem[]> => {
    const { out } = await command(["deploy-check", "--json"]);
    const { items } = JSON.parse(out) as { items: CheckItem[] };
    // The framework of this machine is not in a temporary folder.
    return items.filter((one) => one.state === "missing" && !one.optional && one.item !== "framework");
  };
  for (let round = 0; round < 4; round += 1)
    for (const { next } of (await open()).filter((one) => one.next?.startsWith("aws ")))
      await runAwsCommand(next ?? "", REGION);
  const last = await open();
  expect(last.map(({ item, next }) => [item, next])).toEqual([
    ["subscriptions", "With the token out of the mail that AWS sent: aws sns confirm-subscription"],
  ]);
  account.subscriptions = [`${TOPIC}:1`];
  expect(await open()).toEqual([]);
});
