// A database that says "slow down": the real client retries, nothing is lost and nothing is counted twice.

import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Cluster } from "../../../lib/core/base/ids.ts";
import { createActivityStore } from "../../../lib/store/activity/activity.ts";
import { openDynamoDbTable } from "../../../lib/store/table/dynamodb/dynamodb-table.ts";
import type { Table } from "../../../lib/store/table/table.ts";
import { type LocalDynamoDb, startDynamoDb } from "../../../local/store/dynamodb.ts";
import { connection } from "../../support/connections.ts";
import { retriesAtOnce } from "../../support/hurried-retries.ts";
import { CLUSTER } from "../../support/records.ts";

const NAME = "throttled";
const HOUR = 3_600_000;
let database: LocalDynamoDb;
let proxy: Server;
let throttled = 0;
/** Every so many writes is refused; 1: all of them. */
let every = 3;

const open = (maxAttempts: number): Table => {
  const { port } = proxy.address() as AddressInfo;
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    retryStrategy: retriesAtOnce(maxAttempts),
  });
  return openDynamoDbTable({ client, name: NAME, sleep: async () => {}, random: () => 0 });
};

beforeAll(async () => {
  database = await startDynamoDb();
  await database.createTable(NAME);
  const target = new URL(database.endpoint);
  let writes = 0;
  proxy = createServer((incoming, outgoing) => {
    if (String(incoming.headers["x-amz-target"]).endsWith(".PutItem") && ++writes % every === 0) {
      throttled++;
      incoming.resume();
      outgoing.writeHead(400, { "content-type": "application/x-amz-json-1.0" });
      outgoing.end(
        JSON.stringify({
          __type: "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
          message: "slow down",
        }),
      );
      return;
    }
    const { method, url, headers } = incoming;
    const onward = request(
      { host: target.hostname, port: target.port, method, path: url, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      },
    );
    incoming.pipe(onward);
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
});
afterAll(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await database.stop();
});

describe("counting while the database throttles", () => {
  const at = Date.parse("2026-03-01T10:00:00Z");
  const events = Array.from({ length: 12 }, (_, n) => connection(`e-${n}`, at + n * 61_000));

  it("ends with each connection counted once", async () => {
    const activity = createActivityStore(open(8));
    expect(await activity.count(events, at + HOUR)).toMatchObject({ counted: 12, duplicates: 0 });
    expect(throttled).toBeGreaterThan(2);
    expect(await activity.count(events, at + HOUR)).toMatchObject({ counted: 0, duplicates: 12 });
  });

  it("throws when it never gets through, and loses nothing: the batch that comes again is counted", async () => {
    const later = events.map((event) => ({ ...event, eventId: `later-${event.eventId}` }));
    every = 1;
    await expect(createActivityStore(open(2)).count(later, at + HOUR)).rejects.toThrow("slow down");
    every = 1_000_000;
    const activity = createActivityStore(open(2));
    expect(await activity.count(later, at + HOUR)).toMatchObject({ counted: 12, duplicates: 0 });
    const cluster = CLUSTER as Cluster;
    await activity.fold(cluster, at + 2 * HOUR);
    const hours = await activity.hours(cluster, { from: at, to: at + HOUR });
    expect(hours.flatMap(({ tallies }) => tallies).reduce((sum, { count }) => sum + count, 0)).toBe(24);
  });
});
