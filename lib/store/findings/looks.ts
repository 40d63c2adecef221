// The record of a cluster's newest judgement in the table: one item, with a revision.
import type { Cluster } from "../../core/base/ids.ts";
import type { Instant } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import type { FirstLooks } from "../../core/findings/observe.ts";
import { AuditError } from "../../errors.ts";
import * as keys from "../table/keys.ts";
import { parseItem } from "../table/stored.ts";
import type { Table } from "../table/table.ts";

const FORMAT = 1;
const MAX_ROUNDS = 10;

const LookItem = z.object({
  v: z.literal(FORMAT),
  rev: z.int(),
  at: z.int(),
  snapshotAt: z.nullable(z.int()),
  /** Missing: an earlier release wrote it. */
  firstLooks: z.optional(z.record(z.string(), z.int())),
});

/** The newest judgement of a cluster, and the newest snapshot that was judged. */
export type LastLook = {
  readonly at: Instant;
  readonly snapshotAt: Instant | null;
  /** When each detector first looked; undefined: an earlier release wrote this look. */
  readonly firstLooks?: FirstLooks | undefined;
};

export type LookItems = {
  readonly lastLook: (cluster: Cluster) => Promise<LastLook | undefined>;
  /** Written after the findings; an older look does not replace a newer one. */
  readonly looked: (cluster: Cluster, look: LastLook) => Promise<void>;
};

export const lookItems = (table: Table): LookItems => ({
  lastLook: async (cluster) => {
    const item = await table.get(keys.look(cluster), { consistent: true });
    if (!item) return undefined;
    const { at, snapshotAt, firstLooks } = parseItem(LookItem, item);
    return { at, snapshotAt, ...(firstLooks && { firstLooks }) };
  },
  looked: async (cluster, { at, snapshotAt, firstLooks }) => {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const item = await table.get(keys.look(cluster), { consistent: true });
      const known = item && parseItem(LookItem, item);
      if (known && known.at >= at) return;
      const rev = known?.rev;
      if (
        await table.putIf(
          {
            ...keys.look(cluster),
            v: FORMAT,
            rev: (rev ?? 0) + 1,
            at,
            snapshotAt,
            ...(firstLooks && { firstLooks }),
          },
          "rev",
          rev,
        )
      )
        return;
    }
    throw new AuditError("conflict", "the record of the last look changed too many times");
  },
});
