// Marks that say "add this hour up again". A mark is *open* or *taken* by somebody who is adding up right now.
//
// Whoever puts a segment makes sure of an open mark before and looks again afterwards. Whoever adds up a past hour takes the
// mark first and removes it last, only if it is still his own. So a segment is either read by him, or finds the mark taken
// or gone and opens it again. One case is left, a writer that dies between its segment and the second look: its batch
// comes again, is all duplicates, and `staleSlots` in slots.ts sees that the profile lacks its segment.
import { randomUUID } from "node:crypto";
import type { Cluster } from "../../core/base/ids.ts";
import type { Instant } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import { AuditError } from "../../errors.ts";
import * as keys from "../table/keys.ts";
import { readItem } from "../table/stored.ts";
import type { Item, Table } from "../table/table.ts";

export type Mark = { readonly hour: Instant; readonly token: string; readonly taken: boolean };

export type DirtyHours = {
  /** Writes only when there is no open mark. */
  readonly ensure: (cluster: Cluster, hour: Instant) => Promise<void>;
  readonly list: (cluster: Cluster) => Promise<Mark[]>;
  /** undefined: somebody else changed it meanwhile. A mark that a dead worker took may be taken again. */
  readonly take: (cluster: Cluster, mark: Mark) => Promise<Mark | undefined>;
  readonly clear: (cluster: Cluster, taken: Mark) => Promise<void>;
};

const MarkItem = z.object({ v: z.literal(1), token: z.string(), taken: z.boolean() });

const markOf = (item: Item): Mark =>
  readItem(item, ({ sk }) => {
    const hour = Date.parse(sk);
    if (Number.isNaN(hour)) throw new AuditError("store", "its key names no hour");
    const { token, taken } = MarkItem.parse(item);
    return { hour, token, taken };
  });

export const dirtyHours = (table: Table): DirtyHours => ({
  ensure: async (cluster, hour) => {
    const key = keys.dirtyHour(cluster, hour);
    const mark = await table.get(key, { consistent: true });
    if (mark === undefined || mark.taken === true) {
      await table.put({ ...key, v: 1, token: randomUUID(), taken: false });
    }
  },
  list: async (cluster) => {
    const marks: Mark[] = [];
    for await (const item of table.query({ pk: keys.dirtyHours(cluster), consistent: true })) {
      marks.push(markOf(item));
    }
    return marks;
  },
  take: async (cluster, { hour, token }) => {
    const taken = { hour, token: randomUUID(), taken: true };
    const item = { ...keys.dirtyHour(cluster, hour), v: 1, token: taken.token, taken: true };
    return (await table.putIf(item, "token", token)) ? taken : undefined;
  },
  clear: async (cluster, { hour, token }) => {
    await table.removeIf(keys.dirtyHour(cluster, hour), "token", token);
  },
});
