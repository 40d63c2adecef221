// The one DynamoDB table as the store uses it: conditional puts, paged queries, batches that finish. No transactions.

import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
} from "@aws-sdk/lib-dynamodb";
import { AuditError } from "../../errors.ts";
import { TIME_INDEX } from "./keys.ts";

export type Key = { readonly pk: string; readonly sk: string };
export type Item = Key & { readonly [attribute: string]: unknown };

/** `prefix` or `from`..`to` (inclusive) on the sort key, or on takenAt with `byTime`. */
export type Range = {
  readonly pk: string;
  readonly prefix?: string;
  readonly from?: string;
  readonly to?: string;
  readonly backward?: boolean;
  readonly limit?: number;
  readonly consistent?: boolean;
  readonly byTime?: boolean;
};

/** Capacity units that DynamoDB reported, and calls made, since the table was opened. */
export type Consumed = { readonly readUnits: number; readonly writeUnits: number; readonly calls: number };

export type Table = {
  readonly get: (key: Key, options?: { consistent?: boolean }) => Promise<Item | undefined>;
  /** In no order; what is not there is left out. */
  readonly getMany: (keys: readonly Key[]) => Promise<Item[]>;
  readonly put: (item: Item) => Promise<void>;
  /** false: something was there already, nothing was written. */
  readonly putIfAbsent: (item: Item) => Promise<boolean>;
  /** Writes only while the stored `attribute` still has the `expected` value (undefined: absent). false: it has not. */
  readonly putIf: (item: Item, attribute: string, expected: string | number | undefined) => Promise<boolean>;
  /** Unconditional: only for what is content-addressed or derived. */
  readonly putMany: (items: readonly Item[]) => Promise<void>;
  readonly remove: (key: Key) => Promise<void>;
  /** Removes only while the stored `attribute` has the `expected` value. false: it has not. */
  readonly removeIf: (key: Key, attribute: string, expected: string | number) => Promise<boolean>;
  readonly query: (range: Range) => AsyncIterable<Item>;
  readonly consumed: () => Consumed;
};

export type TableOptions = {
  readonly client: DynamoDBClient;
  readonly name: string;
  readonly sleep: (ms: number) => Promise<void>;
  /** 0 <= x < 1, for jitter. */
  readonly random: () => number;
};

const BATCH_GET = 100;
const BATCH_WRITE = 25;
const MAX_ROUNDS = 8;
const BASE_MS = 25;
const MAX_MS = 2_000;

const isConditionFailure = (error: unknown): boolean =>
  error instanceof Error && error.name === "ConditionalCheckFailedException";

const sortKeyCondition = ({ pk, prefix, from, to, byTime }: Range): Partial<QueryCommandInput> => {
  const names = { "#s": byTime ? "takenAt" : "sk" };
  const values: Record<string, unknown> = { ":pk": pk };
  if (prefix !== undefined) {
    return {
      KeyConditionExpression: "pk = :pk and begins_with(#s, :p)",
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: { ...values, ":p": prefix },
    };
  }
  if (from === undefined && to === undefined) {
    return { KeyConditionExpression: "pk = :pk", ExpressionAttributeValues: values };
  }
  const condition =
    from !== undefined && to !== undefined
      ? "#s between :f and :t"
      : from !== undefined
        ? "#s >= :f"
        : "#s <= :t";
  return {
    KeyConditionExpression: `pk = :pk and ${condition}`,
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: {
      ...values,
      ...(from !== undefined && { ":f": from }),
      ...(to !== undefined && { ":t": to }),
    },
  };
};

/** Opens the table. Throttles are retried by the SDK; unprocessed items of a batch by us, within a bound, with jitter. */
export const openTable = ({ client, name, sleep, random }: TableOptions): Table => {
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const spent = { readUnits: 0, writeUnits: 0, calls: 0 };
  type Reported = { CapacityUnits?: number | undefined };
  const note = (kind: "readUnits" | "writeUnits", reported: Reported | Reported[] | undefined): void => {
    spent.calls++;
    for (const one of reported === undefined ? [] : [reported].flat()) spent[kind] += one.CapacityUnits ?? 0;
  };
  const ReturnConsumedCapacity = "TOTAL" as const;

  /** Sends rounds until nothing is left over; what is left after the last round is an error, never dropped. */
  const drain = async <T>(
    all: readonly T[],
    size: number,
    send: (part: T[]) => Promise<T[]>,
  ): Promise<void> => {
    let left = [...all];
    for (let round = 0; left.length; round++) {
      if (round >= MAX_ROUNDS) {
        throw new AuditError(
          "throttled",
          `DynamoDB left ${left.length} items unprocessed after ${MAX_ROUNDS} tries`,
          {
            hint: "Nothing is lost: the work is retried. If this persists, look at the table's throttle metrics.",
          },
        );
      }
      if (round > 0) await sleep(random() * Math.min(MAX_MS, BASE_MS * 2 ** round));
      const again: T[] = [];
      for (let at = 0; at < left.length; at += size) again.push(...(await send(left.slice(at, at + size))));
      left = again;
    }
  };

  const conditional = async (work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      // DynamoDB charges a failed condition as a write of the item's size and reports nothing: at least one unit.
      spent.writeUnits += 1;
      spent.calls++;
      return false;
    }
  };

  const put = async (Item: Item, condition: Partial<PutCommand["input"]> = {}): Promise<void> => {
    const out = await documents.send(
      new PutCommand({ TableName: name, Item, ReturnConsumedCapacity, ...condition }),
    );
    note("writeUnits", out.ConsumedCapacity);
  };

  return {
    get: async (Key, { consistent = false } = {}) => {
      const out = await documents.send(
        new GetCommand({ TableName: name, Key, ConsistentRead: consistent, ReturnConsumedCapacity }),
      );
      note("readUnits", out.ConsumedCapacity);
      return out.Item as Item | undefined;
    },
    getMany: async (wanted) => {
      const found: Item[] = [];
      await drain(wanted, BATCH_GET, async (Keys) => {
        const out = await documents.send(
          new BatchGetCommand({ RequestItems: { [name]: { Keys } }, ReturnConsumedCapacity }),
        );
        note("readUnits", out.ConsumedCapacity);
        found.push(...((out.Responses?.[name] ?? []) as Item[]));
        return (out.UnprocessedKeys?.[name]?.Keys ?? []) as Key[];
      });
      return found;
    },
    put: (item) => put(item),
    putIfAbsent: (item) => conditional(() => put(item, { ConditionExpression: "attribute_not_exists(pk)" })),
    putIf: (item, attribute, expected) =>
      conditional(() =>
        put(item, {
          ExpressionAttributeNames: { "#a": attribute },
          ...(expected === undefined
            ? { ConditionExpression: "attribute_not_exists(#a)" }
            : { ConditionExpression: "#a = :e", ExpressionAttributeValues: { ":e": expected } }),
        }),
      ),
    putMany: (items) =>
      drain(items, BATCH_WRITE, async (part) => {
        const out = await documents.send(
          new BatchWriteCommand({
            RequestItems: { [name]: part.map((Item) => ({ PutRequest: { Item } })) },
            ReturnConsumedCapacity,
          }),
        );
        note("writeUnits", out.ConsumedCapacity);
        return (out.UnprocessedItems?.[name] ?? []).map(({ PutRequest }) => PutRequest?.Item as Item);
      }),
    remove: async (Key) => {
      const out = await documents.send(new DeleteCommand({ TableName: name, Key, ReturnConsumedCapacity }));
      note("writeUnits", out.ConsumedCapacity);
    },
    removeIf: (Key, attribute, expected) =>
      conditional(async () => {
        const out = await documents.send(
          new DeleteCommand({
            TableName: name,
            Key,
            ReturnConsumedCapacity,
            ConditionExpression: "#a = :e",
            ExpressionAttributeNames: { "#a": attribute },
            ExpressionAttributeValues: { ":e": expected },
          }),
        );
        note("writeUnits", out.ConsumedCapacity);
      }),
    query: async function* (range) {
      let left = range.limit ?? Number.POSITIVE_INFINITY;
      let ExclusiveStartKey: Record<string, unknown> | undefined;
      do {
        const out = await documents.send(
          new QueryCommand({
            TableName: name,
            // The index holds keys alone, half the storage: a local index fetches the rest from the table by itself.
            ...(range.byTime && { IndexName: TIME_INDEX, Select: "ALL_ATTRIBUTES" as const }),
            ...sortKeyCondition(range),
            ScanIndexForward: !range.backward,
            ConsistentRead: range.consistent ?? false,
            ReturnConsumedCapacity,
            ...(Number.isFinite(left) && { Limit: left }),
            ...(ExclusiveStartKey && { ExclusiveStartKey }),
          }),
        );
        note("readUnits", out.ConsumedCapacity);
        for (const item of out.Items ?? []) {
          yield item as Item;
          if (--left <= 0) return;
        }
        ExclusiveStartKey = out.LastEvaluatedKey;
      } while (ExclusiveStartKey);
    },
    consumed: () => ({ ...spent }),
  };
};
