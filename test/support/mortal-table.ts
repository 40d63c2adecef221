// A table whose writer dies: before a write reaches the database, or after it did and before the answer came.
import type { Table } from "../../lib/store/table/table.ts";

export class Died extends Error {}

/** `chance` of each write to be the last one of this writer. Reads of the dead fail too. */
export const mortalTable = (table: Table, chance: () => number, probability: number): Table => {
  let dead = false;
  const alive = (): void => {
    if (dead) throw new Died("dead");
  };
  const mortal =
    <A extends readonly unknown[], R>(write: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      alive();
      const fate = chance();
      if (fate < probability / 2) dead = true;
      alive();
      const result = await write(...args);
      if (fate < probability) dead = true;
      alive();
      return result;
    };
  return {
    ...table,
    get: async (...args) => {
      alive();
      return table.get(...args);
    },
    query: async function* (range) {
      alive();
      yield* table.query(range);
    },
    put: mortal(table.put),
    putIfAbsent: mortal(table.putIfAbsent),
    putIf: mortal(table.putIf),
    putMany: mortal(table.putMany),
    remove: mortal(table.remove),
    removeIf: mortal(table.removeIf),
  };
};
