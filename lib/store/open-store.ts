// All stores over one table, opened once where a process is wired and handed on to whoever asks or writes.
import type { Cluster } from "../core/base/ids.ts";
import type { Instant } from "../core/base/time.ts";
import type { LifeSign } from "../core/history/cluster-life.ts";
import { type ActivityStore, createActivityStore } from "./activity/activity.ts";
import { type EstateStore, estateStore, type LedgerStore, ledgerStore } from "./activity/estates.ts";
import { type CanaryStore, canaryStore } from "./coverage/canaries.ts";
import { type CaptureChecks, captureChecks } from "./coverage/capture-checks.ts";
import { coverageHours } from "./coverage/coverage-hours.ts";
import { type DigestStore, digestStore } from "./coverage/digests.ts";
import { type DoubtStore, doubtStore } from "./coverage/doubts.ts";
import { type LeftOutStore, leftOutStore } from "./coverage/left-out.ts";
import { type TrailEventStore, trailEventStore } from "./coverage/trail-events.ts";
import { type UnwatchedStore, unwatchedStore } from "./coverage/unwatched.ts";
import { type ActStore, actStore } from "./findings/acts.ts";
import { type BaselineStore, baselineStore } from "./findings/baselines.ts";
import { type Deployments, deployments } from "./findings/deployments.ts";
import { createFindingStore, type FindingStore } from "./findings/findings.ts";
import { type NoticeStates, noticeStates } from "./findings/notice-states.ts";
import { type PlannedLooks, plannedLooks } from "./findings/planned-looks.ts";
import { type SentNotices, sentNotices } from "./findings/sent-notices.ts";
import { type SettingsStore, settingsStore } from "./findings/settings.ts";
import {
  type ClusterEntry,
  clusterEntries,
  clusterEntry,
  listClusters,
  namedInRegister,
  noteSign,
  registerCluster,
  rewriteSigns,
} from "./history/clusters.ts";
import { createSnapshotStore, type SnapshotStore } from "./history/snapshots.ts";
import type { NamedClusters } from "./table/named-clusters.ts";
import { type ReadTable, refuseWrites } from "./table/read-only.ts";
import type { Table } from "./table/table.ts";

/** The clusters that the auditor watches. */
type Clusters = {
  /** All that were ever registered, by ARN. */
  readonly list: () => Promise<Cluster[]>;
  /** The same by their keys, with what cannot be read beside them: for who removes what is over. */
  readonly named: () => Promise<NamedClusters>;
  /** The same with since when each is gone. */
  readonly entries: () => Promise<ClusterEntry[]>;
  /** undefined: never registered. */
  readonly entry: (cluster: Cluster) => Promise<ClusterEntry | undefined>;
  /** Makes a cluster known; running it again changes nothing. `seenAt`: it was there then. */
  readonly register: (cluster: Cluster, seenAt?: Instant) => Promise<void>;
  /** What says whether it is there; the entry after it. Twice is once, in any order. */
  readonly note: (cluster: Cluster, sign: LifeSign) => Promise<ClusterEntry | undefined>;
  /** Puts what `change` makes of each sign in its place, where that is another; how many. Without `apply` only counts. */
  readonly rewrite: (
    cluster: Cluster,
    change: (sign: LifeSign) => LifeSign,
    options: { readonly apply: boolean },
  ) => Promise<number>;
};

/** Everything that is kept of all clusters. */
export type Store = {
  readonly clusters: Clusters;
  readonly snapshots: SnapshotStore;
  readonly activity: ActivityStore;
  readonly estates: EstateStore;
  readonly ledgers: LedgerStore;
  readonly canaries: CanaryStore;
  readonly doubts: DoubtStore;
  readonly digests: DigestStore;
  readonly trailEvents: TrailEventStore;
  readonly captureChecks: CaptureChecks;
  readonly leftOut: LeftOutStore;
  readonly unwatched: UnwatchedStore;
  readonly findings: FindingStore;
  readonly acts: ActStore;
  readonly notices: NoticeStates;
  readonly sentNotices: SentNotices;
  readonly plannedLooks: PlannedLooks;
  readonly settings: SettingsStore;
  readonly deployments: Deployments;
  readonly baselines: BaselineStore;
};

/** The reading half, for those who only ask. A `Store` will do wherever it is wanted. */
export type ReadStore = {
  readonly clusters: Pick<Clusters, "list" | "entries" | "entry">;
  readonly snapshots: Omit<SnapshotStore, "save">;
  readonly activity: Pick<
    ActivityStore,
    "hours" | "eachHour" | "days" | "eachDay" | "firstAfter" | "coverage" | "countedIds" | "sightings"
  >;
  readonly estates: Pick<EstateStore, "revision" | "newest">;
  readonly ledgers: Pick<LedgerStore, "newest"> & {
    readonly ofPeer: (cluster: Cluster) => Pick<LedgerStore, "newest">;
  };
  readonly canaries: Pick<CanaryStore, "look" | "arrivals">;
  readonly doubts: Pick<DoubtStore, "within" | "ofSource">;
  readonly digests: Pick<DigestStore, "within">;
  readonly trailEvents: Pick<TrailEventStore, "within" | "iamWithin">;
  readonly captureChecks: Pick<CaptureChecks, "last">;
  readonly leftOut: Pick<LeftOutStore, "last">;
  readonly unwatched: Pick<UnwatchedStore, "list">;
  readonly findings: Pick<FindingStore, "read" | "list" | "get" | "lastLook" | "exemptions">;
  readonly acts: Pick<ActStore, "list">;
  readonly notices: Pick<NoticeStates, "read">;
  readonly sentNotices: Pick<SentNotices, "list">;
  readonly settings: Pick<SettingsStore, "read">;
  readonly deployments: Pick<Deployments, "read">;
  readonly baselines: Pick<BaselineStore, "read">;
};

export type StoreOptions = {
  /** The clock: what is written is stamped with it. */
  readonly now: () => Instant;
};

/** Which clusters there are, for functions that are to carry no more. Nothing is read or written by opening. */
export const openClusters = (table: Table): Pick<Store, "clusters"> => ({
  clusters: {
    list: () => listClusters(table),
    named: () => namedInRegister(table),
    entries: () => clusterEntries(table),
    entry: (cluster) => clusterEntry(table, cluster),
    register: (cluster, seenAt) => registerCluster(table, cluster, seenAt),
    note: (cluster, sign) => noteSign(table, cluster, sign),
    rewrite: (cluster, change, options) => rewriteSigns(table, cluster, change, options),
  },
});

/** The same and their snapshots, likewise. */
export const openHistory = (table: Table, { now }: StoreOptions): Pick<Store, "clusters" | "snapshots"> => ({
  ...openClusters(table),
  snapshots: createSnapshotStore(table, { now }),
});

/** Findings, what people did about them and what they were told, likewise. */
export const openFindings = (table: Table): Pick<Store, "findings" | "acts" | "sentNotices"> => ({
  findings: createFindingStore(table),
  acts: actStore(table),
  sentNotices: sentNotices(table),
});

/** The auditor's own logins, likewise. */
export const openCanaries = (table: Table): Pick<Store, "canaries"> => ({
  canaries: canaryStore(table, coverageHours(table)),
});

/** What is counted of connections, and what is proven of capture, likewise. */
export const openCapture = (
  table: Table,
): Pick<Store, "activity" | "canaries" | "doubts" | "digests" | "trailEvents"> => {
  const activity = createActivityStore(table);
  return {
    activity,
    canaries: canaryStore(table, activity),
    doubts: doubtStore(table),
    digests: digestStore(table, activity),
    trailEvents: trailEventStore(table),
  };
};

/** What the schedule keeps, likewise. */
export const openSchedule = (table: Table): Pick<Store, "leftOut" | "plannedLooks" | "deployments"> => ({
  leftOut: leftOutStore(table),
  plannedLooks: plannedLooks(table),
  deployments: deployments(table),
});

/** Opens all stores over one table. Nothing is read or written by opening. */
export const openStore = (table: Table, { now }: StoreOptions): Store => ({
  ...openHistory(table, { now }),
  ...openFindings(table),
  ...openCapture(table),
  ...openSchedule(table),
  estates: estateStore(table),
  ledgers: ledgerStore(table),
  captureChecks: captureChecks(table),
  unwatched: unwatchedStore(table),
  notices: noticeStates(table),
  settings: settingsStore(table),
  baselines: baselineStore(table),
});

/** The same for those who may not write: nothing that writes can be reached, and nothing is stamped. */
export const openReadStore = (table: ReadTable): ReadStore => {
  const store = openStore(refuseWrites(table), { now: () => 0 });
  const { save: _, ...snapshots } = store.snapshots;
  const { hours, eachHour, days, eachDay, firstAfter, coverage, countedIds, sightings } = store.activity;
  const { read, list, get, lastLook, exemptions } = store.findings;
  const { list: clusters, entries, entry } = store.clusters;
  return {
    clusters: { list: clusters, entries, entry },
    snapshots,
    activity: { hours, eachHour, days, eachDay, firstAfter, coverage, countedIds, sightings },
    estates: { revision: store.estates.revision, newest: store.estates.newest },
    ledgers: {
      newest: store.ledgers.newest,
      ofPeer: (cluster) => ({ newest: store.ledgers.ofPeer(cluster).newest }),
    },
    canaries: { look: store.canaries.look, arrivals: store.canaries.arrivals },
    doubts: { within: store.doubts.within, ofSource: store.doubts.ofSource },
    digests: { within: store.digests.within },
    trailEvents: { within: store.trailEvents.within, iamWithin: store.trailEvents.iamWithin },
    captureChecks: { last: store.captureChecks.last },
    leftOut: { last: store.leftOut.last },
    unwatched: { list: store.unwatched.list },
    findings: { read, list, get, lastLook, exemptions },
    acts: { list: store.acts.list },
    notices: { read: store.notices.read },
    sentNotices: { list: store.sentNotices.list },
    settings: { read: store.settings.read },
    deployments: { read: store.deployments.read },
    baselines: { read: store.baselines.read },
  };
};
