// When the schedule last found that a cluster's tags do not choose it any more, and since when: one item.
import type { Cluster } from "../../core/base/ids.ts";
import * as z from "../../core/base/zod.ts";
import type { Unchosen } from "../../core/coverage/chosen.ts";
import { keys } from "../table/keys.ts";
import type { Table } from "../table/table.ts";

const FORMAT = 1;
const UnchosenItem = z.object({ v: z.literal(FORMAT), at: z.int(), since: z.int() });

export type UnchosenStore = {
  /** undefined: it was never found so. Whether it still holds, `isUnchosen` says. */
  readonly last: (cluster: Cluster) => Promise<Unchosen | undefined>;
  readonly note: (cluster: Cluster, unchosen: Unchosen) => Promise<void>;
};

export const unchosenStore = (table: Table): UnchosenStore => ({
  last: async (cluster) => {
    const item = await table.get(keys.unchosen(cluster));
    if (!item) return undefined;
    const { at, since } = UnchosenItem.parse(item);
    return { at, since };
  },
  note: (cluster, { at, since }) => table.put({ ...keys.unchosen(cluster), v: FORMAT, at, since }),
});
