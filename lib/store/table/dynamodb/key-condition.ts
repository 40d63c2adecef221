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
