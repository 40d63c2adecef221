// The only key strings of the store. Each key stands under the question that it answers.
import type { Cluster, Sha256 } from "../../core/base/ids.ts";
import { type Instant, iso } from "../../core/base/time.ts";

/** Digits enough for every number we order by, so that text sorts as numbers do. */
export const pad = (n: number): string => String(n).padStart(10, "0");

/** The table's attribute that the time index sorts by; only manifests carry it. */
export const TIME_INDEX = "byTime";

export const keys = {
  // "which clusters are there, how to reach them"      Query; PutItem
  clusters: () => "CLUSTERS",
  cluster: (c: Cluster) => ({ pk: "CLUSTERS", sk: c }),

  // "the chain of snapshots"                            PutItem where absent; Query backward; index by takenAt
  manifests: (c: Cluster) => `CLUSTER#${c}`,
  manifest: (c: Cluster, seq: number) => ({ pk: `CLUSTER#${c}`, sk: `SNAPSHOT#${pad(seq)}` }),

  // "how far are the derived items"                     PutItem; comes with the newest manifest when read backward
  derived: (c: Cluster) => ({ pk: `CLUSTER#${c}`, sk: "SNAPSHOTS" }),

  // "which days were thinned, by whom other than daily"  GetItem; PutItem
  retained: (c: Cluster) => ({ pk: `RETAINED#${c}`, sk: "RETAINED" }),

  // "the bytes behind this hash"                        PutItem; BatchGetItem
  // "which chunks are there"                            Query, one shard after the other
  chunk: (c: Cluster, hash: Sha256) => ({ pk: `CHUNK#${c}#${hash.slice(0, 1)}`, sk: hash }),
  chunkShards: (c: Cluster) => [..."0123456789abcdef"].map((digit) => `CHUNK#${c}#${digit}`),

  // "when was a backup restored"                        PutItem where absent; Query
  restores: (c: Cluster) => `RESTORE#${c}`,
  restore: (c: Cluster, at: Instant) => ({ pk: `RESTORE#${c}`, sk: iso(at) }),

  // "what happened to this role, this object, the mappings" Query; PutItem, derived
  timeline: (c: Cluster, subject: string) => `TIMELINE#${c}#${subject}`,
  timelineItem: (c: Cluster, subject: string, seq: number, part: number) => ({
    pk: `TIMELINE#${c}#${subject}`,
    sk: `${pad(seq)}#${part}`,
  }),

  // "who was ever called this"                          Query; PutItem, derived
  named: (c: Cluster, nameHash: string) => `NAMED#${c}#${nameHash}`,
  namedItem: (c: Cluster, nameHash: string, oid: number) => ({ pk: `NAMED#${c}#${nameHash}`, sk: pad(oid) }),

  // "what was counted in this minute, this hour"        Query, consistent; PutItem where absent
  slots: (c: Cluster, hour: Instant) => `SLOT#${c}#${iso(hour).slice(0, 13)}`,
  segments: (minute: Instant) => `${iso(minute).slice(14, 16)}#`,
  segment: (c: Cluster, minute: Instant, n: number) => ({
    pk: `SLOT#${c}#${iso(minute).slice(0, 13)}`,
    sk: `${iso(minute).slice(14, 16)}#${pad(n)}`,
  }),

  // "which hours have to be added up again"             Query, consistent; PutItem; PutItem and DeleteItem on its token
  dirtyHours: (c: Cluster) => `DIRTY#${c}`,
  dirtyHour: (c: Cluster, hour: Instant) => ({ pk: `DIRTY#${c}`, sk: iso(hour) }),

  // "what did everybody do in these hours, these days"  Query; PutItem on its revision
  hours: (c: Cluster) => `HOUR#${c}`,
  hour: (c: Cluster, hour: Instant) => ({ pk: `HOUR#${c}`, sk: iso(hour) }),
  days: (c: Cluster) => `DAY#${c}`,
  day: (c: Cluster, day: Instant) => ({ pk: `DAY#${c}`, sk: iso(day) }),

  // "what was usual up to the end of this day"          Query backward, BatchGetItem; PutItem, derived
  estates: (c: Cluster) => ({ pk: `ESTATE#${c}`, prefix: "DAY#" }),
  estate: (c: Cluster, day: Instant) => ({ pk: `ESTATE#${c}`, sk: `DAY#${iso(day)}` }),
  estatePart: (c: Cluster, day: Instant, n: number) => ({
    pk: `ESTATE#${c}`,
    sk: `PART#${iso(day)}#${pad(n)}`,
  }),

  // "who used which mapping up to the end of this day"  Query backward, BatchGetItem; PutItem, derived
  ledgers: (c: Cluster) => ({ pk: `USES#${c}`, prefix: "DAY#" }),
  ledger: (c: Cluster, day: Instant) => ({ pk: `USES#${c}`, sk: `DAY#${iso(day)}` }),
  ledgerPart: (c: Cluster, day: Instant, n: number) => ({
    pk: `USES#${c}`,
    sk: `PART#${iso(day)}#${pad(n)}`,
  }),

  // "who used which mapping through this peer"          the same
  peerLedgers: (c: Cluster, peer: Cluster) => ({ pk: `USES#${c}`, prefix: `PEER#${peer}#DAY#` }),
  peerLedger: (c: Cluster, peer: Cluster, day: Instant) => ({
    pk: `USES#${c}`,
    sk: `PEER#${peer}#DAY#${iso(day)}`,
  }),
  peerLedgerPart: (c: Cluster, peer: Cluster, day: Instant, n: number) => ({
    pk: `USES#${c}`,
    sk: `PEER#${peer}#PART#${iso(day)}#${pad(n)}`,
  }),

  // "what was counted anew since it was worked out"     GetItem, consistent; PutItem on its revision
  changedDays: (c: Cluster) => ({ pk: `ESTATE#${c}`, sk: "CHANGED" }),

  // "which logins did the auditor make, which came back" Query, consistent; PutItem
  loginAttempts: (c: Cluster) => `ATTEMPT#${c}`,
  loginAttempt: (c: Cluster, at: Instant, id: string) => ({ pk: `ATTEMPT#${c}`, sk: `${iso(at)}#${id}` }),
  ownLogins: (c: Cluster) => `LOGIN#${c}`,
  ownLogin: (c: Cluster, at: Instant, eventId: string) => ({ pk: `LOGIN#${c}`, sk: `${iso(at)}#${eventId}` }),

  // "when was a trail stopped or changed"               Query; PutItem, idempotent
  trailEvents: (scope: string) => `TRAILEVENT#${scope}`,
  trailEvent: (scope: string, at: Instant, eventId: string) => ({
    pk: `TRAILEVENT#${scope}`,
    sk: `${iso(at)}#${eventId}`,
  }),

  // "which digest files were verified"                  Query; PutItem, idempotent
  digests: (scope: string) => `DIGEST#${scope}`,
  digest: (scope: string, end: Instant, trail: string) => ({
    pk: `DIGEST#${scope}`,
    sk: `${iso(end)}#${trail}`,
  }),

  // "why is this stretch not proven after all"          Query; PutItem
  doubts: (scope: string) => `DOUBT#${scope}`,

  // "what did AWS last say about capture"               GetItem; PutItem
  captureCheck: (c: Cluster) => ({ pk: `CAPTURE#${c}`, sk: "CHECK" }),

  // "was it left asleep, and since which snapshot"      Query with the next; PutItem
  asleep: (c: Cluster) => ({ pk: `ASLEEP#${c}`, sk: "LAST" }),

  // "do its tags still choose it"                       Query with the last; PutItem
  unchosen: (c: Cluster) => ({ pk: `ASLEEP#${c}`, sk: "UNCHOSEN" }),

  // "for which hours is capture proven"                 Query; PutItem on its revision
  coverage: (scope: string) => `COVERAGE#${scope}`,
  coverageDay: (scope: string, day: Instant, proof: string) => ({
    pk: `COVERAGE#${scope}`,
    sk: `${iso(day)}#${proof}`,
  }),

  // "every finding of this cluster, open or not"        Query; PutItem on its revision
  findings: (c: Cluster) => `FINDING#${c}`,
  finding: (c: Cluster, id: string) => ({ pk: `FINDING#${c}`, sk: id }),

  // "who decided what on a finding, and why"            Query; PutItem where absent
  acts: (c: Cluster) => `ACT#${c}`,
  act: (c: Cluster, at: Instant, what: string) => ({ pk: `ACT#${c}`, sk: `${iso(at)}#${what}` }),

  // "when were people last written to"                  GetItem, consistent; PutItem on its revision
  noticeState: (c: Cluster) => ({ pk: `NOTICES#${c}`, sk: "STATE" }),

  // "what was mailed, when and about what"              Query; PutItem
  sentNotices: (c: Cluster) => ({ pk: `NOTICES#${c}`, prefix: "SENT#" }),
  sentNotice: (c: Cluster, at: Instant, what: string) => ({
    pk: `NOTICES#${c}`,
    sk: `SENT#${iso(at)}#${what}`,
  }),

  // "which findings were accepted, by whom, until when" Query; PutItem; DeleteItem
  exemptions: (c: Cluster) => `EXEMPTION#${c}`,
  exemption: (c: Cluster, key: string) => ({ pk: `EXEMPTION#${c}`, sk: key }),

  // "what do verdicts in this table depend on"         GetItem; PutItem
  settings: () => ({ pk: "SETTINGS", sk: "VERDICTS" }),

  // "which access is wanted"                            GetItem; PutItem on its version
  baseline: (c: Cluster) => ({ pk: `BASELINE#${c}`, sk: "BASELINE" }),

  // "what is deployed, when did its schedule last run"  GetItem; PutItem
  deployment: () => ({ pk: "DEPLOYMENT", sk: "STACK" }),

  // "is a look planned that will see this change"       GetItem; PutItem
  plannedLook: (waitMs: number) => ({ pk: "PLANNED", sk: String(waitMs) }),

  // "when was this cluster last judged"                 GetItem; PutItem on its revision
  look: (c: Cluster) => ({ pk: `LOOK#${c}`, sk: "LOOK" }),
} as const;
