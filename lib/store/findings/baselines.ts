// The baseline of each cluster as the judge reads it: one item, written by people with `baseline publish`.

import { isDeepStrictEqual } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Cluster } from "../../core/base/ids.ts";
import type { Instant } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import type { Baseline } from "../../core/baseline/baseline.ts";
import type { KeptBaseline } from "../../core/baseline/kept-baseline.ts";
import { AuditError } from "../../errors.ts";
import * as keys from "../table/keys.ts";
import { parseItem, readItem } from "../table/stored.ts";
import type { Table } from "../table/table.ts";

const FORMAT = 1;
/** An item of DynamoDB holds 400 KB. */
const MOST_PACKED_BYTES = 380_000;
/** Far above what a file of the size that we read can say: what was altered to unpack to more is refused. */
const MOST_BYTES = 64 * 1024 * 1024;

const BaselineItem = z.object({
  v: z.literal(FORMAT),
  version: z.int().check(z.positive()),
  at: z.int(),
  by: z.string(),
  data: z.instanceof(Uint8Array),
});

export type BaselineStore = {
  /** undefined: none was published. */
  readonly read: (cluster: Cluster) => Promise<KeptBaseline | undefined>;
  /** Publishes one version more; the same baseline again is none. `conflict`: somebody else published meanwhile. */
  readonly publish: (
    cluster: Cluster,
    baseline: Baseline,
    by: string,
    at: Instant,
  ) => Promise<{ readonly version: number; readonly wrote: boolean }>;
  /** Puts what `change` makes of who published it in the place of that, where it is another; how many. Without `apply` only counts. */
  readonly rewriteBy: (
    cluster: Cluster,
    change: (by: string) => string,
    options: { readonly apply: boolean },
  ) => Promise<number>;
};

const pack = (baseline: Baseline): Uint8Array => {
  const data = gzipSync(JSON.stringify(baseline));
  if (data.length <= MOST_PACKED_BYTES) return data;
  throw new AuditError("usage", "the baseline is too large to be published: 380 KB, packed, are the most", {
    hint: "Use all: true where a role may do the same with every object of a schema.",
  });
};

export const baselineStore = (table: Table): BaselineStore => {
  const read: BaselineStore["read"] = async (cluster) => {
    const item = await table.get(keys.baseline(cluster), { consistent: true });
    if (!item) return undefined;
    const file = await import("../../core/baseline/baseline.ts");
    return readItem(item, (stored) => {
      const { version, at, by, data } = BaselineItem.parse(stored);
      const text = gunzipSync(data, { maxOutputLength: MOST_BYTES }).toString("utf8");
      return { version, at, by, baseline: file.Baseline.parse(JSON.parse(text)) };
    });
  };
  return {
    read,
    publish: async (cluster, baseline, by, at) => {
      const known = await read(cluster);
      if (known && isDeepStrictEqual(known.baseline, baseline))
        return { version: known.version, wrote: false };
      const version = (known?.version ?? 0) + 1;
      const item = { ...keys.baseline(cluster), v: FORMAT, version, at, by, data: pack(baseline) };
      if (await table.putIf(item, "version", known?.version)) return { version, wrote: true };
      throw new AuditError("usage", "somebody else published a baseline at the same moment", {
        hint: "See what changed (baseline diff), then publish again.",
      });
    },
    rewriteBy: async (cluster, change, { apply }) => {
      const item = await table.get(keys.baseline(cluster), { consistent: true });
      if (!item) return 0;
      const { version, by } = parseItem(BaselineItem, item);
      const next = change(by);
      if (next === by) return 0;
      if (!apply || (await table.putIf({ ...item, by: next }, "version", version))) return 1;
      throw new AuditError("conflict", "somebody published a baseline at the same moment", {
        hint: "Run the command again: what is done already stays done.",
      });
    },
  };
};
