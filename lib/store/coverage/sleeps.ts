// The newest scan of a cluster that was left out, so that it sleeps on: one item.
import type { Cluster } from "../../core/base/ids.ts";
import * as z from "../../core/base/zod.ts";
import type { Asleep } from "../../core/coverage/asleep.ts";
import { keys } from "../table/keys.ts";
import type { Table } from "../table/table.ts";

const FORMAT = 1;
const SleepItem = z.object({ v: z.literal(FORMAT), at: z.int(), snapshotAt: z.int() });

export type Sleeps = {
  /** undefined: it was never left asleep. */
  readonly last: (cluster: Cluster) => Promise<Asleep | undefined>;
  readonly note: (cluster: Cluster, asleep: Asleep) => Promise<void>;
};

export const sleeps = (table: Table): Sleeps => ({
  last: async (cluster) => {
    const item = await table.get(keys.asleep(cluster));
    if (!item) return undefined;
    const { at, snapshotAt } = SleepItem.parse(item);
    return { at, snapshotAt };
  },
  note: (cluster, { at, snapshotAt }) => table.put({ ...keys.asleep(cluster), v: FORMAT, at, snapshotAt }),
});
