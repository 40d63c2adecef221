// Batches without repeated keys, which DynamoDB refuses within one call.
import type { Key } from "./table.ts";

/** Of each key the last one, in the order in which the keys came first. */
export const lastOfEachKey = <T extends Key>(items: readonly T[]): T[] => [
  ...new Map(items.map((item) => [JSON.stringify([item.pk, item.sk]), item])).values(),
];
