// What was usual, as of the ends of the last days: worked out once a day and kept, so that a judgement need not read months.
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import type { Estate } from "../../core/anomaly/estate.ts";
import { packEstate, unpackEstate } from "../../core/anomaly/estate-codec.ts";
import type { Cluster } from "../../core/base/ids.ts";
import { DAY, type Instant } from "../../core/base/time.ts";
import { AuditError } from "../../errors.ts";
import { keys } from "../table/keys.ts";
import type { Item, Table } from "../table/table.ts";
import { TTL_ATTRIBUTE } from "../table/table-definition.ts";

/** DynamoDB takes 400 KB an item. */
const PART_BYTES = 300_000;
/** Late files mostly come within days: from a day that is kept, only the days after it are worked out again. */
const KEPT_DAYS = 10;
/** Changes of single days that are told apart; older ones are told as one. */
const TOLD_CHANGES = 40;
const MAX_ROUNDS = 20;
/** 500 principals are 1 MB of JSON; level 5 takes a tenth of the time of the best and some percent more bytes. */
const QUALITY = 5;

type Changes = {
  readonly rev: number;
  /** [revision of the change, day that changed] */
  readonly told: readonly (readonly [number, number])[];
  /** Of all changes that are no longer told one by one: the newest revision, the oldest day. */
  readonly before: readonly [number, number] | null;
};

const NO_CHANGES: Changes = { rev: 0, told: [], before: null };

const changesOf = (item: Item | undefined): Changes => {
  if (!item) return NO_CHANGES;
  const { rev, told, before } = item as unknown as Changes;
  return { rev, told, before };
};

/** Has something changed since revision `rev` that an estate as of the end of `day` rests on? */
const isStale = ({ told, before }: Changes, rev: number, day: number): boolean =>
  [...told, ...(before ? [before] : [])].some(([at, changed]) => at > rev && changed <= day);

const withChanges = ({ rev, told, before }: Changes, days: readonly number[]): Changes => {
  const all = [
    ...told.filter(([, known]) => !days.includes(known)),
    ...days.map((day) => [rev + 1, day] as const),
  ];
  const dropped = all.slice(0, Math.max(0, all.length - TOLD_CHANGES));
  const merged = [...(before ? [before] : []), ...dropped];
  return {
    rev: rev + 1,
    told: all.slice(dropped.length),
    before: merged.length
      ? [Math.max(...merged.map(([at]) => at)), Math.min(...merged.map(([, known]) => known))]
      : null,
  };
};

/** Notes that what was counted on some days (by number) has changed. Running it again changes nothing that matters. */
export const noteChangedDays =
  (table: Table) =>
  async (cluster: Cluster, days: readonly number[]): Promise<void> => {
    if (!days.length) return;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const stored = await table.get(keys.changedDays(cluster), { consistent: true });
      const next = withChanges(changesOf(stored), days);
      const expected = stored ? changesOf(stored).rev : undefined;
      if (await table.putIf({ ...keys.changedDays(cluster), ...next }, "rev", expected)) return;
    }
    throw new AuditError("conflict", "Too many writers noted changed days at the same time");
  };

export type EstateStore = {
  /** The revision of what was counted: ask for it before the activity is read that an estate is made from. */
  readonly revision: (cluster: Cluster) => Promise<number>;
  /** The newest estate that still holds, as of the end of a day before the one of `now`; undefined: none is kept. */
  readonly newest: (cluster: Cluster, now: Instant) => Promise<Estate | undefined>;
  /** Keeps an estate; `revision` as it was before its activity was read. Nothing happens for an estate without a day. */
  readonly keep: (cluster: Cluster, estate: Estate, revision: number) => Promise<void>;
};

export const estateStore = (table: Table): EstateStore => {
  const changes = async (cluster: Cluster): Promise<Changes> =>
    changesOf(await table.get(keys.changedDays(cluster), { consistent: true }));

  const read = async (cluster: Cluster, head: Item): Promise<Estate | undefined> => {
    const count = Number(head.parts);
    const day = Number(head.day);
    const wanted = Array.from({ length: count }, (_, n) => keys.estatePart(cluster, day * DAY, n));
    const parts = await table.getMany(wanted);
    const bytes = wanted.map(({ sk }) => parts.find((part) => part.sk === sk)?.data);
    if (!bytes.every((part): part is Uint8Array => part instanceof Uint8Array)) return undefined;
    try {
      return unpackEstate(brotliDecompressSync(Buffer.concat(bytes)).toString("utf8"));
    } catch {
      // Parts of two versions of one day: it is worked out anew.
      return undefined;
    }
  };

  return {
    revision: async (cluster) => (await changes(cluster)).rev,
    newest: async (cluster, now) => {
      const today = Math.floor(now / DAY);
      const known = await changes(cluster);
      const heads = table.query({ ...keys.estates(cluster), backward: true, limit: KEPT_DAYS });
      for await (const head of heads) {
        const day = Number(head.day);
        if (day >= today || isStale(known, Number(head.rev), day)) continue;
        const estate = await read(cluster, head);
        if (estate?.day === day) return estate;
      }
      return undefined;
    },
    keep: async (cluster, estate, revision) => {
      const { day } = estate;
      if (day === null) return;
      const bytes = brotliCompressSync(packEstate(estate), {
        params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY },
      });
      const expiresAt = Math.ceil(((day + 1 + KEPT_DAYS) * DAY) / 1_000);
      const parts = Math.ceil(bytes.length / PART_BYTES);
      const items = Array.from({ length: parts }, (_, n) => ({
        ...keys.estatePart(cluster, day * DAY, n),
        data: new Uint8Array(bytes.subarray(n * PART_BYTES, (n + 1) * PART_BYTES)),
        [TTL_ATTRIBUTE]: expiresAt,
      }));
      await table.putMany(items);
      await table.put({
        ...keys.estate(cluster, day * DAY),
        day,
        rev: revision,
        parts,
        [TTL_ATTRIBUTE]: expiresAt,
      });
    },
  };
};
