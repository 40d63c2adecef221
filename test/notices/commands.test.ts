// Every command that mails contain, pasted into a shell of a checkout, on a table behind a real DynamoDB client.
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { SNSClient } from "@aws-sdk/client-sns";
import PostalMime from "postal-mime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
import { sendNotices } from "../../lib/jobs/send-notices.ts";
import { openStore } from "../../lib/store/open-store.ts";
import { openDynamoDbTable } from "../../lib/store/table/dynamodb/dynamodb-table.ts";
import { type LocalSns, startSns } from "../../local/aws/sns.ts";
import { acl, cluster, estate, table as relation } from "../support/catalogs.ts";
import { commandsIn, mailCommands } from "../support/mail-text.ts";
import { T as FIRST, fillWorld, findingOf } from "../support/query-world.ts";
import { testTables } from "../support/table.ts";

const root = join(import.meta.dirname, "../..");
const topicArn = "arn:aws:sns:us-east-1:111122223333:access-findings";
const T = FIRST + 2 * DAY;
const outbox = mkdtempSync(join(tmpdir(), "commands-"));
let tables: Awaited<ReturnType<typeof testTables>>;
let local: LocalSns;
let texts: string[];

beforeAll(async () => {
  tables = await testTables();
  local = await startSns({ outbox, now: () => T, topics: [topicArn] });
  await tables.database.createTable("audit");
  const patience = { sleep: async () => {}, random: () => 0 };
  const table = openDynamoDbTable({ client: tables.database.client, name: "audit", ...patience });
  await fillWorld(table);
  const store = openStore(table, { now: () => T });
  // A plan is for what the newest snapshot shows: this one is found in it.
  const orders = relation(1000, "orders", { acl: acl("10=arwdDxt/10", "100=r*/10") });
  await store.snapshots.save(cluster, estate({ relations: [orders] }), T - HOUR);
  const found = await detectCluster(store, cluster, T, { dryRun: true });
  const real = found.findings.find(({ detector }) => detector === "grant-option");
  if (!real) throw new Error("no grant option was found");
  await store.notices.note(cluster, { firstAt: T - 90 * DAY, dailyAt: T - DAY, weeklyAt: T });
  await store.findings.update(cluster, (all) => [
    ...all.map((one) => ({ ...one, status: "resolved" as const, closedAt: FIRST, closeNoticedAt: FIRST })),
    { ...real, severity: "critical" as const },
    findingOf("dormant-mapping-fedcba9876543210"),
  ]);
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const sns = new SNSClient({ endpoint: local.endpoint, region: "us-east-1", credentials });
  const commandStore = ["--table", "audit", "--region", "us-east-1"];
  const sent = await sendNotices({ store, sns, topicArn }, cluster, T, { commandStore });
  sns.destroy();
  expect(sent).toBe(2);
  texts = await Promise.all(
    readdirSync(outbox).map(
      async (file) => (await PostalMime.parse(readFileSync(join(outbox, file)))).text ?? "",
    ),
  );
});
afterAll(async () => {
  await local.stop();
  await tables.stop();
  rmSync(outbox, { recursive: true, force: true });
});

describe("the commands of mails", () => {
  it("work as pasted, npx and all", async () => {
    const commands = [...new Set(texts.flatMap(commandsIn))];
    // One of each kind, each with its own words: starting a process for all of them takes long.
    const kinds = new Map(commands.map((text) => [/^npx dsql-audit (\w+)/.exec(text)?.[1] ?? text, text]));
    expect([...kinds.keys()].sort()).toEqual(mailCommands.toSorted());
    const env = {
      ...process.env,
      AWS_ENDPOINT_URL_DYNAMODB: tables.database.endpoint,
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
      NO_COLOR: "1",
    };
    // npx takes as long as the command: it is met once, and stands aside for the others.
    const aside = `npx() { shift; "${process.execPath}" "${join(root, "bin/dsql-audit.mjs")}" "$@"; }\n`;
    for (const kind of mailCommands) {
      const text = kinds.get(kind) ?? "";
      expect(text).toMatch(/--table audit(?: \\\n)? +--region us-east-1$/);
      const { stdout } = await promisify(execFile)(
        "bash",
        ["-euc", kind === "finding" ? text : aside + text],
        { cwd: root, env },
      );
      expect(stdout, text).toMatch(/\S/);
    }
  }, 120_000);
});
