// When the next look is due that events of change have asked for.
import type { Instant } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import * as keys from "../table/keys.ts";
import { parseItem } from "../table/stored.ts";
import type { Table } from "../table/table.ts";

const PlannedItem = z.object({ v: z.literal(1), dueAt: z.int() });

export type PlannedLooks = {
  /** By how long such looks wait; 0: none was ever planned. */
  readonly dueAt: (waitMs: number) => Promise<Instant>;
  readonly planned: (waitMs: number, dueAt: Instant) => Promise<void>;
};

export const plannedLooks = (table: Table): PlannedLooks => ({
  dueAt: async (waitMs) => {
    const item = await table.get(keys.plannedLook(waitMs), { consistent: true });
    return item ? parseItem(PlannedItem, item).dueAt : 0;
  },
  planned: (waitMs, dueAt) => table.put({ ...keys.plannedLook(waitMs), v: 1, dueAt }),
});
