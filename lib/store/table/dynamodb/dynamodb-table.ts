// The table in DynamoDB. Throttles are retried by the SDK; what a batch leaves unprocessed by us.
import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  type ConsumedCapacity,
  DeleteItemCommand,
  type DeleteItemCommandInput,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
} from "@aws-sdk/client-dynamodb";
import {
  type Attributes,
  fromAttributes,
  type Handed,
  refused,
  toAttribute,
  toAttributes,
  toKey,
} from "../attribute-values.ts";
import { lastOfEachKey } from "../distinct-keys.ts";
import { TIME_INDEX } from "../keys.ts";
import { sortBounds } from "../sort-bounds.ts";
import { createSpent, type Spent } from "../spent.ts";
import type { Item, Key, Range, Table } from "../table.ts";
import { TIME_ATTRIBUTE } from "../table-definition.ts";
import { drain, type Waiting } from "./drain.ts";
import { askable, keyCondition } from "./key-condition.ts";

export type DynamoDbTableOptions = Waiting & { readonly client: DynamoDBClient; readonly name: string };

/** What every part below needs: where the table is, and what it has cost so far. */
type Opened = DynamoDbTableOptions & { readonly spent: Spent };
type Condition = Pick<
  PutItemCommandInput & DeleteItemCommandInput,
  "ConditionExpression" | "ExpressionAttributeNames" | "ExpressionAttributeValues"
>;

const BATCH_GET = 100;
const BATCH_WRITE = 25;
const ReturnConsumedCapacity = "TOTAL" as const;

const units = (reported: ConsumedCapacity | readonly ConsumedCapacity[] | undefined): number =>
  [reported ?? []].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);

const isNamed = (error: unknown, name: string): error is Error =>
  error instanceof Error && error.name === name;

/** What DynamoDB does not take is an error of the store, in whichever adapter; reads by key fail so on another's table. */
const refusing = async <T>(name: string, handed: Handed, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!isNamed(error, "ValidationException")) throw error;
    // An item is refused for what it holds, or because the keys of this table are others.
    const isOurs = handed === "an item" && !/\bkeys?\b/i.test(error.message);
    throw refused(handed, error.message, {
      cause: error,
      hint: isOurs
        ? "Nothing of it was stored. Please report it with this message."
        : `Is ${name} the auditor's table? Its keys are pk and sk, its index is ${TIME_INDEX}; the deployment makes it.`,
    });
  }
};

const conditional = async (spent: Spent, work: () => Promise<void>): Promise<boolean> => {
  try {
    await work();
    return true;
  } catch (error) {
    if (!isNamed(error, "ConditionalCheckFailedException")) throw error;
    spent.refused();
    return false;
  }
};

const isStill = (attribute: string, expected: string | number | undefined): Condition => ({
  ExpressionAttributeNames: { "#a": attribute },
  ...(expected === undefined
    ? { ConditionExpression: "attribute_not_exists(#a)" }
    : { ConditionExpression: "#a = :e", ExpressionAttributeValues: { ":e": toAttribute(expected) } }),
});

const put = async ({ client, name, spent }: Opened, item: Item, condition: Condition = {}): Promise<void> => {
  const Item = toAttributes(item);
  const out = await refusing(name, "an item", () =>
    client.send(new PutItemCommand({ TableName: name, Item, ReturnConsumedCapacity, ...condition })),
  );
  spent.write(units(out.ConsumedCapacity));
};

const remove = async (
  { client, name, spent }: Opened,
  key: Key,
  condition: Condition = {},
): Promise<void> => {
  const Key = toKey(key);
  const out = await refusing(name, "a key", () =>
    client.send(new DeleteItemCommand({ TableName: name, Key, ReturnConsumedCapacity, ...condition })),
  );
  spent.write(units(out.ConsumedCapacity));
};

const getMany = async (opened: Opened, wanted: readonly Key[]): Promise<Item[]> => {
  const { client, name, spent } = opened;
  const found: Item[] = [];
  const send = async (Keys: Attributes[]): Promise<Attributes[]> => {
    const RequestItems = { [name]: { Keys } };
    const out = await refusing(name, "a key", () =>
      client.send(new BatchGetItemCommand({ RequestItems, ReturnConsumedCapacity })),
    );
    spent.read(units(out.ConsumedCapacity));
    found.push(...(out.Responses?.[name] ?? []).map(fromAttributes));
    return out.UnprocessedKeys?.[name]?.Keys ?? [];
  };
  await drain(lastOfEachKey(wanted).map(toKey), BATCH_GET, send, opened);
  return found;
};

const putMany = async (opened: Opened, items: readonly Item[]): Promise<void> => {
  const { client, name, spent } = opened;
  const send = async (part: Attributes[]): Promise<Attributes[]> => {
    const RequestItems = { [name]: part.map((Item) => ({ PutRequest: { Item } })) };
    const out = await refusing(name, "an item", () =>
      client.send(new BatchWriteItemCommand({ RequestItems, ReturnConsumedCapacity })),
    );
    spent.write(units(out.ConsumedCapacity));
    return (out.UnprocessedItems?.[name] ?? []).map(({ PutRequest }) => PutRequest?.Item ?? {});
  };
  await drain(lastOfEachKey(items).map(toAttributes), BATCH_WRITE, send, opened);
};

const query = async function* ({ client, name, spent }: Opened, range: Range): AsyncGenerator<Item> {
  const bounds = sortBounds(range);
  if (bounds === undefined) return;
  const attribute = range.byTime ? TIME_ATTRIBUTE : "sk";
  const { asked, isPast } = askable(bounds, range.backward ?? false);
  let left = range.limit ?? Number.POSITIVE_INFINITY;
  let ExclusiveStartKey: Record<string, AttributeValue> | undefined;
  do {
    const input = {
      TableName: name,
      // The index holds keys alone, half the storage: a local index fetches the rest from the table by itself.
      ...(range.byTime && { IndexName: TIME_INDEX, Select: "ALL_ATTRIBUTES" as const }),
      ...keyCondition(range.pk, attribute, asked),
      ScanIndexForward: !range.backward,
      ConsistentRead: range.consistent ?? false,
      ReturnConsumedCapacity,
      ...(Number.isFinite(left) && { Limit: left }),
      ...(ExclusiveStartKey && { ExclusiveStartKey }),
    };
    const out = await refusing(name, "a query", () => client.send(new QueryCommand(input)));
    spent.read(units(out.ConsumedCapacity));
    for (const attributes of out.Items ?? []) {
      const item = fromAttributes(attributes);
      if (isPast(String(item[attribute]))) return;
      yield item;
      if (--left <= 0) return;
    }
    ExclusiveStartKey = out.LastEvaluatedKey;
  } while (ExclusiveStartKey);
};

/** Opens the table `name`; nothing is asked of DynamoDB yet. */
export const openDynamoDbTable = (options: DynamoDbTableOptions): Table => {
  const { client, name } = options;
  const spent = createSpent();
  const opened: Opened = { ...options, spent };
  return {
    get: async (key, { consistent = false } = {}) => {
      const input = { TableName: name, Key: toKey(key), ConsistentRead: consistent, ReturnConsumedCapacity };
      const out = await refusing(name, "a key", () => client.send(new GetItemCommand(input)));
      spent.read(units(out.ConsumedCapacity));
      return out.Item && fromAttributes(out.Item);
    },
    getMany: (keys) => getMany(opened, keys),
    put: (item) => put(opened, item),
    putIfAbsent: (item) =>
      conditional(spent, () => put(opened, item, { ConditionExpression: "attribute_not_exists(pk)" })),
    putIf: (item, attribute, expected) =>
      conditional(spent, () => put(opened, item, isStill(attribute, expected))),
    putMany: (items) => putMany(opened, items),
    remove: (key) => remove(opened, key),
    removeIf: (key, attribute, expected) =>
      conditional(spent, () => remove(opened, key, isStill(attribute, expected))),
    query: (range) => query(opened, range),
    consumed: spent.total,
  };
};
