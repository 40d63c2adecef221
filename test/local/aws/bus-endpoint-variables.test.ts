// Clients that are told by the environment alone where the local bus is.
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Bus, createBus } from "../../../local/aws/bus.ts";
import { type BusEndpoint, startBusEndpoint } from "../../../local/aws/bus-endpoint.ts";
import { startLoopback } from "../../../local/aws/loopback-server.ts";

let bus: Bus;
let served: BusEndpoint;

beforeEach(async () => {
  bus = createBus({ random: () => 0, now: () => Date.UTC(2026, 2, 4, 3) });
  bus.addQueue({ name: "work" });
  served = await startBusEndpoint(bus);
});
afterEach(() => served.stop());

describe("the endpoint variables", () => {
  let elsewhere: Awaited<ReturnType<typeof startLoopback>>;
  const strays: string[] = [];
  beforeAll(async () => {
    elsewhere = await startLoopback(({ url }) => {
      strays.push(url.pathname);
      return { status: 500 };
    });
  });
  afterAll(() => elsewhere.stop());
  beforeEach(() => {
    strays.length = 0;
    vi.stubEnv("AWS_REGION", "us-east-1");
    vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
    vi.stubEnv("AWS_ENDPOINT_URL_SQS", served.endpoint);
    vi.stubEnv("AWS_ENDPOINT_URL_EVENTBRIDGE", served.endpoint);
  });
  afterEach(() => vi.unstubAllEnvs());

  it("lead clients without any settings here", async () => {
    const plainSqs = new SQSClient();
    const plainEvents = new EventBridgeClient();
    await plainSqs.send(new SendMessageCommand({ QueueUrl: served.queueUrl("work"), MessageBody: "x" }));
    const { FailedEntryCount } = await plainEvents.send(
      new PutEventsCommand({ Entries: [{ Source: "auditor", DetailType: "t", Detail: "{}" }] }),
    );
    plainSqs.destroy();
    plainEvents.destroy();
    expect(FailedEntryCount).toBe(0);
    expect(bus.queue("work").counters().sent).toBe(1);
  });

  // Why queue URLs must be on the loopback endpoint: without `endpoint` in its settings the client calls their host.
  it("do not keep the SQS client from calling the queue URL's host", async () => {
    const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
    const client = new SQSClient({ maxAttempts: 1, logger: silent });
    const QueueUrl = `${elsewhere.endpoint}/111122223333/work`;
    const stray = client.send(new SendMessageCommand({ QueueUrl, MessageBody: "x" }));
    await expect(stray).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
    client.destroy();
    expect(strays).toEqual(["/"]);
    expect(bus.queue("work").counters().sent).toBe(0);
  });
});
