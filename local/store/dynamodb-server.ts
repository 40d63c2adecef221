// The embedded DynamoDB server itself; as a worker it has a thread, and so a core, of its own.
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import dynalite from "dynalite";

export type DynamoDbServer = { readonly port: number; readonly stop: () => Promise<void> };

/** Listens on a free loopback port. `folder`: where the tables live; in memory without it. */
export const serveDynamoDb = async (folder: string | undefined): Promise<DynamoDbServer> => {
  const server: Server = dynalite({ createTableMs: 0, deleteTableMs: 0, ...(folder && { path: folder }) });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      server.closeAllConnections();
      await new Promise<void>((done, fail) => server.close((error) => (error ? fail(error) : done())));
    },
  };
};

/** What the worker is told at its start, so that importing this file elsewhere starts nothing. */
export const WORKER_ROLE = "serve-dynamodb";

type Orders = { readonly role?: string; readonly folder?: string } | null;
const orders = workerData as Orders;
if (parentPort && orders?.role === WORKER_ROLE) {
  const port = parentPort;
  const { port: listening, stop } = await serveDynamoDb(orders.folder);
  port.once("message", () => {
    void stop().then(() => port.close());
  });
  port.postMessage(listening);
}
