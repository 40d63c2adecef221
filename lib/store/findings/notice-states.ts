// What the notices of a cluster remember: one item, written by who sends them.
import * as z from "zod";
import type { Cluster } from "../../core/base/ids.ts";
import { NoticeState } from "../../core/incidents/notice-state.ts";
import { AuditError } from "../../errors.ts";
import { keys } from "../table/keys.ts";
import type { Table } from "../table/table.ts";

const FORMAT = 1;
const MAX_ROUNDS = 10;
const StateItem = z.object({ v: z.literal(FORMAT), rev: z.int(), state: NoticeState });

export type NoticeStates = {
  /** Empty where nobody was ever written to. */
  readonly read: (cluster: Cluster) => Promise<NoticeState>;
  /** Adds to it; a moment that is already later stays. Twice is once. */
  readonly note: (cluster: Cluster, news: NoticeState) => Promise<void>;
};

const latest = (a: NoticeState, b: NoticeState): NoticeState =>
  Object.fromEntries(
    [...new Set([...Object.keys(a), ...Object.keys(b)])].map((name) => {
      const key = name as keyof NoticeState;
      const both = [a[key], b[key]].filter((at) => at !== undefined);
      // The first mail was the first one.
      return [key, key === "firstAt" ? Math.min(...both) : Math.max(...both)];
    }),
  );

export const noticeStates = (table: Table): NoticeStates => {
  const item = async (cluster: Cluster) => {
    const found = await table.get(keys.noticeState(cluster), { consistent: true });
    return found && StateItem.parse(found);
  };
  return {
    read: async (cluster) => (await item(cluster))?.state ?? {},
    note: async (cluster, news) => {
      for (let round = 0; round < MAX_ROUNDS; round++) {
        const known = await item(cluster);
        const state = latest(known?.state ?? {}, news);
        const next = { ...keys.noticeState(cluster), v: FORMAT, rev: (known?.rev ?? 0) + 1, state };
        if (await table.putIf(next, "rev", known?.rev)) return;
      }
      throw new AuditError("conflict", "the record of notices changed too many times");
    },
  };
};
