// Every kind of item in the table: what it holds, whether that leads to people, and how long it is kept. A new kind has to
// stand here.
import type { RetentionName } from "../lib/core/findings/retention-days.ts";

/** `by` a parameter: `history retain` and the daily run remove it. In `days`: it expires by itself. Else as long as the table. */
type Kept =
  | { readonly by: RetentionName; readonly most?: number }
  | { readonly by: "keepDays" }
  | { readonly days: number }
  | { readonly because: string };

type ItemKind = {
  readonly holds: string;
  /** Names of sessions, addresses, or who decided something. */
  readonly people: boolean;
  readonly kept: Kept;
};

const ONE = { because: "one item, which is written anew" } as const;
const CHAIN = { because: "the history and what shows that nobody rewrote it" } as const;

/** By the beginning of the partition key, up to and with the first #, or the whole key. */
export const itemKinds: Readonly<Record<string, ItemKind>> = {
  CLUSTERS: {
    holds: "the clusters, and who retired or restored one",
    people: true,
    kept: { because: "whether a cluster is watched has to be answered for as long as its history is there" },
  },
  "CLUSTER#": { holds: "snapshots: their place in the chain", people: false, kept: { by: "keepDays" } },
  "CHUNK#": { holds: "snapshots: what was read", people: false, kept: { by: "keepDays" } },
  "RETAINED#": { holds: "which days were thinned", people: false, kept: CHAIN },
  "RESTORE#": { holds: "when a backup was restored, and why", people: true, kept: CHAIN },
  "TIMELINE#": { holds: "changes by subject", people: false, kept: CHAIN },
  "NAMED#": { holds: "who was ever called what", people: false, kept: CHAIN },
  "SLOT#": {
    holds: "connections by the minute, with a sample of addresses and session names",
    people: true,
    kept: { by: "activityDays", most: 402 },
  },
  "HOUR#": { holds: "connections by the hour", people: true, kept: { by: "activityDays", most: 403 } },
  "DAY#": { holds: "connections by the day", people: true, kept: { by: "activityDays" } },
  "DIRTY#": {
    holds: "hours to add up",
    people: false,
    kept: { because: "it goes once the hour is added up" },
  },
  "ESTATE#": { holds: "what was usual up to a day", people: true, kept: { days: 11 } },
  "USES#": { holds: "who used which mapping up to a day", people: false, kept: { days: 11 } },
  "ATTEMPT#": { holds: "logins of the auditor that it made", people: false, kept: { days: 400 } },
  "LOGIN#": { holds: "logins of the auditor that came back", people: false, kept: { days: 400 } },
  "TRAILEVENT#": {
    holds: "who changed a trail, a cluster or its policy, or IAM",
    people: true,
    kept: { days: 400 },
  },
  "DIGEST#": { holds: "digest files that were verified", people: false, kept: { days: 400 } },
  "DOUBT#": { holds: "stretches that are not proven after all", people: false, kept: { days: 400 } },
  "CAPTURE#": { holds: "what AWS last said of capture", people: false, kept: ONE },
  "ASLEEP#": {
    holds: "since when a cluster is left asleep, or not chosen by its tags",
    people: false,
    kept: ONE,
  },
  UNWATCHED: {
    holds: "clusters without a snapshot to which connections came",
    people: false,
    kept: { because: "by it what is kept of their connections is found, and removed when its days are over" },
  },
  // Proof that nobody else connected means nothing where it is no longer kept who did.
  "COVERAGE#": { holds: "hours for which capture is proven", people: false, kept: { by: "activityDays" } },
  "FINDING#": { holds: "findings; the days count from their end", people: true, kept: { by: "findingDays" } },
  "LOOK#": { holds: "the newest evaluation", people: false, kept: ONE },
  "NOTICES#": { holds: "what was mailed when", people: true, kept: { by: "noticeDays" } },
  "ACT#": { holds: "who decided what, when and why", people: true, kept: { by: "actDays" } },
  "EXEMPTION#": {
    holds: "what was accepted, by whom and why; the days count from its end",
    people: true,
    kept: { by: "actDays" },
  },
  SETTINGS: { holds: "what verdicts depend on", people: false, kept: ONE },
  "BASELINE#": { holds: "the access that is wanted, and who published it", people: true, kept: ONE },
  DEPLOYMENT: { holds: "what is deployed", people: false, kept: ONE },
  PLANNED: { holds: "the next evaluation", people: false, kept: ONE },
};
