// Counts what a table consumes: capacity units and calls.
import type { Consumed } from "./table.ts";

export type Spent = {
  readonly read: (units: number) => void;
  readonly write: (units: number) => void;
  /** DynamoDB charges a failed condition as a write of the item's size and reports nothing: at least one unit. */
  readonly refused: () => void;
  readonly total: () => Consumed;
};

/** One call each. */
export const createSpent = (): Spent => {
  const spent = { readUnits: 0, writeUnits: 0, calls: 0 };
  const write = (units: number): void => {
    spent.writeUnits += units;
    spent.calls++;
  };
  return {
    read: (units) => {
      spent.readUnits += units;
      spent.calls++;
    },
    write,
    refused: () => write(1),
    total: () => ({ ...spent }),
  };
};
