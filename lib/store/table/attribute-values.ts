// Items as DynamoDB's wire format has them, and back: one conversion for both adapters, so that an item that was put comes
// back as the same value from either.
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { AuditError } from "../../errors.ts";
import type { Item, Key } from "./table.ts";

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** What a table was handed: an item to store, the key of one, or a range to look through. */
export type Handed = "an item" | "a key" | "a query";

/** Why the table does not take what it was handed; the same code and message head from every adapter. */
export const refused = (
  handed: Handed,
  reason: string,
  options: { readonly cause?: unknown; readonly hint?: string } = {},
): AuditError => new AuditError("store", `the table refused ${handed}: ${reason}`, options);

export const refusedItem = (reason: string, cause?: unknown): AuditError =>
  refused("an item", reason, { cause });

/** The bytes themselves, whatever view of them was handed in. */
const bytesOf = (value: unknown): Uint8Array => {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  throw new TypeError("only binary values in memory can be stored");
};

const withBytes = (value: AttributeValue): AttributeValue => {
  if (value.B !== undefined) return { B: bytesOf(value.B) };
  if (value.BS !== undefined) return { BS: value.BS.map(bytesOf) };
  if (value.L !== undefined) return { L: value.L.map(withBytes) };
  if (value.M !== undefined) return { M: mapValues(value.M) };
  return value;
};

const mapValues = (map: Attributes): Record<string, AttributeValue> =>
  Object.fromEntries(Object.entries(map).map(([name, value]) => [name, withBytes(value)]));

/** As the document client converts: undefined is left out, null stays, a Set of one kind becomes a set. AuditError("store"). */
export const toAttributes = (item: Readonly<Record<string, unknown>>): Attributes => {
  try {
    return mapValues(marshall(item, { removeUndefinedValues: true }));
  } catch (error) {
    throw refusedItem(error instanceof Error ? error.message : String(error), error);
  }
};

export const toAttribute = (value: string | number): AttributeValue => {
  const { value: converted = { NULL: true } } = toAttributes({ value });
  return converted;
};

/** Only the key: whoever hands in a whole item means the item of its key. */
export const toKey = ({ pk, sk }: Key): Attributes => ({ pk: { S: pk }, sk: { S: sk } });

export const fromAttributes = (attributes: Attributes): Item => unmarshall({ ...attributes }) as Item;
