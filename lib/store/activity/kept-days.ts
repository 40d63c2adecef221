// What is worked out once a day and kept, so that a judgement need not read months: as of the ends of the last days.
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import type { Cluster } from "../../core/base/ids.ts";
import { DAY, type Instant } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import type { Key, Table } from "../table/table.ts";
import { TTL_ATTRIBUTE } from "../table/table-definition.ts";
import { isStale, readChanges } from "./changed-days.ts";

/** DynamoDB takes 400 KB an item. */
const PART_BYTES = 300_000;
/** Late files mostly come within days: from a day that is kept, only the days after it are worked out again. */
const KEPT_DAYS = 10;
/** 500 principals are 1 MB of JSON; level 5 takes a tenth of the time of the best and some percent more bytes. */
const QUALITY = 5;

/** More parts than any estate has: what was altered must not make us ask for millions. */
const MOST_PARTS = 1_000;
const Head = z.object({ day: z.int(), rev: z.int(), parts: z.int().check(z.gte(0), z.lte(MOST_PARTS)) });
type Head = z.infer<typeof Head>;

/** What is kept, where, and as which text. */
export type Kind<T> = {
  readonly heads: (cluster: Cluster) => { readonly pk: string; readonly prefix: string };
  readonly head: (cluster: Cluster, day: Instant) => Key;
  readonly part: (cluster: Cluster, day: Instant, n: number) => Key;
  readonly pack: (value: T) => string;
  /** undefined: it cannot be read, and is worked out anew. */
  readonly unpack: (text: string) => T | undefined;
};

export type KeptDays<T> = {
  /** The newest that still holds, as of the end of a day before the one of `now`; undefined: none is kept. */
  readonly newest: (cluster: Cluster, now: Instant) => Promise<T | undefined>;
  /** Keeps what is as of a day's end; `revision` of what was counted as it was before its activity was read. */
  readonly keep: (cluster: Cluster, value: T, revision: number) => Promise<void>;
};

/** The values carry the number of their last day; one without a day is not kept. */
export const keptDays = <T extends { readonly day: number | null }>(
  table: Table,
  { heads, head, part, pack, unpack }: Kind<T>,
): KeptDays<T> => {
  const read = async (cluster: Cluster, found: Head): Promise<T | undefined> => {
    const { day, parts: count } = found;
    const wanted = Array.from({ length: count }, (_, n) => part(cluster, day * DAY, n));
    const parts = await table.getMany(wanted);
    const bytes = wanted.map(({ sk }) => parts.find((one) => one.sk === sk)?.data);
    if (!bytes.every((one): one is Uint8Array => one instanceof Uint8Array)) return undefined;
    try {
      const value = unpack(brotliDecompressSync(Buffer.concat(bytes)).toString("utf8"));
      return value?.day === day ? value : undefined;
    } catch {
      // Parts of two versions of one day: it is worked out anew.
      return undefined;
    }
  };
  return {
    newest: async (cluster, now) => {
      const today = Math.floor(now / DAY);
      const changes = await readChanges(table, cluster);
      for await (const found of table.query({ ...heads(cluster), backward: true, limit: KEPT_DAYS })) {
        // What cannot be read is worked out anew, as if it were not there: all of it can be.
        const known = Head.safeParse(found).data;
        if (!known || known.day >= today || isStale(changes, known.rev, known.day)) continue;
        const value = await read(cluster, known);
        if (value !== undefined) return value;
      }
      return undefined;
    },
    keep: async (cluster, value, revision) => {
      const { day } = value;
      if (day === null) return;
      const bytes = brotliCompressSync(pack(value), {
        params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY },
      });
      const expires = { [TTL_ATTRIBUTE]: Math.ceil(((day + 1 + KEPT_DAYS) * DAY) / 1_000) };
      const parts = Math.ceil(bytes.length / PART_BYTES);
      // One by one: the detect function may not write batches, for with them goes the right to delete.
      for (let n = 0; n < parts; n++) {
        const data = new Uint8Array(bytes.subarray(n * PART_BYTES, (n + 1) * PART_BYTES));
        await table.put({ ...part(cluster, day * DAY, n), data, ...expires });
      }
      await table.put({ ...head(cluster, day * DAY), day, rev: revision, parts, ...expires });
    },
  };
};
