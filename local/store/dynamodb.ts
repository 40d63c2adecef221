// DynamoDB for one machine: dynalite on a free loopback port, in memory or in a folder that outlives the process.
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { Worker } from "node:worker_threads";
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceInUseException,
} from "@aws-sdk/client-dynamodb";
import { tableDefinition } from "../../lib/store/table/table-definition.ts";
import { type DynamoDbServer, serveDynamoDb, WORKER_ROLE } from "./dynamodb-server.ts";
import { lockFolder } from "./folder-lock.ts";

export type LocalDynamoDb = {
  /** For AWS_ENDPOINT_URL_DYNAMODB. */
  readonly endpoint: string;
  /** A client with dummy credentials. */
  readonly client: DynamoDBClient;
  readonly createTable: (name: string) => Promise<void>;
  readonly stop: () => Promise<void>;
};

export type LocalDynamoDbOptions = {
  /** Where the tables live; in memory without it. One process at a time may open a folder: AuditError("conflict"). */
  readonly folder?: string;
  /** For long work: client and server each get a core. Takes some 0.2 s longer to start. */
  readonly ownThread?: boolean;
};

const inWorker = async (folder: string | undefined): Promise<DynamoDbServer> => {
  const workerData = { role: WORKER_ROLE, ...(folder && { folder }) };
  const worker = new Worker(new URL("./dynamodb-server.ts", import.meta.url), { workerData });
  const [port] = (await once(worker, "message")) as [number];
  return {
    port,
    stop: async () => {
      const ended = once(worker, "exit");
      worker.postMessage("stop");
      await ended;
    },
  };
};

export const startDynamoDb = async (options: LocalDynamoDbOptions = {}): Promise<LocalDynamoDb> => {
  const { folder, ownThread = false } = options;
  if (folder) mkdirSync(folder, { recursive: true, mode: 0o700 });
  // A second opener would bring down the process from inside the database: it is turned away before.
  const lock = folder ? lockFolder(folder) : undefined;
  const server = await (ownThread ? inWorker(folder) : serveDynamoDb(folder));
  const endpoint = `http://127.0.0.1:${server.port}`;
  const client = new DynamoDBClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  return {
    endpoint,
    client,
    createTable: async (name) => {
      try {
        await client.send(new CreateTableCommand(tableDefinition(name)));
      } catch (error) {
        if (!(error instanceof ResourceInUseException)) throw error;
      }
      // A new table takes a moment before it can be written to, here as in AWS.
      for (let status = "CREATING"; status === "CREATING"; ) {
        status = (await client.send(new DescribeTableCommand({ TableName: name }))).Table?.TableStatus ?? "";
      }
    },
    stop: async () => {
      client.destroy();
      await server.stop();
      lock?.release();
    },
  };
};
