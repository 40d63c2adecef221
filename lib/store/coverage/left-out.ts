// Why the schedule last left a cluster out: it sleeps on, or its tags do not choose it. An item each, read as one.
import type { Cluster } from "../../core/base/ids.ts";
import * as z from "../../core/base/zod.ts";
import type { Asleep } from "../../core/coverage/asleep.ts";
import type { Unchosen } from "../../core/coverage/chosen.ts";
import * as keys from "../table/keys.ts";
import { parseItem } from "../table/stored.ts";
import type { Item, Table } from "../table/table.ts";

const FORMAT = 1;
const SleepItem = z.object({ v: z.literal(FORMAT), at: z.int(), snapshotAt: z.int() });
const UnchosenItem = z.object({ v: z.literal(FORMAT), at: z.int(), since: z.int() });

/** Each undefined where it never was so. Whether it still holds, `isLeftAsleep` and `isUnchosen` say. */
export type LeftOut = { readonly asleep: Asleep | undefined; readonly unchosen: Unchosen | undefined };

export type LeftOutStore = {
  /** Both for what one of them costs. */
  readonly last: (cluster: Cluster) => Promise<LeftOut>;
  readonly noteAsleep: (cluster: Cluster, asleep: Asleep) => Promise<void>;
  readonly noteUnchosen: (cluster: Cluster, unchosen: Unchosen) => Promise<void>;
};

const asleepIn = (item: Item): Asleep => {
  const { at, snapshotAt } = parseItem(SleepItem, item);
  return { at, snapshotAt };
};

const unchosenIn = (item: Item): Unchosen => {
  const { at, since } = parseItem(UnchosenItem, item);
  return { at, since };
};

export const leftOutStore = (table: Table): LeftOutStore => ({
  last: async (cluster) => {
    const { pk, sk: asleep } = keys.asleep(cluster);
    const { sk: unchosen } = keys.unchosen(cluster);
    const bySort = new Map((await Array.fromAsync(table.query({ pk }))).map((item) => [item.sk, item]));
    const [sleeping, other] = [bySort.get(asleep), bySort.get(unchosen)];
    return { asleep: sleeping && asleepIn(sleeping), unchosen: other && unchosenIn(other) };
  },
  noteAsleep: (cluster, { at, snapshotAt }) =>
    table.put({ ...keys.asleep(cluster), v: FORMAT, at, snapshotAt }),
  noteUnchosen: (cluster, { at, since }) => table.put({ ...keys.unchosen(cluster), v: FORMAT, at, since }),
});
