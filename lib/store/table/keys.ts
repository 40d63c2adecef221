// The only key strings of the store. Each key stands under the question that it answers.
import type { Cluster, Sha256 } from "../../core/base/ids.ts";
import { type Instant, iso } from "../../core/base/time.ts";

/** Digits enough for every number we order by, so that text sorts as numbers do. */
export const pad = (n: number): string => String(n).padStart(10, "0");

/** The table's attribute that the time index sorts by; only manifests carry it. */
export const TIME_INDEX = "byTime";

// "which clusters are there, how to reach them"      Query; PutItem
export const clusters = () => "CLUSTERS";
export const cluster = (c: Cluster) => ({ pk: "CLUSTERS", sk: c });

// "the chain of snapshots"                            PutItem where absent; Query backward; index by takenAt
export const manifests = (c: Cluster) => `CLUSTER#${c}`;
export const manifest = (c: Cluster, seq: number) => ({ pk: `CLUSTER#${c}`, sk: `SNAPSHOT#${pad(seq)}` });

// "how far are the derived items"                     PutItem; comes with the newest manifest when read backward
export const derived = (c: Cluster) => ({ pk: `CLUSTER#${c}`, sk: "SNAPSHOTS" });

// "which days were thinned, by whom other than daily"  GetItem; PutItem
export const retained = (c: Cluster) => ({ pk: `RETAINED#${c}`, sk: "RETAINED" });

// "the bytes behind this hash"                        PutItem; BatchGetItem
// "which chunks are there"                            Query, one shard after the other
export const chunk = (c: Cluster, hash: Sha256) => ({ pk: `CHUNK#${c}#${hash.slice(0, 1)}`, sk: hash });
export const chunkShards = (c: Cluster) => [..."0123456789abcdef"].map((digit) => `CHUNK#${c}#${digit}`);

// "when was a backup restored"                        PutItem where absent; Query
export const restores = (c: Cluster) => `RESTORE#${c}`;
export const restore = (c: Cluster, at: Instant) => ({ pk: `RESTORE#${c}`, sk: iso(at) });

// "what happened to this role, this object, the mappings" Query; PutItem, derived
export const timeline = (c: Cluster, subject: string) => `TIMELINE#${c}#${subject}`;
export const timelineItem = (c: Cluster, subject: string, seq: number, part: number) => ({
  pk: `TIMELINE#${c}#${subject}`,
  sk: `${pad(seq)}#${part}`,
});

// "who was ever called this"                          Query; PutItem, derived
export const named = (c: Cluster, nameHash: string) => `NAMED#${c}#${nameHash}`;
export const namedItem = (c: Cluster, nameHash: string, oid: number) => ({
  pk: `NAMED#${c}#${nameHash}`,
  sk: pad(oid),
});

// "what was counted in this minute, this hour"        Query, consistent; PutItem where absent
export const slots = (c: Cluster, hour: Instant) => `SLOT#${c}#${iso(hour).slice(0, 13)}`;
export const segments = (minute: Instant) => `${iso(minute).slice(14, 16)}#`;
export const segment = (c: Cluster, minute: Instant, n: number) => ({
  pk: `SLOT#${c}#${iso(minute).slice(0, 13)}`,
  sk: `${iso(minute).slice(14, 16)}#${pad(n)}`,
});

// "which hours have to be added up again"             Query, consistent; PutItem; PutItem and DeleteItem on its token
export const dirtyHours = (c: Cluster) => `DIRTY#${c}`;
export const dirtyHour = (c: Cluster, hour: Instant) => ({ pk: `DIRTY#${c}`, sk: iso(hour) });

// "what did everybody do in these hours, these days"  Query; PutItem on its revision
export const hours = (c: Cluster) => `HOUR#${c}`;
export const hour = (c: Cluster, hour: Instant) => ({ pk: `HOUR#${c}`, sk: iso(hour) });
export const days = (c: Cluster) => `DAY#${c}`;
export const day = (c: Cluster, day: Instant) => ({ pk: `DAY#${c}`, sk: iso(day) });

// "what was usual up to the end of this day"          Query backward, BatchGetItem; PutItem, derived
export const estates = (c: Cluster) => ({ pk: `ESTATE#${c}`, prefix: "DAY#" });
export const estate = (c: Cluster, day: Instant) => ({ pk: `ESTATE#${c}`, sk: `DAY#${iso(day)}` });
export const estatePart = (c: Cluster, day: Instant, n: number) => ({
  pk: `ESTATE#${c}`,
  sk: `PART#${iso(day)}#${pad(n)}`,
});

// "who used which mapping up to the end of this day"  Query backward, BatchGetItem; PutItem, derived
export const ledgers = (c: Cluster) => ({ pk: `USES#${c}`, prefix: "DAY#" });
export const ledger = (c: Cluster, day: Instant) => ({ pk: `USES#${c}`, sk: `DAY#${iso(day)}` });
export const ledgerPart = (c: Cluster, day: Instant, n: number) => ({
  pk: `USES#${c}`,
  sk: `PART#${iso(day)}#${pad(n)}`,
});

// "who used which mapping through this peer"          the same
export const peerLedgers = (c: Cluster, peer: Cluster) => ({ pk: `USES#${c}`, prefix: `PEER#${peer}#DAY#` });
export const peerLedger = (c: Cluster, peer: Cluster, day: Instant) => ({
  pk: `USES#${c}`,
  sk: `PEER#${peer}#DAY#${iso(day)}`,
});
export const peerLedgerPart = (c: Cluster, peer: Cluster, day: Instant, n: number) => ({
  pk: `USES#${c}`,
  sk: `PEER#${peer}#PART#${iso(day)}#${pad(n)}`,
});

// "what was counted anew since it was worked out"     GetItem, consistent; PutItem on its revision
export const changedDays = (c: Cluster) => ({ pk: `ESTATE#${c}`, sk: "CHANGED" });

// "which logins did the auditor make, which came back" Query, consistent; PutItem
export const loginAttempts = (c: Cluster) => `ATTEMPT#${c}`;
export const loginAttempt = (c: Cluster, at: Instant, id: string) => ({
  pk: `ATTEMPT#${c}`,
  sk: `${iso(at)}#${id}`,
});
export const ownLogins = (c: Cluster) => `LOGIN#${c}`;
export const ownLogin = (c: Cluster, at: Instant, eventId: string) => ({
  pk: `LOGIN#${c}`,
  sk: `${iso(at)}#${eventId}`,
});

/** IAM has no Region: its changes stand apart from those that the judgement of every cluster reads. */
export const iamScope = (account: string) => `${account}/iam`;

// "when was a trail stopped or changed"               Query; PutItem, idempotent
export const trailEvents = (scope: string) => `TRAILEVENT#${scope}`;
export const trailEvent = (scope: string, at: Instant, eventId: string) => ({
  pk: `TRAILEVENT#${scope}`,
  sk: `${iso(at)}#${eventId}`,
});

// "which digest files were verified"                  Query; PutItem, idempotent
export const digests = (scope: string) => `DIGEST#${scope}`;
export const digest = (scope: string, end: Instant, trail: string) => ({
  pk: `DIGEST#${scope}`,
  sk: `${iso(end)}#${trail}`,
});

// "why is this stretch not proven after all"          Query; PutItem
export const doubts = (scope: string) => `DOUBT#${scope}`;

// "what did AWS last say about capture"               GetItem; PutItem
export const captureCheck = (c: Cluster) => ({ pk: `CAPTURE#${c}`, sk: "CHECK" });

// "was it left asleep, and since which snapshot"      Query with the next; PutItem
export const asleep = (c: Cluster) => ({ pk: `ASLEEP#${c}`, sk: "LAST" });

// "do its tags still choose it"                       Query with the last; PutItem
export const unchosen = (c: Cluster) => ({ pk: `ASLEEP#${c}`, sk: "UNCHOSEN" });

// "which clusters without a snapshot had connections" Query; PutItem
export const unwatched = () => "UNWATCHED";
export const unwatchedCluster = (c: Cluster) => ({ pk: "UNWATCHED", sk: c });

// "for which hours is capture proven"                 Query; PutItem on its revision
export const coverage = (scope: string) => `COVERAGE#${scope}`;
export const coverageDay = (scope: string, day: Instant, proof: string) => ({
  pk: `COVERAGE#${scope}`,
  sk: `${iso(day)}#${proof}`,
});

// "every finding of this cluster, open or not"        Query; PutItem on its revision
export const findings = (c: Cluster) => `FINDING#${c}`;
export const finding = (c: Cluster, id: string) => ({ pk: `FINDING#${c}`, sk: id });

// "who decided what on a finding, and why"            Query; PutItem where absent
export const acts = (c: Cluster) => `ACT#${c}`;
export const act = (c: Cluster, at: Instant, what: string) => ({ pk: `ACT#${c}`, sk: `${iso(at)}#${what}` });

// "when were people last written to"                  GetItem, consistent; PutItem on its revision
export const noticeState = (c: Cluster) => ({ pk: `NOTICES#${c}`, sk: "STATE" });

// "what was mailed, when and about what"              Query; PutItem
export const sentNotices = (c: Cluster) => ({ pk: `NOTICES#${c}`, prefix: "SENT#" });
export const sentNotice = (c: Cluster, at: Instant, what: string) => ({
  pk: `NOTICES#${c}`,
  sk: `SENT#${iso(at)}#${what}`,
});

// "which findings were accepted, by whom, until when" Query; PutItem; DeleteItem
export const exemptions = (c: Cluster) => `EXEMPTION#${c}`;
export const exemption = (c: Cluster, key: string) => ({ pk: `EXEMPTION#${c}`, sk: key });

// "what do verdicts in this table depend on"         GetItem; PutItem
export const settings = () => ({ pk: "SETTINGS", sk: "VERDICTS" });

// "which access is wanted"                            GetItem; PutItem on its version
export const baseline = (c: Cluster) => ({ pk: `BASELINE#${c}`, sk: "BASELINE" });

// "what is deployed, when did its schedule last run"  GetItem; PutItem
export const deployment = () => ({ pk: "DEPLOYMENT", sk: "STACK" });

// "is a look planned that will see this change"       GetItem; PutItem
export const plannedLook = (waitMs: number) => ({ pk: "PLANNED", sk: String(waitMs) });

// "when was this cluster last judged"                 GetItem; PutItem on its revision
export const look = (c: Cluster) => ({ pk: `LOOK#${c}`, sk: "LOOK" });
