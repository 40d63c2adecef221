// What people decided on findings and clusters: one item each, added and never changed, but where a person's name is taken out.
import { isDeepStrictEqual } from "node:util";
import type { Cluster } from "../../core/base/ids.ts";
import * as z from "../../core/base/zod.ts";
import { Act, isFindingAct } from "../../core/findings/act.ts";
import * as keys from "../table/keys.ts";
import { parseItem } from "../table/stored.ts";
import type { Item, Table } from "../table/table.ts";

const FORMAT = 1;
const ActItem = z.object({ v: z.literal(FORMAT), rev: z.literal(1), act: Act });

export type ActStore = {
  /** Written before what it tells of is done: an act without an effect can be seen, one without a record cannot. */
  readonly note: (act: Act) => Promise<void>;
  /** In the order of time. */
  readonly list: (cluster: Cluster) => Promise<Act[]>;
  /** Puts what `change` makes of each in its place, where that is another; how many. Without `apply` only counts. */
  readonly rewrite: (
    cluster: Cluster,
    change: (act: Act) => Act,
    options: { readonly apply: boolean },
  ) => Promise<number>;
};

/** One stored act. Throws where the item is not one that this version can read. */
export const actOfItem = (item: Item): Act => parseItem(ActItem, item).act;

/** Twice in one millisecond by one person on one finding or cluster is once. */
export const actKey = (act: Act) =>
  keys.act(act.cluster, act.at, `${act.kind}#${isFindingAct(act) ? act.finding : ""}#${act.by}`);

export const actStore = (table: Table): ActStore => ({
  note: async (act) => {
    await table.putIf({ ...actKey(act), v: FORMAT, rev: 1, act }, "rev", undefined);
  },
  list: async (cluster) => {
    const found: Act[] = [];
    for await (const item of table.query({ pk: keys.acts(cluster), consistent: true }))
      found.push(actOfItem(item));
    return found;
  },
  rewrite: async (cluster, change, { apply }) => {
    let changed = 0;
    for await (const item of table.query({ pk: keys.acts(cluster), consistent: true })) {
      const act = actOfItem(item);
      const next = change(act);
      if (isDeepStrictEqual(next, act)) continue;
      changed++;
      if (!apply) continue;
      const key = actKey(next);
      await table.put({ ...key, v: FORMAT, rev: 1, act: next });
      // The new one first: dying in between leaves both, and the next run ends it.
      if (key.sk !== item.sk) await table.remove({ pk: item.pk, sk: item.sk });
    }
    return changed;
  },
});
