// Clusters that nobody watches, although connections to them came: one item each, which goes when none came for long.
import { Cluster } from "../../core/base/ids.ts";
import { DAY, type Instant } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import * as keys from "../table/keys.ts";
import { parseItem } from "../table/stored.ts";
import type { Table } from "../table/table.ts";
import { TTL_ATTRIBUTE } from "../table/table-definition.ts";

const FORMAT = 1;
const KEEP_DAYS = 90;
const UnwatchedItem = z.object({ sk: Cluster, v: z.literal(FORMAT), at: z.int() });

/** `at`: when connections to it last came, not when they were made. */
export type Unwatched = { readonly cluster: Cluster; readonly at: Instant };

export type UnwatchedStore = {
  readonly note: (cluster: Cluster, at: Instant) => Promise<void>;
  /** By ARN; also those that are watched by now. */
  readonly list: () => Promise<readonly Unwatched[]>;
};

export const unwatchedStore = (table: Table): UnwatchedStore => ({
  note: (cluster, at) =>
    table.put({
      ...keys.unwatchedCluster(cluster),
      ...{ v: FORMAT, at, [TTL_ATTRIBUTE]: Math.ceil((at + KEEP_DAYS * DAY) / 1_000) },
    }),
  list: async () => {
    const items = await Array.fromAsync(table.query({ pk: keys.unwatched() }));
    return items.map((item) => {
      const { sk, at } = parseItem(UnwatchedItem, item);
      return { cluster: sk, at };
    });
  },
});
