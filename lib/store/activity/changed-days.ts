// Which days were counted anew, and when: what was worked out from a day before it changed holds no more.
import type { Cluster } from "../../core/base/ids.ts";
import * as z from "../../core/base/zod.ts";
import { AuditError } from "../../errors.ts";
import * as keys from "../table/keys.ts";
import { parseItem } from "../table/stored.ts";
import type { Item, Table } from "../table/table.ts";

/** Changes of single days that are told apart; older ones are told as one. */
const TOLD_CHANGES = 40;
const MAX_ROUNDS = 20;

export type Changes = {
  readonly rev: number;
  /** [revision of the change, day that changed] */
  readonly told: readonly (readonly [number, number])[];
  /** Of all changes that are no longer told one by one: the newest revision, the oldest day. */
  readonly before: readonly [number, number] | null;
};

const Change = z.tuple([z.int(), z.int()]);
const ChangesItem = z.object({ rev: z.int(), told: z.array(Change), before: z.nullable(Change) });

const NO_CHANGES: Changes = { rev: 0, told: [], before: null };

const changesOf = (item: Item | undefined): Changes => {
  if (!item) return NO_CHANGES;
  const { rev, told, before } = parseItem(ChangesItem, item);
  return { rev, told, before };
};

/** Has something changed since revision `rev` that what was worked out up to the end of `day` rests on? */
export const isStale = ({ told, before }: Changes, rev: number, day: number): boolean =>
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

/** What is noted of a cluster. */
export const readChanges = async (table: Table, cluster: Cluster): Promise<Changes> =>
  changesOf(await table.get(keys.changedDays(cluster), { consistent: true }));
