// A table whose process dies at a chosen write: before it, or right after it. Batches die between any two of their items.
import type { Table } from "../../lib/store/table/table.ts";

export class Crash extends Error {}

/** Dies at the write numbered `at` (from 0); `after`: that write still happens. `writes` counts them. */
export const dyingTable = (
  table: Table,
  at: number,
  after: boolean,
): Table & { readonly writes: () => number } => {
  let writes = 0;
  const write = async <T>(work: () => Promise<T>): Promise<T> => {
    if (writes > at || (writes === at && !after)) throw new Crash();
    const last = writes === at;
    writes++;
    const result = await work();
    if (last) throw new Crash();
    return result;
  };
  return {
    ...table,
    put: (item) => write(() => table.put(item)),
    putIfAbsent: (item) => write(() => table.putIfAbsent(item)),
    putIf: (item, attribute, expected) => write(() => table.putIf(item, attribute, expected)),
    putMany: async (items) => {
      for (const item of items) await write(() => table.put(item));
    },
    remove: (key) => write(() => table.remove(key)),
    removeIf: (key, attribute, expected) => write(() => table.removeIf(key, attribute, expected)),
    writes: () => writes,
  };
};
