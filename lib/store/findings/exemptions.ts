// Exemptions in the table: one item each, under its cluster.
import type { Cluster } from "../../core/base/ids.ts";
import * as z from "../../core/base/zod.ts";
import { Exemption } from "../../core/findings/exemption.ts";
import * as keys from "../table/keys.ts";
import { parseItem } from "../table/stored.ts";
import type { Item, Table } from "../table/table.ts";

const FORMAT = 1;
const ExemptionItem = z.object({ v: z.literal(FORMAT), exemption: Exemption });

/** One stored exemption. Throws where the item is not one that this version can read. */
export const exemptionOfItem = (item: Item): Exemption => parseItem(ExemptionItem, item).exemption;

export type ExemptionItems = {
  readonly exemptions: (cluster: Cluster) => Promise<Exemption[]>;
  readonly exempt: (exemption: Exemption) => Promise<void>;
  readonly unexempt: (cluster: Cluster, key: string) => Promise<void>;
};

export const exemptionItems = (table: Table): ExemptionItems => ({
  exemptions: async (cluster) => {
    const found: Exemption[] = [];
    // Whoever accepts or withdraws one acts by what is there at that moment.
    for await (const item of table.query({ pk: keys.exemptions(cluster), consistent: true })) {
      found.push(exemptionOfItem(item));
    }
    return found;
  },
  exempt: (exemption) =>
    table.put({ ...keys.exemption(exemption.cluster, exemption.key), v: FORMAT, exemption }),
  unexempt: (cluster, key) => table.remove(keys.exemption(cluster, key)),
});
