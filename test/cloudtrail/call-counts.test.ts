import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { afterEach, expect, it } from "vitest";
import { callCountPort } from "../../lib/cloudtrail/call-counts.ts";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import { CLUSTER } from "../support/records.ts";

let server: Server | undefined;
afterEach(() => server?.close());

it("sums both actions by the hour, in as many requests as the stretch needs", async () => {
  const bodies: string[] = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      bodies.push(`${request.url} ${Buffer.concat(chunks).toString("latin1")}`);
      response.writeHead(200, { "content-type": "application/x-amz-json-1.0" });
      response.end(
        JSON.stringify({ Label: "CallCount", Datapoints: [{ Timestamp: 7_200, Sum: 3 }, { Sum: 9 }] }),
      );
    });
  }).listen(0, "127.0.0.1");
  await new Promise((done) => server?.once("listening", done));
  const client = new CloudWatchClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: "us-east-1",
    maxAttempts: 1,
    credentials: { accessKeyId: "x", secretAccessKey: "x" },
  });
  const port = callCountPort(client);
  expect(await port(CLUSTER as Cluster, { from: 0, to: DAY })).toEqual(new Map([[2 * HOUR, 6]]));
  expect(bodies).toHaveLength(2);
  await port(CLUSTER as Cluster, { from: 0, to: 120 * DAY });
  expect(bodies).toHaveLength(8);
  expect(await port("postgres://x" as Cluster, { from: 0, to: DAY })).toEqual(new Map());
});
