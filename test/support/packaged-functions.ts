// The functions as they are deployed, out of the packaged zips, on the local bus: queues, windows, retries and dead letters.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Context } from "aws-lambda";
import { allFunctions, type FunctionName, settingSources } from "../../deploy/topology.ts";
import { type Bus, createBus } from "../../local/aws/bus.ts";
import { startBusEndpoint } from "../../local/aws/bus-endpoint.ts";
import { startSns } from "../../local/aws/sns.ts";
import { addFunctions, addQueues } from "../../local/aws/topology-on-bus.ts";
import { localTrail } from "../../local/aws/trail-api.ts";
import { startDynamoDb } from "../../local/store/dynamodb.ts";
import { packageStack, type Stack } from "../deploy/stack.ts";
import { type MeteredDynamoDb, meterDynamoDb } from "./metered-dynamodb.ts";

const PLACE = { account: "111122223333", region: "us-east-1" };
export const TABLE = "dsql-audit";

type Handler = (event: unknown, context: Context) => Promise<unknown>;

export type Functions = {
  readonly bus: Bus;
  readonly dynamodb: Awaited<ReturnType<typeof startDynamoDb>>;
  readonly meter: MeteredDynamoDb;
  readonly stop: () => Promise<void>;
};

/** What the functions are told, all of them in the one environment of this process: no two need different values. */
const environmentOf = (topic: string, queueUrl: (name: string) => string): Record<string, string> => {
  const told: Record<string, string> = {};
  for (const [setting, source] of Object.entries(settingSources)) {
    if (source.is === "table") told[setting] = TABLE;
    if (source.is === "topic") told[setting] = topic;
    if (source.is === "queue") told[setting] = queueUrl(source.of);
    if (source.is === "cluster-arns")
      told[setting] = `arn:aws:dsql:${PLACE.region}:${PLACE.account}:cluster/`;
  }
  return told;
};

/** Loads a function out of its zip, at its first call. */
const loader = (stack: Stack) => {
  const loaded = new Map<string, Promise<Handler>>();
  return (name: string): Promise<Handler> => {
    const code = allFunctions.find((fn) => fn.name === name)?.code ?? name;
    const load = async (): Promise<Handler> => {
      const { directory, files } = stack.bundle(name);
      const file = files.find((one) => one.endsWith(`${code}.mjs`)) ?? "";
      const { handler } = (await import(pathToFileURL(join(directory, file)).href)) as { handler: Handler };
      return handler;
    };
    const found = loaded.get(name) ?? load();
    loaded.set(name, found);
    return found;
  };
};

export type FunctionsOptions = {
  /** Where mails go. */
  readonly outbox: string;
  readonly random: () => number;
  readonly now: () => number;
  readonly advance: (ms: number) => void;
  readonly duplicates: number;
  /** Called with every call of a function once it has ended: how many messages it was given, and what it cost. */
  readonly onCall: (call: {
    readonly name: string;
    readonly messages: number;
    readonly cpuMs: number;
    readonly requests: number;
  }) => void;
};

/** Packages, and puts all functions on a bus of their own; `stop` gives everything back. */
export const packagedFunctions = async (options: FunctionsOptions): Promise<Functions> => {
  const { outbox, onCall, ...time } = options;
  const stops: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    const stack = await packageStack();
    stops.push(stack.remove);
    const dynamodb = await startDynamoDb({ ownThread: true });
    stops.push(dynamodb.stop);
    await dynamodb.createTable(TABLE);
    const meter = await meterDynamoDb(dynamodb.endpoint);
    stops.push(meter.stop);
    const bus = createBus({ ...time, ...PLACE });
    addQueues(bus);
    const endpoint = await startBusEndpoint(bus, localTrail({ ...PLACE, bucket: "trail" }).services);
    stops.push(endpoint.stop);
    const topic = `arn:aws:sns:${PLACE.region}:${PLACE.account}:notices`;
    const sns = await startSns({ outbox, now: time.now, topics: [topic] });
    stops.push(sns.stop);
    Object.assign(process.env, {
      ...environmentOf(topic, endpoint.queueUrl),
      AWS_REGION: PLACE.region,
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
      AWS_ENDPOINT_URL: endpoint.endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: meter.endpoint,
      AWS_ENDPOINT_URL_SNS: sns.endpoint,
      POWERTOOLS_LOG_LEVEL: "SILENT",
    });
    const load = loader(stack);
    addFunctions(
      bus,
      (name: FunctionName) => async (event: unknown, context) => {
        const handler = await load(name);
        const { requests } = meter.read();
        const from = process.cpuUsage();
        try {
          return await handler(event, context);
        } finally {
          const { user, system } = process.cpuUsage(from);
          const messages = (event as { Records?: readonly unknown[] }).Records?.length ?? 1;
          const cpuMs = (user + system) / 1000;
          onCall({ name, messages, cpuMs, requests: meter.read().requests - requests });
        }
      },
      { bucket: "trail", keys: "AWSLogs/" },
    );
    return { bus, dynamodb, meter, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
