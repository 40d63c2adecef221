// What people decided on findings and clusters: one item each, added and never changed.
import * as z from "zod";
import type { Cluster } from "../../core/base/ids.ts";
import { Act, isFindingAct } from "../../core/findings/act.ts";
import { keys } from "../table/keys.ts";
import type { Table } from "../table/table.ts";

const FORMAT = 1;
const ActItem = z.object({ v: z.literal(FORMAT), rev: z.literal(1), act: Act });

export type ActStore = {
  /** Written before what it tells of is done: an act without an effect can be seen, one without a record cannot. */
  readonly note: (act: Act) => Promise<void>;
  /** In the order of time. */
  readonly list: (cluster: Cluster) => Promise<Act[]>;
};

export const actStore = (table: Table): ActStore => ({
  note: async (act) => {
    // Twice in one millisecond by one person on one finding or cluster is once.
    const what = `${act.kind}#${isFindingAct(act) ? act.finding : ""}#${act.by}`;
    await table.putIf({ ...keys.act(act.cluster, act.at, what), v: FORMAT, rev: 1, act }, "rev", undefined);
  },
  list: async (cluster) => {
    const found: Act[] = [];
    for await (const item of table.query({ pk: keys.acts(cluster), consistent: true }))
      found.push(ActItem.parse(item).act);
    return found;
  },
});
