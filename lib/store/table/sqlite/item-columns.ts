// An item as a row of two columns: its attributes as JSON that people and other tools can read, its binary values as bytes.
//
// Strings, booleans, null, lists and numbers that JavaScript holds exactly stand as they are; everything else is an object
// of one member with DynamoDB's name of the type: {"B":[offset,length]}, {"M":{…}}, {"N":"1.5e300"}, {"SS":[…]}.
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { AuditError } from "../../../errors.ts";
import type { Attributes } from "../attribute-values.ts";

/** `bytes` is null where no attribute is binary. */
export type ItemColumns = { readonly attributes: string; readonly bytes: Uint8Array | null };

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

const isExact = (text: string): boolean => String(Number(text)) === text;

/** Key attributes have columns of their own. */
export const toColumns = ({ pk: _, sk: __, ...attributes }: Attributes): ItemColumns => {
  const parts: Uint8Array[] = [];
  let length = 0;
  const place = (bytes: Uint8Array): readonly [number, number] => {
    parts.push(bytes);
    length += bytes.length;
    return [length - bytes.length, bytes.length];
  };
  const encodeMap = (map: Attributes): Json =>
    Object.fromEntries(Object.entries(map).map(([name, value]) => [name, encode(value)]));
  const encode = (value: AttributeValue): Json => {
    if (value.S !== undefined) return value.S;
    if (value.N !== undefined) return isExact(value.N) ? Number(value.N) : { N: value.N };
    if (value.BOOL !== undefined) return value.BOOL;
    if (value.B !== undefined) return { B: place(value.B) };
    if (value.L !== undefined) return value.L.map(encode);
    if (value.M !== undefined) return { M: encodeMap(value.M) };
    if (value.SS !== undefined) return { SS: value.SS };
    if (value.NS !== undefined) return { NS: value.NS };
    if (value.BS !== undefined) return { BS: value.BS.map(place) };
    return null;
  };
  const text = JSON.stringify(encodeMap(attributes));
  return { attributes: text, bytes: parts.length ? Buffer.concat(parts) : null };
};

const unreadable = (cause?: unknown): AuditError =>
  new AuditError("store", "a stored item cannot be read: its row is damaged", { cause });

/** What `toColumns` was given, without the key. AuditError("store") for a row that it did not write. */
export const fromColumns = ({ attributes, bytes }: ItemColumns): Attributes => {
  const slice = (place: unknown): Uint8Array => {
    const [offset, length] = Array.isArray(place) ? (place as readonly unknown[]) : [];
    if (typeof offset !== "number" || typeof length !== "number" || offset + length > (bytes?.length ?? 0)) {
      throw unreadable();
    }
    return new Uint8Array(bytes?.subarray(offset, offset + length) ?? []);
  };
  const decodeMap = (map: object): Record<string, AttributeValue> =>
    Object.fromEntries(Object.entries(map).map(([name, value]) => [name, decode(value)]));
  const decodeTyped = (value: object): AttributeValue => {
    const [[type, held] = []] = Object.entries(value) as [string, unknown][];
    if (type === "B") return { B: slice(held) };
    if (type === "N" && typeof held === "string") return { N: held };
    if (type === "M" && typeof held === "object" && held !== null) return { M: decodeMap(held) };
    if (!Array.isArray(held)) throw unreadable();
    if (type === "SS") return { SS: held.map(String) };
    if (type === "NS") return { NS: held.map(String) };
    if (type === "BS") return { BS: held.map(slice) };
    throw unreadable();
  };
  const decode = (value: unknown): AttributeValue => {
    if (value === null) return { NULL: true };
    if (typeof value === "string") return { S: value };
    if (typeof value === "number") return { N: String(value) };
    if (typeof value === "boolean") return { BOOL: value };
    if (Array.isArray(value)) return { L: value.map(decode) };
    return decodeTyped(value as object);
  };
  try {
    return decodeMap(JSON.parse(attributes) as object);
  } catch (error) {
    throw error instanceof AuditError ? error : unreadable(error);
  }
};
