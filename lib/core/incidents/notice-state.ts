// What the notices of one cluster remember beside what each finding was told as.
import { DAY, floorTo, HOUR, type Instant, MINUTE } from "../base/time.ts";
import * as z from "../base/zod.ts";

const NoticeTimes = z.object({
  /** When people were first written to about this cluster. */
  firstAt: z.optional(z.int()),
  /** The newest daily and weekly summary, by the moment that it was for. */
  dailyAt: z.optional(z.int()),
  weeklyAt: z.optional(z.int()),
  /** When many incidents were last told in one mail. */
  stormAt: z.optional(z.int()),
  /** When something was last told that nobody got, and when it was told again. */
  unheardAt: z.optional(z.int()),
  missedAt: z.optional(z.int()),
  /** Since when the cluster is gone, as the last summary of a week said. */
  goneAt: z.optional(z.int()),
});
/** What telling people changes: each time only ever grows later, but the first. */
export type NoticeTimes = z.infer<typeof NoticeTimes>;

const ChannelOn = z.object({
  since: z.int(),
  /** Of a chat, which is told like people by mail; missing: a release before noted it, and nothing was evaluated since. */
  times: z.optional(NoticeTimes),
  /** When it last took something. */
  tookAt: z.optional(z.int()),
  /** It does not take what is due: since when, what it answers, and what helps. */
  refused: z.optional(z.object({ since: z.int(), says: z.string(), next: z.string() })),
});
export type ChannelOn = z.infer<typeof ChannelOn>;

/** The channels beside mail that are on, and since when. */
export const ChannelsOn = z.record(z.string(), ChannelOn);
export type ChannelsOn = z.infer<typeof ChannelsOn>;

export const NoticeState = z.object({ ...NoticeTimes.shape, channels: z.optional(ChannelsOn) });
export type NoticeState = z.infer<typeof NoticeState>;

/** Summaries are for the morning: 07:00 UTC. */
const MORNING = 7 * HOUR;
/** 1970-01-05 was a Monday. */
const MONDAY = 4 * DAY;
const WEEK = 7 * DAY;

/** The moment that the newest daily summary is for: 07:00 UTC of today, or of yesterday before that. */
const dailySlot = (now: Instant): Instant => floorTo(DAY, now - MORNING) + MORNING;

/** Likewise of the week: 07:00 UTC of Monday. */
const weeklySlot = (now: Instant): Instant =>
  Math.floor((now - MORNING - MONDAY) / WEEK) * WEEK + MONDAY + MORNING;

export const summarySlots = (now: Instant): { readonly dailyAt: Instant; readonly weeklyAt: Instant } => ({
  dailyAt: dailySlot(now),
  weeklyAt: weeklySlot(now),
});

/** Whether the morning's summary is still to be written. */
export const isSummaryDue = ({ dailyAt = 0, weeklyAt = 0 }: NoticeState, now: Instant): boolean =>
  dailyAt < dailySlot(now) || weeklyAt < weeklySlot(now);

/** Whether something was told that nobody got, and that was not told again. */
export const wasMissed = ({ unheardAt, missedAt = 0 }: NoticeState): boolean =>
  unheardAt !== undefined && unheardAt > missedAt;

/** While incidents come in a storm they are listed no more often than this. */
export const STORM_EVERY_MS = 10 * MINUTE;
/** So long the first mail waits for a snapshot of a new cluster. */
export const FIRST_WAIT_MS = 2 * HOUR;
