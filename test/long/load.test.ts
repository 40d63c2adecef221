// 100 connects a second for ten minutes through the packaged functions and their queues: `npm run test:load`. Time is
// simulated: it passes with the schedule of the events, with waits, and with what each call costs.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { DAY, HOUR, MINUTE } from "../../lib/core/base/time.ts";
import { openStore } from "../../lib/store/open-store.ts";
import { openDynamoDbTable } from "../../lib/store/table/dynamodb/dynamodb-table.ts";
import type { Envelope } from "../../local/aws/lambda-events.ts";
import { deadLetterQueueOf } from "../../local/aws/topology-on-bus.ts";
import { seededRandom } from "../../local/seeded-random.ts";
import { type Functions, packagedFunctions, TABLE } from "../support/packaged-functions.ts";
import { CLUSTER, connectRecord, envelope, uuidOf } from "../support/records.ts";

const MINUTES = Number(process.env.MINUTES ?? 10);
const PER_SECOND = 100;
const EVENTS = MINUTES * 60 * PER_SECOND;
/** What DynamoDB takes to answer, as if one request came after the other. */
const REQUEST_MS = 10;

const START = Date.UTC(2026, 10, 2, 9, 55); // an hour of the clock ends on the way
const END = START + MINUTES * MINUTE;
const cluster = CLUSTER as Cluster;
const roleOf = (n: number): string => `arn:aws:iam::111122223333:role/service/App${n % 17}`;

let folder: string;
let functions: Functions;
let now = START;
let sent = 0;
let doneAt = 0;
const calls = { ingest: 0, messages: 0, cpuMs: 0, slowestMs: 0 };

/** Time passes, for the functions too: whatever connects meanwhile is put on the bus. */
const pass = (ms: number): void => {
  now += ms;
  vi.setSystemTime(now);
  const due = Math.min(EVENTS, Math.floor(((now - START) / 1000) * PER_SECOND));
  const events: Envelope[] = [];
  for (; sent < due; sent++) {
    const at = START + Math.floor(sent / PER_SECOND) * 1000;
    const session = `svc-${sent % 5}-${sent.toString(16)}`;
    const ip = `10.20.${sent % 4}.17`;
    const record = connectRecord({ id: uuidOf(sent), at, role: roleOf(sent), session, ip });
    events.push(envelope(record) as Envelope);
  }
  if (events.length) functions.bus.putEvents(events);
};

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now });
  folder = mkdtempSync(join(tmpdir(), "load-"));
  functions = await packagedFunctions({
    ...{ outbox: folder, random: seededRandom(1), now: () => now, duplicates: 0.02 },
    // Waits pass second by second, so that a batch that is full meanwhile goes.
    advance: (ms) => pass(Math.min(ms, 1000)),
    onCall: ({ name, messages, cpuMs, requests }) => {
      const tookMs = cpuMs + requests * REQUEST_MS;
      if (name === "ingestEvents") {
        calls.ingest++;
        calls.messages += messages;
        calls.cpuMs += cpuMs;
        calls.slowestMs = Math.max(calls.slowestMs, tookMs);
      }
      pass(tookMs);
      if (name === "ingestEvents") doneAt = now;
    },
  });
}, 300_000);
afterAll(async () => {
  await functions?.stop();
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

it(`counts ${EVENTS} connects of ${MINUTES} minutes, and is done a minute after the last`, async () => {
  const from = performance.now();
  while (sent < EVENTS) {
    pass(1000);
    await functions.bus.drain();
  }
  const { requests, writeUnits, refused } = functions.meter.read();
  const late = (doneAt - END) / 1000;
  process.stdout.write(
    `${EVENTS} connects of ${MINUTES} minutes, ${calls.messages} messages in ${calls.ingest} batches; the last was counted ` +
      `${late.toFixed(1)} s after the last connect; ${(calls.cpuMs / 1000).toFixed(1)} s CPU, slowest batch ` +
      `${(calls.slowestMs / 1000).toFixed(1)} s; ${requests} requests, ${Math.round(writeUnits)} write units ` +
      `(${refused} refused), ${(EVENTS / writeUnits).toFixed(0)} connects a unit, evaluations included; ` +
      `${((performance.now() - from) / 1000).toFixed(0)} s in all\n`,
  );

  const sleep = async (): Promise<void> => {};
  const table = openDynamoDbTable({
    client: functions.dynamodb.client,
    name: TABLE,
    sleep,
    random: () => 0.5,
  });
  const store = openStore(table, { now: () => END + DAY });
  const all = { from: START - HOUR, to: END + HOUR };
  const ids = [...(await store.activity.countedIds(cluster, all)).values()].flatMap((held) => [...held]);
  expect(new Set(ids).size).toBe(EVENTS); // nothing is lost
  await store.activity.fold(cluster, END + DAY);
  const counts = new Map<string, number>();
  for (const { tallies } of await store.activity.hours(cluster, all))
    for (const { principal, count } of tallies) counts.set(principal, (counts.get(principal) ?? 0) + count);
  // Nothing counts twice, although every fiftieth message came twice.
  const truth = new Map<string, number>();
  for (let n = 0; n < EVENTS; n++) truth.set(roleOf(n), (truth.get(roleOf(n)) ?? 0) + 1);
  expect(Object.fromEntries(counts)).toEqual(Object.fromEntries(truth));
  expect(calls.messages).toBeGreaterThan(EVENTS);
  for (const name of ["ingestEvents", "detect", "notify"])
    expect(functions.bus.queue(deadLetterQueueOf(name)).visible()).toBe(0);
  expect(functions.bus.failures).toEqual([]);
  // The last batch may have begun to gather with the last connect: a minute, and what the batch itself takes.
  expect(late).toBeLessThan(60 + calls.slowestMs / 1000);
}, 1_800_000);
