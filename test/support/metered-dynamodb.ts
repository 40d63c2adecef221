// A door in front of the local DynamoDB that counts what passes: requests, and the write units that each write would cost.
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export type Meter = {
  readonly requests: number;
  readonly writeUnits: number;
  /** Writes that their condition refused; DynamoDB bills them too, at least one unit each. */
  readonly refused: number;
};

export type MeteredDynamoDb = {
  readonly endpoint: string;
  readonly read: () => Meter;
  readonly stop: () => Promise<void>;
};

const WRITES = /\.(?:PutItem|DeleteItem|UpdateItem|BatchWriteItem)$/;

const bodyOf = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

type Consumed = { readonly CapacityUnits?: number };
const unitsIn = (answer: unknown): number => {
  const { ConsumedCapacity } = answer as { ConsumedCapacity?: Consumed | readonly Consumed[] };
  return [ConsumedCapacity ?? []].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
};

export const meterDynamoDb = async (upstream: string): Promise<MeteredDynamoDb> => {
  const meter = { requests: 0, writeUnits: 0, refused: 0 };
  const server = createServer(async (request, response) => {
    const sent = await bodyOf(request);
    const writes = WRITES.test(String(request.headers["x-amz-target"]));
    meter.requests++;
    const body = writes
      ? JSON.stringify({ ...JSON.parse(sent.toString()), ReturnConsumedCapacity: "TOTAL" })
      : sent;
    const headers = Object.entries(request.headers).flatMap(([name, value]) =>
      /^(?:host|connection|content-length|transfer-encoding)$/.test(name)
        ? []
        : [[name, String(value)] as [string, string]],
    );
    const answer = await fetch(upstream, { method: "POST", headers, body });
    const text = await answer.text();
    if (writes && answer.ok) meter.writeUnits += unitsIn(JSON.parse(text));
    if (writes && text.includes("ConditionalCheckFailedException")) {
      meter.refused++;
      meter.writeUnits++;
    }
    const checksum = answer.headers.get("x-amz-crc32");
    response.writeHead(answer.status, {
      "content-type": "application/x-amz-json-1.0",
      ...(checksum && { "x-amz-crc32": checksum }),
    });
    response.end(text);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    read: () => ({ ...meter }),
    stop: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
};
