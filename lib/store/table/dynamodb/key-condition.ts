// A range of the port as DynamoDB's key condition.
import type { QueryCommandInput } from "@aws-sdk/client-dynamodb";
import type { SortBounds } from "../sort-bounds.ts";

type KeyCondition = Required<
  Pick<QueryCommandInput, "KeyConditionExpression" | "ExpressionAttributeValues">
> &
  Pick<QueryCommandInput, "ExpressionAttributeNames">;

const condition = (bounds: SortBounds): { text?: string; values: Readonly<Record<string, string>> } => {
  if (bounds.kind === "all") return { values: {} };
  if (bounds.kind === "prefix") return { text: "begins_with(#s, :p)", values: { ":p": bounds.prefix } };
  const { from, to } = bounds;
  const values = { ...(from !== undefined && { ":f": from }), ...(to !== undefined && { ":t": to }) };
  if (from !== undefined && to !== undefined) return { text: "#s between :f and :t", values };
  return { text: from === undefined ? "#s <= :t" : "#s >= :f", values };
};

/** `attribute`: the sort key of the table or of the index. */
export const keyCondition = (pk: string, attribute: string, bounds: SortBounds): KeyCondition => {
  const { text, values } = condition(bounds);
  return {
    KeyConditionExpression: text === undefined ? "pk = :pk" : `pk = :pk and ${text}`,
    ExpressionAttributeValues: Object.fromEntries(
      Object.entries({ ...values, ":pk": pk }).map(([name, S]) => [name, { S }]),
    ),
    ...(text !== undefined && { ExpressionAttributeNames: { "#s": attribute } }),
  };
};

/** Keys are ordered by their bytes in UTF-8. */
const isAfter = (a: string, b: string): boolean => Buffer.compare(Buffer.from(a), Buffer.from(b)) > 0;

/**
 * A range as it can be asked for, and where reading it has to stop. A server that compares text by UTF-16, as dynalite
 * does, holds some bounds to be the wrong way round that are not, and refuses the whole query: those are asked for by the
 * bound that reading begins at, and the other is looked for in what comes.
 */
export const askable = (
  bounds: SortBounds,
  backward: boolean,
): { readonly asked: SortBounds; readonly isPast: (key: string) => boolean } => {
  const whole = { asked: bounds, isPast: () => false };
  if (bounds.kind !== "between") return whole;
  const { from, to } = bounds;
  if (from === undefined || to === undefined || from <= to) return whole;
  return backward
    ? { asked: { kind: "between", to }, isPast: (key) => isAfter(from, key) }
    : { asked: { kind: "between", from }, isPast: (key) => isAfter(key, to) };
};
