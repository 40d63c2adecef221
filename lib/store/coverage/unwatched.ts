// Clusters to which connections came and of which no snapshot was taken: one item each. By it whoever removes or redacts what is
// kept finds their connections, so it stays for as long as these may.
import { Cluster } from "../../core/base/ids.ts";
import type { Instant } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import * as keys from "../table/keys.ts";
import { type NamedClusters, namedClusters } from "../table/named-clusters.ts";
import { parseItem } from "../table/stored.ts";
import type { Table } from "../table/table.ts";

const FORMAT = 1;
const UnwatchedItem = z.object({ sk: Cluster, v: z.literal(FORMAT), at: z.int() });

/** `at`: when connections to it last came, not when they were made. */
export type Unwatched = { readonly cluster: Cluster; readonly at: Instant };

export type UnwatchedStore = {
  readonly note: (cluster: Cluster, at: Instant) => Promise<void>;
  /** By ARN; also those that are watched, and those that were read since. */
  readonly list: () => Promise<readonly Unwatched[]>;
  /** Their clusters alone, by the keys, with what cannot be read beside them. */
  readonly named: () => Promise<NamedClusters>;
};

export const unwatchedStore = (table: Table): UnwatchedStore => ({
  note: (cluster, at) => table.put({ ...keys.unwatchedCluster(cluster), v: FORMAT, at }),
  list: async () => {
    const items = await Array.fromAsync(table.query({ pk: keys.unwatched() }));
    return items.map((item) => {
      const { sk, at } = parseItem(UnwatchedItem, item);
      return { cluster: sk, at };
    });
  },
  named: () => namedClusters(table, keys.unwatched(), (item) => parseItem(UnwatchedItem, item)),
});
