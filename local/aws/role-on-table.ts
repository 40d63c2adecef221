// Holds a function to its role: what IAM refuses by the leading keys of an item is refused here as well.
import { kindOf, tableRights } from "../../deploy/table-rights.ts";
import type { FunctionName } from "../../deploy/topology.ts";
import { AuditError } from "../../lib/errors.ts";
import type { Key, Table } from "../../lib/store/table/table.ts";

/** The table as the role of `fn` lets it be used. Rejects with AuditError("denied") where IAM would refuse. */
export const asRoleOf = (fn: FunctionName, table: Table): Table => {
  const { reads, writes, removes } = tableRights[fn];
  const check = (kinds: readonly string[], does: string, keys: readonly Pick<Key, "pk">[]): void => {
    const refused = keys.find(({ pk }) => !kinds.includes(kindOf(pk)));
    if (!refused) return;
    throw new AuditError("denied", `the role of the function ${fn} may not ${does} ${kindOf(refused.pk)}`, {
      hint: "deploy/table-rights.ts names the kinds of items that each function reads, writes and removes.",
    });
  };
  return {
    ...table,
    get: async (key, options) => {
      check(reads, "read", [key]);
      return table.get(key, options);
    },
    getMany: async (keys) => {
      check(reads, "read", keys);
      return table.getMany(keys);
    },
    query: (range) => {
      check(reads, "read", [range]);
      return table.query(range);
    },
    put: async (item) => {
      check(writes, "write", [item]);
      await table.put(item);
    },
    putIfAbsent: async (item) => {
      check(writes, "write", [item]);
      return table.putIfAbsent(item);
    },
    putIf: async (item, attribute, expected) => {
      check(writes, "write", [item]);
      return table.putIf(item, attribute, expected);
    },
    putMany: async (items) => {
      check(writes, "write", items);
      await table.putMany(items);
    },
    remove: async (key) => {
      check(removes, "remove", [key]);
      await table.remove(key);
    },
    removeIf: async (key, attribute, expected) => {
      check(removes, "remove", [key]);
      return table.removeIf(key, attribute, expected);
    },
  };
};
