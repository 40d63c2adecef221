// When the next look is due that events of change have asked for.
import type { Instant } from "../../core/base/time.ts";
import * as keys from "../table/keys.ts";
import type { Table } from "../table/table.ts";

export type PlannedLooks = {
  /** By how long such looks wait; 0: none was ever planned. */
  readonly dueAt: (waitMs: number) => Promise<Instant>;
  readonly planned: (waitMs: number, dueAt: Instant) => Promise<void>;
};

export const plannedLooks = (table: Table): PlannedLooks => ({
  dueAt: async (waitMs) => {
    const item = await table.get(keys.plannedLook(waitMs), { consistent: true });
    return typeof item?.dueAt === "number" ? item.dueAt : 0;
  },
  planned: (waitMs, dueAt) => table.put({ ...keys.plannedLook(waitMs), v: 1, dueAt }),
});
