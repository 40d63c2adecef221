// DynamoDB's rules for items, for the adapter that has no server to keep them: sizes, limits, capacity units.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { type Attributes, type Handed, refused, refusedItem } from "./attribute-values.ts";
import { parseDecimal } from "./numbers.ts";

export const MAX_ITEM_BYTES = 400 * 1024;
export const MAX_PK_BYTES = 2048;
export const MAX_SK_BYTES = 1024;

const textBytes = (text: string): number => Buffer.byteLength(text);

/** About half a byte for each digit, one more, one for a sign. */
const numberBytes = (text: string): number => {
  const { negative, digits, exponent } = parseDecimal(text);
  if (!digits) return 1;
  const unaligned = digits.length % 2 || exponent % 2 ? 0 : 1;
  return 1 + Math.ceil(digits.length / 2) + unaligned + (negative ? 1 : 0);
};

const sum = <T>(values: readonly T[], size: (value: T) => number): number =>
  values.reduce((total, value) => total + size(value), 0);

const CONTAINER = 3;

const valueBytes = (value: AttributeValue): number => {
  if (value.S !== undefined) return textBytes(value.S);
  if (value.N !== undefined) return numberBytes(value.N);
  if (value.B !== undefined) return value.B.length;
  if (value.SS !== undefined) return sum(value.SS, textBytes);
  if (value.NS !== undefined) return sum(value.NS, numberBytes);
  if (value.BS !== undefined) return sum(value.BS, ({ length }) => length);
  if (value.L !== undefined) return CONTAINER + sum(value.L, (member) => 1 + valueBytes(member));
  if (value.M !== undefined) return CONTAINER + Object.keys(value.M).length + itemBytes(value.M);
  return 1;
};

/** The bytes that an item is billed by: names in UTF-8 and values. AuditError("store") for a number out of range. */
export const itemBytes = (attributes: Attributes): number =>
  sum(Object.entries(attributes), ([name, value]) => textBytes(name) + valueBytes(value));

/** Write units are whole KB, read units 4 KB, half of that when the read need not be consistent. */
export const writeUnits = (bytes: number): number => Math.ceil(bytes / 1024);
export const readUnits = (bytes: number, consistent: boolean): number =>
  Math.ceil(bytes / 4096) * (consistent ? 1 : 0.5);

const INVALID = "One or more parameter values were invalid:";

const assertKeyPart = (handed: Handed, name: string, text: string | undefined, max: number): void => {
  if (text === undefined) throw refused(handed, `${INVALID} Type mismatch for key ${name} expected: S`);
  if (text === "") {
    throw refused(
      handed,
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: ${name}`,
    );
  }
  if (textBytes(text) > max) {
    throw refused(handed, `${INVALID} Size of ${name} has exceeded the size limit of ${max} bytes`);
  }
};

/** AuditError("store") for a key that DynamoDB refuses, of an item that is `handed` or alone. */
export const assertKey = ({ pk, sk }: Attributes, handed: Handed): void => {
  assertKeyPart(handed, "pk", pk?.S, MAX_PK_BYTES);
  assertKeyPart(handed, "sk", sk?.S, MAX_SK_BYTES);
};

const setOf = (value: AttributeValue): readonly unknown[] | undefined =>
  value.SS ??
  value.NS?.map((text) => JSON.stringify(parseDecimal(text))) ??
  value.BS?.map((bytes) => Buffer.from(bytes).toString("base64"));

const assertSets = (value: AttributeValue): void => {
  const set = setOf(value);
  if (set && new Set(set).size < set.length) {
    throw refusedItem(`${INVALID} Input collection contains duplicates.`);
  }
  for (const member of value.L ?? Object.values(value.M ?? {})) assertSets(member);
};

/** Returns the item's billed bytes; AuditError("store") for one that DynamoDB refuses. `timeAttribute` sorts the local index. */
export const assertItem = (attributes: Attributes, timeAttribute: string): number => {
  for (const value of Object.values(attributes)) assertSets(value);
  const bytes = itemBytes(attributes);
  if (bytes > MAX_ITEM_BYTES) throw refusedItem("Item size has exceeded the maximum allowed size");
  assertKey(attributes, "an item");
  const time = attributes[timeAttribute];
  if (time !== undefined) assertKeyPart("an item", timeAttribute, time.S, MAX_SK_BYTES);
  return bytes;
};
