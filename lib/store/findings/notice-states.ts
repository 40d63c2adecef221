// What the notices of a cluster remember: one item, written by who sends them.
import type { Cluster } from "../../core/base/ids.ts";
import * as z from "../../core/base/zod.ts";
import {
  type ChannelOn,
  type ChannelsOn,
  NoticeState,
  type NoticeTimes,
} from "../../core/incidents/notice-state.ts";
import { AuditError } from "../../errors.ts";
import * as keys from "../table/keys.ts";
import { parseItem } from "../table/stored.ts";
import type { Table } from "../table/table.ts";

const FORMAT = 1;
const MAX_ROUNDS = 10;
const StateItem = z.object({ v: z.literal(FORMAT), rev: z.int(), state: NoticeState });

export type NoticeStates = {
  /** Empty where nobody was ever written to. */
  readonly read: (cluster: Cluster) => Promise<NoticeState>;
  /** Adds to it; a moment that is already later stays. Twice is once. */
  readonly note: (cluster: Cluster, news: NoticeTimes) => Promise<void>;
  /** Adds to what is known of a channel that is on; nothing where it is off. `refused` null: it takes what is due again. */
  readonly noteChannel: (cluster: Cluster, name: string, news: ChannelNews) => Promise<void>;
  /** Which channels are on from now on, in place of those that were. */
  readonly switchChannels: (cluster: Cluster, channels: ChannelsOn) => Promise<void>;
};

export type ChannelNews = Partial<Pick<ChannelOn, "times" | "tookAt">> & {
  readonly refused?: ChannelOn["refused"] | null;
};

const withNews = (channel: ChannelOn, { times, tookAt, refused }: ChannelNews): ChannelOn => {
  const { refused: before, ...rest } = channel;
  const now = refused === undefined ? before : (refused ?? undefined);
  return {
    ...rest,
    ...(times && { times: latest(channel.times ?? {}, times) }),
    ...(tookAt !== undefined && { tookAt: Math.max(tookAt, channel.tookAt ?? 0) }),
    // Since when it refuses stays as it was first seen.
    ...(now && { refused: { ...now, since: Math.min(now.since, before?.since ?? now.since) } }),
  };
};

const latest = (a: NoticeTimes, b: NoticeTimes): NoticeTimes =>
  Object.fromEntries(
    [...new Set([...Object.keys(a), ...Object.keys(b)])].map((name) => {
      const key = name as keyof NoticeTimes;
      const both = [a[key], b[key]].filter((at) => at !== undefined);
      // The first mail was the first one.
      return [key, key === "firstAt" ? Math.min(...both) : Math.max(...both)];
    }),
  );

export const noticeStates = (table: Table): NoticeStates => {
  const item = async (cluster: Cluster) => {
    const found = await table.get(keys.noticeState(cluster), { consistent: true });
    return found && parseItem(StateItem, found);
  };
  const change = async (cluster: Cluster, by: (state: NoticeState) => NoticeState): Promise<void> => {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const known = await item(cluster);
      const next = {
        ...keys.noticeState(cluster),
        v: FORMAT,
        rev: (known?.rev ?? 0) + 1,
        state: by(known?.state ?? {}),
      };
      if (await table.putIf(next, "rev", known?.rev)) return;
    }
    throw new AuditError("conflict", "the record of notices changed too many times");
  };
  return {
    read: async (cluster) => (await item(cluster))?.state ?? {},
    note: (cluster, news) =>
      change(cluster, ({ channels, ...times }) => ({
        ...latest(times, news),
        ...(channels && { channels }),
      })),
    noteChannel: (cluster, name, news) =>
      change(cluster, (state) => {
        const known = state.channels?.[name];
        return known ? { ...state, channels: { ...state.channels, [name]: withNews(known, news) } } : state;
      }),
    switchChannels: (cluster, channels) =>
      change(cluster, (state) => {
        // Whoever tells one that was on already may have noted something meanwhile.
        const next = Object.entries(channels).map(([name, channel]) => [
          name,
          state.channels?.[name] ?? channel,
        ]);
        return { ...state, channels: Object.fromEntries(next) };
      }),
  };
};
