// The table for those who may only read it: what cannot be called cannot be called by mistake.
import { AuditError } from "../../errors.ts";
import type { Table } from "./table.ts";

/** The reading part of a table: nothing else is there, neither in the type nor in the value. */
export type ReadTable = Pick<Table, "get" | "getMany" | "query">;

export const readOnly = ({ get, getMany, query }: ReadTable): ReadTable => ({ get, getMany, query });

const refuse = (): Promise<never> =>
  Promise.reject(new AuditError("denied", "this part of the product may not write to the table"));

/** For stores that take a whole table: reads go through, every write is refused before it reaches the database. */
export const refuseWrites = (table: ReadTable): Table => ({
  ...readOnly(table),
  put: refuse,
  putIfAbsent: refuse,
  putIf: refuse,
  putMany: refuse,
  remove: refuse,
  removeIf: refuse,
  consumed: () => ({ readUnits: 0, writeUnits: 0, calls: 0 }),
});
