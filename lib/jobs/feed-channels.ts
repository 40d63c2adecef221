// Tells each channel beside mail what it has not been told yet, each for itself: one that fails holds up no other.
import type { Cluster } from "../core/base/ids.ts";
import type { Instant } from "../core/base/time.ts";
import type { Finding } from "../core/findings/finding.ts";
import {
  type ChannelName,
  dueOf,
  type FeedEvent,
  type FeedName,
  feedNames,
  markPast,
  markTaken,
} from "../core/incidents/feed.ts";
import { type ChannelsOn, type NoticeState, summarySlots } from "../core/incidents/notice-state.ts";
import { pastInChat } from "../core/incidents/told-where.ts";
import type { Channel } from "../notices/channels/channel.ts";
import type { Store } from "../store/open-store.ts";

/** As many as Security Hub takes at once; after each group it is written down what was taken. */
const GROUP = 100;

type ChannelStores = Pick<Store, "findings" | "notices">;

const isFeed = (name: ChannelName): name is FeedName => name !== "chat";

/** A chat of a new cluster gets a first notice, as people by mail; of one that people know, what is new from now on. */
const beginning = (name: ChannelName, isKnown: boolean, now: Instant): ChannelsOn[string] =>
  isFeed(name)
    ? { since: now }
    : { since: now, times: isKnown ? { firstAt: now, ...summarySlots(now) } : {} };

/**
 * Notes which channels are on, before anything new is judged: what a cluster has by then is the past to a channel that was
 * off, and it is never told of it. Nothing is written while they stay as they are. Twice is once.
 */
export const settleChannels = async (
  { findings, notices }: ChannelStores,
  cluster: Cluster,
  on: readonly ChannelName[],
  now: Instant,
): Promise<void> => {
  const { channels = {}, firstAt }: NoticeState = await notices.read(cluster);
  const { chat } = channels;
  // A release before kept only since when it is on. Its first summaries come with the next morning and Monday.
  if (chat && !chat.times)
    await notices.noteChannel(cluster, "chat", { times: { firstAt: chat.since, ...summarySlots(now) } });
  const fresh = on.filter((name) => !channels[name]);
  if (!fresh.length && Object.keys(channels).length === on.length) return;
  // First the findings: dying in between, they are marked once more before anything is judged.
  let isKnown = firstAt !== undefined;
  if (fresh.length)
    await findings.update(cluster, (all) => {
      isKnown ||= all.length > 0;
      const marked = markPast(all, fresh.filter(isFeed), now);
      return fresh.includes("chat") ? pastInChat(marked, now) : marked;
    });
  const next = Object.fromEntries(on.map((name) => [name, channels[name] ?? beginning(name, isKnown, now)]));
  await notices.switchChannels(cluster, next);
};

const dueIn = (
  findings: readonly Finding[],
  channel: FeedName,
  channels: ChannelsOn | undefined,
  now: Instant,
): FeedEvent[] => {
  const since = channels?.[channel]?.since;
  if (since === undefined) return [];
  return findings
    .toSorted((a, b) => a.detectedAt - b.detectedAt || (a.id < b.id ? -1 : 1))
    .flatMap((finding) => dueOf(finding, channel, { since, now }));
};

/** Whether a channel that follows findings has something to be told. */
export const isFeedDue = (
  findings: readonly Finding[],
  channels: ChannelsOn | undefined,
  now: Instant,
): boolean => feedNames.some((name) => dueIn(findings, name, channels, now).length > 0);

/** One channel: how many events it took, and its first failure. What it did not take stays due. */
const feed = async (
  { findings }: ChannelStores,
  { name, send }: Channel,
  cluster: Cluster,
  due: readonly FeedEvent[],
): Promise<{ readonly taken: number; readonly failure: unknown }> => {
  let count = 0;
  let first: unknown;
  for (let at = 0; at < due.length; at += GROUP) {
    const { taken, failure } = await send(due.slice(at, at + GROUP));
    if (taken.length) await findings.update(cluster, (all) => markTaken(all, name, taken));
    count += taken.length;
    first ??= failure;
    // Anything but the fault of one event would meet all of them.
    if (failure && failure.code !== "config") break;
  }
  return { taken: count, failure: first };
};

/** What came of telling one channel; `failure` undefined: it took all that was due. */
export type Fed = { readonly name: ChannelName; readonly taken: number; readonly failure: unknown };

/**
 * Sends every channel what is due there, and marks what was taken right after it: dying in between sends those again, with
 * the same ids, and never loses one. A channel that was not on at the last judgement is left alone.
 */
export const feedChannels = async (
  stores: ChannelStores,
  channels: readonly Channel[],
  cluster: Cluster,
  now: Instant,
): Promise<readonly Fed[]> => {
  if (!channels.length) return [];
  const [findings, state] = await Promise.all([stores.findings.list(cluster), stores.notices.read(cluster)]);
  const fed: Fed[] = [];
  for (const channel of channels) {
    const { name } = channel;
    try {
      const due = dueIn(findings, name, state.channels, now);
      fed.push({ name, ...(await feed(stores, channel, cluster, due)) });
    } catch (failure) {
      fed.push({ name, taken: 0, failure });
    }
  }
  return fed;
};
