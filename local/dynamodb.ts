// DynamoDB for one machine: dynalite on a free loopback port, in memory or in a folder that outlives the process.
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceInUseException,
} from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { tableDefinition } from "../lib/store/table-definition.ts";
import { lockFolder } from "./folder-lock.ts";

export type LocalDynamoDb = {
  /** For AWS_ENDPOINT_URL_DYNAMODB. */
  readonly endpoint: string;
  /** A client with dummy credentials. */
  readonly client: DynamoDBClient;
  readonly createTable: (name: string) => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** `folder`: where the tables live; in memory without it. One process at a time may open a folder: AuditError("conflict"). */
export const startDynamoDb = async (options: { folder?: string } = {}): Promise<LocalDynamoDb> => {
  if (options.folder) mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  // A second opener would bring down the process from inside the database: it is turned away before.
  const lock = options.folder ? lockFolder(options.folder) : undefined;
  const server: Server = dynalite({
    createTableMs: 0,
    deleteTableMs: 0,
    ...(options.folder && { path: options.folder }),
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
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
      server.closeAllConnections();
      await new Promise<void>((done, fail) => server.close((error) => (error ? fail(error) : done())));
      lock?.release();
    },
  };
};
