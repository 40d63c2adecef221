// What the channels that follow single findings still have to be told. Pure; what each was told stands in the finding.
import { createHash } from "node:crypto";
import type { Instant } from "../base/time.ts";
import type { ChannelMark, Finding } from "../findings/finding.ts";
import { isHeldBack } from "../findings/observe.ts";
import { incidentOf, isOver } from "./threads.ts";

/** The channels that follow each finding by itself. */
export const feedNames = ["event-bus", "security-hub"] as const;
export type FeedName = (typeof feedNames)[number];
/** The channels beside mail. A chat is told like people by mail. */
export const channelNames = [...feedNames, "chat"] as const;
export type ChannelName = (typeof channelNames)[number];

/**
 * `opened`: the first that is told of it, or it goes on after it was told to be over. `updated`: its status, severity,
 * detector or incident is another, or it was over for a while that nobody was told of. `resolved`: nothing of it goes on.
 */
export type FeedKind = "opened" | "updated" | "resolved";

export type FeedEvent = {
  /** The same for whoever sends it again: "evt-" and 32 hexadecimal digits. */
  readonly id: string;
  readonly kind: FeedKind;
  readonly finding: Finding;
  /** What the channel was told last; undefined: nothing. */
  readonly before: ChannelMark | undefined;
  /** What it knows once it has taken this. */
  readonly mark: ChannelMark;
};

const markOf = (finding: Finding, now: Instant): ChannelMark => ({
  at: now,
  life: finding.reopened,
  status: finding.status,
  severity: finding.severity,
  detector: finding.detector,
  incident: incidentOf(finding),
  over: isOver(finding),
});

const isSame = (a: ChannelMark, b: ChannelMark): boolean =>
  a.life === b.life &&
  a.status === b.status &&
  a.severity === b.severity &&
  a.detector === b.detector &&
  a.incident === b.incident &&
  a.over === b.over;

const event = (
  kind: FeedKind,
  finding: Finding,
  before: ChannelMark | undefined,
  mark: ChannelMark,
): FeedEvent => {
  const { at: _, ...state } = mark;
  const what = [finding.cluster, finding.id, kind, before?.at ?? null, state];
  const digest = createHash("sha256").update(JSON.stringify(what)).digest("hex");
  return { id: `evt-${digest.slice(0, 32)}`, kind, finding, before, mark };
};

/** When it ended, as far as it is known. */
const endOf = ({ closedAt, endedAt, lastSeenAt }: Finding): Instant => closedAt ?? endedAt ?? lastSeenAt;

/**
 * What `channel` still has to be told of one finding, in this order. `since`: when the channel was switched on, before
 * which nothing is told. Nobody is told of what is held back, nor of what was accepted before it was told.
 */
export const dueOf = (
  finding: Finding,
  channel: FeedName,
  { since, now }: { readonly since: Instant; readonly now: Instant },
): readonly FeedEvent[] => {
  const before = finding.channels?.[channel];
  const mark = markOf(finding, now);
  if (!before || (before.over && (before.life !== mark.life || !mark.over))) {
    if (isHeldBack(finding) || finding.status === "exempt") return [];
    if (!mark.over) return [event("opened", finding, before, mark)];
    // It was over before anybody was told: both, so that who counts them counts right.
    if (endOf(finding) < since && finding.detectedAt < since) return [];
    const open: ChannelMark = { ...mark, status: "open", over: false };
    return [event("opened", finding, before, open), event("resolved", finding, open, mark)];
  }
  if (isSame(before, mark)) return [];
  return [event(mark.over && !before.over ? "resolved" : "updated", finding, before, mark)];
};

/** The findings once a channel has taken these events: each says what it knows now. Twice is once. */
export const markTaken = (
  findings: readonly Finding[],
  channel: FeedName,
  taken: readonly Pick<FeedEvent, "finding" | "mark">[],
): readonly Finding[] => {
  // Of two events of one finding the later one stands last.
  const marks = new Map(taken.map(({ finding, mark }) => [finding.id, mark]));
  return findings.map((finding) => {
    const mark = marks.get(finding.id);
    const known = finding.channels?.[channel];
    if (!mark || (known && (known.at > mark.at || isSame(known, mark)))) return finding;
    return { ...finding, channels: { ...finding.channels, [channel]: mark } };
  });
};

/** What there is when channels are switched on is the past: they know of it, and are told what changes from now on. */
export const markPast = (
  findings: readonly Finding[],
  channels: readonly FeedName[],
  now: Instant,
): readonly Finding[] =>
  channels.reduce(
    (marked, channel) =>
      markTaken(
        marked,
        channel,
        marked.map((finding) => ({ finding, mark: markOf(finding, now) })),
      ),
    findings,
  );
