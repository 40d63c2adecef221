// A detector's judgement on one subject, with its evidence, its stable identity and its life.
import { Cluster, Oid, Principal } from "../base/ids.ts";
import * as z from "../base/zod.ts";

export const Category = z.enum(["dormant", "anomalous", "over-privileged", "coverage"]);
export type Category = z.infer<typeof Category>;

/**
 * How a finding ends. A `state` is resolved by a complete look that no longer finds it. A `stretch` of time has an end of
 * its own: then the finding is ended, and closed when the stretch leaves the window. An `episode` ends after quiet.
 */
export const Life = z.enum(["state", "stretch", "episode"]);
export type Life = z.infer<typeof Life>;

export const Severity = z.enum(["low", "medium", "high", "critical"]);
export type Severity = z.infer<typeof Severity>;

/** Below 0: `a` is worse than `b`. */
export const worstFirst = (a: Severity, b: Severity): number =>
  Severity.options.indexOf(b) - Severity.options.indexOf(a);

/** The verdict on a mapping, in the order in which they are decided. */
export const Verdict = z.enum(["active", "ambiguous", "grace", "unknown", "dormant", "never-used"]);
export type Verdict = z.infer<typeof Verdict>;

/** Whether the verdict is a proof that nobody uses the mapping, and not only a lack of one. */
export const provesUnused = (verdict: Verdict | undefined): boolean =>
  verdict === "dormant" || verdict === "never-used";

/**
 * Who and what a finding is about. `roleOid` carries identity through a rename, `role` is what people read.
 * `facet` tells findings of one detector on one subject apart: the path or grant for over-privileged, the hour of the
 * episode's first event for anomalous, else "".
 */
export const Subject = z.object({
  principal: z.optional(Principal),
  role: z.optional(z.string()),
  roleOid: z.optional(Oid),
  object: z.optional(z.string()),
  facet: z.string(),
});
export type Subject = z.infer<typeof Subject>;

/** What one look of one detector found, before it has a life. */
export const Observation = z.object({
  id: z.string(),
  detector: z.string(),
  /** Detectors of a family share their findings: which of them found it last is `detector`. */
  family: z.optional(z.string()),
  category: Category,
  life: Life,
  severity: Severity,
  cluster: Cluster,
  subject: Subject,
  title: z.string(),
  evidence: z.record(z.string(), z.unknown()),
  /** The stretch of what was seen. */
  firstSeenAt: z.int(),
  lastSeenAt: z.int(),
  eventIds: z.optional(z.array(z.string())),
  verdict: z.optional(Verdict),
  /** Of a stretch that is over: since when, and what people have to know of it. */
  endedAt: z.optional(z.int()),
  ends: z.optional(z.string()),
  /** The SQL, or what a person has to do. */
  fix: z.optional(z.string()),
  /** What ties it to other findings of the same outage or attack: equal words belong together where their times do. */
  threads: z.optional(z.array(z.string())),
  /** Of over-privileged access: each grant that it counts together. An exemption accepts those that there were. */
  grants: z.optional(z.array(z.string())),
});
export type Observation = z.infer<typeof Observation>;

export const Status = z.enum(["open", "acknowledged", "exempt", "ended", "resolved"]);
export type Status = z.infer<typeof Status>;

/** What a channel beside mail was last told of a finding, and when: only what differs from it is news there. */
export const ChannelMark = z.object({
  at: z.int(),
  /** How many lives the finding had before. */
  life: z.int(),
  status: Status,
  severity: Severity,
  detector: z.string(),
  incident: z.string(),
  /** It was told that nothing of it goes on. */
  over: z.boolean(),
});
export type ChannelMark = z.infer<typeof ChannelMark>;

/** What people were told of a finding in one place: written after the message is out, so that it may come twice but never be lost. */
export const ToldOfIt = z.object({
  noticedAt: z.optional(z.int()),
  /** The highest severity that people were told of: a higher one is news. */
  noticedSeverity: z.optional(Severity),
  /** That it ended, or was resolved. */
  closeNoticedAt: z.optional(z.int()),
  /** The last notice or summary that named it. */
  toldAt: z.optional(z.int()),
  /** Where people heard of it; missing: in a notice of its own. */
  toldIn: z.optional(z.enum(["notice", "summary"])),
  /** The detector that it was called by in the first notice: what its notices go on being called by. */
  toldAs: z.optional(z.string()),
});
export type ToldOfIt = z.infer<typeof ToldOfIt>;

export const Finding = z.object({
  ...Observation.shape,
  status: Status,
  /** The moment of the first judgement of this life; a finding that comes back starts a new one. */
  detectedAt: z.int(),
  /** The moment of the last look that still found it. */
  confirmedAt: z.int(),
  /** On how many days of UTC an evaluation found it, in this life; missing: an earlier release began it, and did not count. */
  seenDays: z.optional(z.int()),
  closedAt: z.optional(z.int()),
  /** What changed, in a sentence, where the look that closed it could say. */
  closedBecause: z.optional(z.string()),
  /** Closed because its cluster was gone, since then: nothing was mended. */
  clusterGoneAt: z.optional(z.int()),
  /** When its verdict was first a proof, in this life. */
  provenAt: z.optional(z.int()),
  /** Who acknowledged it, when and why; not known of those that earlier releases stored. */
  acknowledged: z.optional(z.object({ at: z.int(), by: z.string(), note: z.optional(z.string()) })),
  /** How many lives it had before this one. */
  reopened: z.int(),
  /** Its detector is new to a running installation: until then nobody is mailed of it. */
  observedUntil: z.optional(z.int()),
  /** The same of what a multi-Region database's endpoints share, found at its peer: that one is told, and not this. */
  sameAs: z.optional(z.object({ cluster: Cluster, id: z.string() })),
  /** What was told by mail. */
  ...ToldOfIt.shape,
  /** The same in a chat, which has a memory of its own. */
  chat: z.optional(ToldOfIt),
  /** The incident that it joined; missing: it stands alone, or began one. */
  incident: z.optional(z.string()),
  /** By the channel's name, so that each has its own due state; missing: it was told nothing. */
  channels: z.optional(z.record(z.string(), ChannelMark)),
});
export type Finding = z.infer<typeof Finding>;

/**
 * What a detector could look at. A finding is resolved only by a complete look: where `complete` is false, or names
 * subjects that could not be judged, open findings stay as they are.
 */
export type Look = {
  readonly detector: string;
  readonly complete: boolean;
  readonly reason?: string;
  /** Ids of the findings whose subject could not be judged, in a look that was complete otherwise. */
  readonly unjudged?: readonly string[];
  /** Beginnings of the facets that could not be judged. */
  readonly unjudgedFacets?: readonly string[];
  /** Stretches that lie wholly before it have left the window: nothing was mended, they only are past. */
  readonly reachesFrom?: number;
};
