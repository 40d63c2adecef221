// A process that dies at a chosen effect: a write to its table or a message that it sends, before or right after it.
import type { Item, Table } from "../../lib/store/table/table.ts";
import { Crash } from "./faulty-table.ts";

/** All that one run changes outside itself, counted over everything that it may do. */
export type Life = {
  readonly table: Table;
  /** Does `work`, which changes something outside, unless the process is dead by then. */
  readonly effect: <T>(work: () => T | Promise<T>) => Promise<T>;
  readonly effects: () => number;
};

/** Dies at the effect numbered `at` (from 0); `after`: that one still happens. */
export const oneLife = (table: Table, at = Number.POSITIVE_INFINITY, after = false): Life => {
  let count = 0;
  const effect = async <T>(work: () => T | Promise<T>): Promise<T> => {
    if (count > at || (count === at && !after)) {
      count = at + 1;
      throw new Crash();
    }
    const isLast = count === at;
    count++;
    const result = await work();
    if (isLast) throw new Crash();
    return result;
  };
  return {
    effect,
    effects: () => count,
    table: {
      ...table,
      put: (item) => effect(() => table.put(item)),
      putIfAbsent: (item) => effect(() => table.putIfAbsent(item)),
      putIf: (item, attribute, expected) => effect(() => table.putIf(item, attribute, expected)),
      putMany: async (items) => {
        for (const item of items) await effect(() => table.put(item));
      },
      remove: (key) => effect(() => table.remove(key)),
      removeIf: (key, attribute, expected) => effect(() => table.removeIf(key, attribute, expected)),
    },
  };
};

/** A table that remembers which partitions were ever written, so that all of it can be read. */
export const rememberingTable = (
  table: Table,
): { readonly table: Table; readonly all: () => Promise<Item[]> } => {
  const partitions = new Set<string>();
  const seen = <T extends Item | readonly Item[]>(items: T): T => {
    for (const { pk } of [items].flat() as Item[]) partitions.add(pk);
    return items;
  };
  return {
    table: {
      ...table,
      put: (item) => table.put(seen(item)),
      putIfAbsent: (item) => table.putIfAbsent(seen(item)),
      putIf: (item, ...rest) => table.putIf(seen(item), ...rest),
      putMany: (items) => table.putMany(seen(items)),
    },
    all: async () => {
      const items: Item[] = [];
      for (const pk of [...partitions].sort())
        for await (const item of table.query({ pk, consistent: true })) items.push(item);
      return items;
    },
  };
};
