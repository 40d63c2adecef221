// What the deployed functions make of a cluster: snapshots, findings, connections by both ways, and the mails.
import { deepEqual, equal, match } from "node:assert/strict";
import { DescribeRuleCommand, EventBridgeClient, TestEventPatternCommand } from "@aws-sdk/client-eventbridge";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { floorTo, HOUR } from "../../lib/core/base/time.ts";
import { trailFile } from "../../local/demo/records.ts";
import { type ConnectRecord, toEventBridge } from "../../local/dsql/record.ts";
import { resourcesOf } from "./clients.ts";
import { arnOf, BUCKET } from "./cluster.ts";
import { ACCOUNT, REGION } from "./emulator.ts";
import type { Mailbox } from "./mailbox.ts";
import { type Report, until } from "./report.ts";
import { asked, type Deployed, STACK, type World } from "./world.ts";

export type Snapshot = {
  readonly seq: number;
  readonly manifestHash: string;
  readonly rows: Readonly<Record<string, number>>;
  readonly unreadable: readonly string[];
};
type Finding = { readonly detector: string; readonly role: string | null; readonly status: string };
type Activity = { readonly principal: string; readonly allowed: number; readonly refused: number };

export const historyOf = (world: World, deployed: Deployed): Promise<Snapshot[]> =>
  asked<Snapshot[]>(world, deployed, "history");

const ordersApi = arnOf("ordersApi");

/** How many connections of the orders API are counted. */
export const countedIn = async (world: World, deployed: Deployed): Promise<number> => {
  const rows = await asked<Activity[]>(world, deployed, "activity");
  return rows.filter(({ principal }) => principal === ordersApi).reduce((sum, row) => sum + row.allowed, 0);
};

export const counted = (world: World, deployed: Deployed, wanted: number): Promise<number> =>
  until(`${wanted} connections`, 150, async () => {
    const count = await countedIn(world, deployed);
    if (count > wanted) throw new Error(`${count} were counted`);
    return count === wanted ? count : undefined;
  });

export const envelopesOf = (records: readonly ConnectRecord[]): string[] =>
  records.map((record) => JSON.stringify({ ...toEventBridge(record), version: "0" }));

/** EventBridge lets nobody but AWS put events of aws.dsql, so they go where its rule would put them. */
export const deliver = async (
  { clients }: World,
  QueueUrl: string,
  bodies: readonly string[],
): Promise<void> => {
  for (let at = 0; at < bodies.length; at += 10) {
    const Entries = bodies.slice(at, at + 10).map((MessageBody, n) => ({ Id: `m${n}`, MessageBody }));
    await clients.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  }
};

/** One for the whole run, which may go on into the next hour. */
const FILE_HOUR = floorTo(HOUR, Date.now());

export const trailKey = (name: string): string => trailFile(FILE_HOUR, []).key.replace("_demo.", `_${name}.`);

export const putTrailFile = async (
  { clients }: World,
  records: readonly ConnectRecord[],
  name: string,
): Promise<void> => {
  const { body } = trailFile(FILE_HOUR, records);
  await clients.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: trailKey(name), Body: body }));
};

/** Records of so many new connections of the orders API. */
export const connected = async ({ company }: World, times: number): Promise<ConnectRecord[]> => {
  company.takeRecords();
  await company.connect(times);
  return company.takeRecords();
};

const checkSnapshots = async (world: World, report: Report, deployed: Deployed): Promise<void> => {
  await report.must("plan called: one cluster is planned, and its snapshot is in the table", async () => {
    deepEqual(await deployed.call("plan"), { planned: 1 });
    const [snapshot] = await until("a snapshot", 90, async () => {
      const all = await historyOf(world, deployed);
      return all.length ? all : undefined;
    });
    deepEqual(snapshot?.unreadable, []);
    equal(snapshot?.rows.mappings, 3);
  });
  await report.check("the cluster is evaluated", () =>
    until("an evaluation", 60, async () => {
      const [one] = await asked<{ judgedAt: string | null }[]>(world, deployed, "clusters");
      return one?.judgedAt ?? undefined;
    }),
  );
};

const checkRule = async ({ clients, emulator }: World, records: readonly ConnectRecord[]): Promise<void> => {
  const events = new EventBridgeClient({
    endpoint: emulator.endpoint,
    region: REGION,
    credentials: { accessKeyId: ACCOUNT, secretAccessKey: "test" },
  });
  const Name = (await resourcesOf(clients, STACK)).get("ConnectRule") ?? "";
  const { EventPattern = "" } = await events.send(new DescribeRuleCommand({ Name }));
  for (const body of envelopesOf(records)) {
    const Event = JSON.stringify({
      id: "1",
      account: ACCOUNT,
      region: REGION,
      resources: [],
      ...JSON.parse(body),
    });
    const { Result } = await events.send(new TestEventPatternCommand({ EventPattern, Event }));
    equal(Result, true);
  }
};

const checkConnections = async (world: World, report: Report, deployed: Deployed): Promise<void> => {
  const first = await connected(world, 5);
  await report.check("the deployed rule takes connects as EventBridge brings them", () =>
    checkRule(world, first),
  );
  await report.check("5 connects in the ingest queue, each twice: counted once each", async () => {
    const bodies = envelopesOf(first);
    await deliver(world, deployed.queue("ingestEvents"), [...bodies, ...bodies]);
    await counted(world, deployed, 5);
  });
  await report.check("a trail file in S3 with these 5 and 2 more: 7 are counted", async () => {
    await putTrailFile(world, [...first, ...(await connected(world, 2))], "first");
    await counted(world, deployed, 7);
  });
};

const checkMail = async (
  world: World,
  report: Report,
  deployed: Deployed,
  mailbox: Mailbox,
): Promise<void> => {
  await report.check("a read-only role gets DELETE: found, and a mail says so", async () => {
    await world.company.asAdmin(["GRANT DELETE ON public.orders TO api_readonly"]);
    await deployed.call("plan");
    const { subject } = await mailbox.find(/api_readonly can DELETE from public\.orders/, 120);
    match(subject, /^\[HIGH\] api_readonly/);
    const findings = await asked<Finding[]>(world, deployed, "findings");
    const open = findings.filter(({ role, status }) => role === "api_readonly" && status === "open");
    match(open.map(({ detector }) => detector).join(), /privilege-exceeds-archetype/);
    return subject;
  });
};

export const checkWatching = async (
  world: World,
  report: Report,
  deployed: Deployed,
  mailbox: Mailbox,
): Promise<void> => {
  await checkSnapshots(world, report, deployed);
  await checkConnections(world, report, deployed);
  await checkMail(world, report, deployed, mailbox);
};
