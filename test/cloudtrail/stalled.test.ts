// AWS that begins an answer and never ends it: given up after a time, with words that say what stopped.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { S3Client } from "@aws-sdk/client-s3";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { awsFailure } from "../../cli/aws-failure.ts";
import { awsTimeouts, s3Timeouts } from "../../lib/cloudtrail/aws-timeouts.ts";
import { bodyChunks } from "../../lib/cloudtrail/body-chunks.ts";
import { ingestSources } from "../../lib/cloudtrail/ingest-sources.ts";
import { prefixSources } from "../../lib/cloudtrail/list-prefix.ts";
import { s3Source } from "../../lib/cloudtrail/s3-objects.ts";

let server: Server;
let endpoint = "";
const credentials = { accessKeyId: "x", secretAccessKey: "x" };
const LIST =
  '<?xml version="1.0"?><ListBucketResult><Name>trail</Name><IsTruncated>false</IsTruncated><Contents><Key>AWSLogs/1/CloudTrail/us-east-1/2026/11/02/f.json</Key><Size>500</Size></Contents></ListBucketResult>';

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    if (request.url?.includes("list-type")) {
      response.writeHead(200, { "content-type": "application/xml" });
      response.end(LIST);
      return;
    }
    // The head and a part of the body, and then nothing any more.
    response.writeHead(200, { "content-type": "application/x-amz-json-1.0", "content-length": "500" });
    response.write('{"Records":[');
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const s3 = () =>
  new S3Client({
    endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials,
    requestHandler: s3Timeouts,
  });
const sink = { count: async () => ({ counted: 0, duplicates: 0, tooOld: 0 }) } as never;

describe("an answer that stops in the middle", () => {
  it("of an object in S3 is given up, named", async () => {
    const client = s3();
    const source = s3Source(client, { bucket: "trail", key: "a.json" }, 200);
    await expect(Array.fromAsync(source.open())).rejects.toMatchObject({
      code: "connect",
      message: "s3://trail/a.json stopped in the middle: nothing came for 0.2 s",
    });
    client.destroy();
  });

  it("of one of the objects below a prefix is told, and never counts as read", async () => {
    const client = s3();
    const reading = ingestSources(
      prefixSources(client, "s3://trail/AWSLogs/", () => {}, 200),
      sink,
      { now: 0 },
    );
    const told = await reading.then(
      ({ rejected }) => rejected.map(({ reason }) => reason).join(),
      (error: Error) => error.message,
    );
    expect(told).toContain("stopped in the middle");
    client.destroy();
  });

  it("of a queue is given up, in words that say what to look at", async () => {
    const client = new SQSClient({
      endpoint,
      region: "us-east-1",
      credentials,
      maxAttempts: 1,
      requestHandler: { ...awsTimeouts, socketTimeout: 200 },
    });
    const error: unknown = await client
      .send(new ReceiveMessageCommand({ QueueUrl: `${endpoint}/1/q` }))
      .catch((cause: unknown) => cause);
    expect(awsFailure(error, { region: "us-east-1" })).toMatchObject({
      code: "connect",
      message: "AWS in us-east-1 does not answer, or stopped in the middle of its answer",
      hint: expect.stringContaining("network"),
    });
    client.destroy();
  });

  it.each(["constructor", "__proto__", "toString"])(
    "of a name that every object has is told as it is: %s",
    (name) => {
      const error = Object.assign(new Error("no"), { name, $metadata: {} });
      expect(awsFailure(error, {})).toMatchObject({
        code: "store",
        message: `AWS refused the request: ${name}: no`,
      });
    },
  );

  it("is waited for as long as whoever reads takes", async () => {
    const pieces = (async function* () {
      yield new Uint8Array([1]);
      yield new Uint8Array([2]);
    })();
    const read: number[] = [];
    for await (const [piece = 0] of bodyChunks("x", pieces, 50)) {
      read.push(piece);
      await new Promise((resolve) => setTimeout(resolve, 120));
    }
    expect(read).toEqual([1, 2]);
  });
});
