// The snapshot store: takes catalogs in, answers what was true when and what changed. See save-snapshot.ts for the writes.

import type { Cluster, Oid } from "../../core/base/ids.ts";
import type { Instant } from "../../core/base/time.ts";
import { iso } from "../../core/base/time.ts";
import type { Catalog } from "../../core/catalog/catalog.ts";
import type { KnownCatalog } from "../../core/catalog/known-catalog.ts";
import { type NotTold, notToldBetween } from "../../core/history/beside-sections.ts";
import type { Change, RecordedChange } from "../../core/history/change.ts";
import {
  changeFor,
  MAPPINGS,
  roleSubject,
  SECTIONS,
  subjectsOf,
} from "../../core/history/change-subjects.ts";
import type { SealedManifest, SnapshotMeta } from "../../core/history/manifest.ts";
import { type MappingHistory, mappingHistory } from "../../core/history/timeline-mappings.ts";
import { AuditError } from "../../errors.ts";
import type { Table } from "../table/table.ts";
import {
  type ListRange,
  manifestAfter,
  manifestAsOf,
  manifestsByTime,
  readHead,
  readManifest,
} from "./manifests.ts";
import { pendingChanges, readCatalog, recordedChanges } from "./recorded-changes.ts";
import type { Saved } from "./save-snapshot.ts";
import type { Opine } from "./snapshot-content.ts";
import { readTimeline, subjectsNamed } from "./timelines.ts";

/** A snapshot with the catalog that it holds; `catalog.lastKnown` has what was last known of unreadable sections. */
export type Snapshot = SealedManifest & { readonly catalog: KnownCatalog };

type SnapshotDiff = {
  readonly from: SealedManifest;
  readonly to: SealedManifest;
  readonly changes: readonly Change[];
  /** What has no changes of its own and is not proven to be the same. */
  readonly notTold: readonly NotTold[];
};

export type SnapshotStore = {
  /**
   * Stores a catalog as the next snapshot. Safe to run twice, to die half-way and to race with another: the number is
   * taken by one conditional write. A `takenAt` that is not later than the newest one's is kept as it is: numbers tell
   * the order of storing, `asOf` goes by time, and of two with one time by number. `opine` is asked where it is due or
   * something changed; without it second opinions stay as the snapshot before has them.
   */
  readonly save: (
    cluster: Cluster,
    catalog: Catalog,
    takenAt: Instant,
    meta?: SnapshotMeta,
    opine?: Opine,
  ) => Promise<Saved>;
  /** The snapshot stored last. */
  readonly head: (cluster: Cluster) => Promise<SealedManifest | undefined>;
  /** Manifests by the time they were taken, both ends inclusive. */
  readonly list: (cluster: Cluster, range?: ListRange) => AsyncIterable<SealedManifest>;
  /** The last snapshot at or before `at`; undefined: there was none yet. */
  readonly asOf: (cluster: Cluster, at: Instant) => Promise<Snapshot | undefined>;
  /** The same without the catalog: one query. */
  readonly manifestAsOf: (cluster: Cluster, at: Instant) => Promise<SealedManifest | undefined>;
  /** The first snapshot taken after `at`: what changed since `asOf(at)` changed before it. */
  readonly after: (cluster: Cluster, at: Instant) => Promise<SealedManifest | undefined>;
  readonly bySeq: (cluster: Cluster, seq: number) => Promise<Snapshot | undefined>;
  /** The catalog of a manifest that is at hand. */
  readonly open: (cluster: Cluster, manifest: SealedManifest) => Promise<Snapshot>;
  /** What differs between the snapshots as of two times. AuditError("not-found") before the first snapshot. */
  readonly diff: (cluster: Cluster, from: Instant, to: Instant) => Promise<SnapshotDiff>;
  /** Each change in the snapshots taken after `from` and up to `to`, in the order of storing. */
  readonly changes: (cluster: Cluster, from: Instant, to: Instant) => AsyncIterable<RecordedChange>;
  /** The changes of one subject ("role:16384", "relations:16390", "mappings", "sections"), oldest first. */
  readonly timeline: (
    cluster: Cluster,
    subject: string,
    range?: { first?: number; last?: number },
  ) => Promise<RecordedChange[]>;
  readonly roleTimeline: (cluster: Cluster, role: Oid) => Promise<RecordedChange[]>;
  /** When which section could not be read: for these stretches a timeline says "not known", never "nothing". */
  readonly sectionTimeline: (cluster: Cluster) => Promise<RecordedChange[]>;
  /** How long each mapping stood, as of `at` (default: the newest snapshot). A few reads, whatever the history's length. */
  readonly mappingHistory: (cluster: Cluster, at?: Instant) => Promise<MappingHistory>;
  readonly mappingPeriods: (cluster: Cluster, at?: Instant) => Promise<MappingHistory["periods"]>;
  /** Subjects of roles or objects that are known to have borne a name and may be gone from the newest snapshot. */
  readonly subjectsNamed: (cluster: Cluster, what: "role" | "object", name: string) => Promise<string[]>;
};

export type SnapshotStoreOptions = {
  /** The clock: chunks are stamped with it, so that a collection spares what a running snapshot has just written. */
  readonly now: () => Instant;
};

const none = (cluster: Cluster, at: Instant, first: SealedManifest | undefined): AuditError =>
  new AuditError(
    "not-found",
    first ? `there is no snapshot at or before ${iso(at)}` : `there is no snapshot of ${cluster} yet`,
    first
      ? {
          hint: `The first snapshot is of ${iso(first.manifest.takenAt)}: what was true before it is not known.`,
        }
      : { hint: "Take one with: dsql-audit snapshot" },
  );

/** As of `at`, or AuditError("not-found") that names the first snapshot there is. */
export const requireAsOf = async (
  store: Pick<SnapshotStore, "asOf" | "after">,
  cluster: Cluster,
  at: Instant,
): Promise<Snapshot> => {
  const found = await store.asOf(cluster, at);
  if (found) return found;
  throw none(cluster, at, await store.after(cluster, at));
};

/** The derived items, and what a run that died has not derived yet: readers never wait for the repair. */
const timelineIn =
  (table: Table): SnapshotStore["timeline"] =>
  async (cluster, subject, { first = 0, last = Number.MAX_SAFE_INTEGER } = {}) => {
    const { head, derivedTo } = await readHead(table, cluster);
    if (!head) return [];
    const items = readTimeline(table, cluster, subject, { first, last: Math.min(last, derivedTo) });
    const found = await Array.fromAsync(items);
    for await (const recorded of pendingChanges(table, cluster, derivedTo + 1, head.manifest.lastChange)) {
      if (recorded.toSeq < first || recorded.toSeq > last || !subjectsOf(recorded.change).includes(subject))
        continue;
      found.push({ ...recorded, change: changeFor(subject, recorded.change) });
    }
    return found;
  };

/** The store over one table. Times in and out are epoch milliseconds. */
export const createSnapshotStore = (table: Table, { now }: SnapshotStoreOptions): SnapshotStore => {
  const open = async (cluster: Cluster, sealed: SealedManifest): Promise<Snapshot> => {
    return { ...sealed, catalog: await readCatalog(table, cluster, sealed.manifest.root) };
  };
  const openIf = async (
    cluster: Cluster,
    sealed: SealedManifest | undefined,
  ): Promise<Snapshot | undefined> => sealed && open(cluster, sealed);

  const timeline = timelineIn(table);

  const history: SnapshotStore["mappingHistory"] = async (cluster, at) => {
    const sealed =
      at === undefined ? (await readHead(table, cluster)).head : await manifestAsOf(table, cluster, at);
    if (!sealed) return { periods: [], firstReadAt: null };
    const { seq, takenAt, unreadable } = sealed.manifest;
    const changes = await timeline(cluster, MAPPINGS, { last: seq });
    return mappingHistory(changes, unreadable.mappings ?? takenAt);
  };

  const diff: SnapshotStore["diff"] = async (cluster, from, to) => {
    const [a, b] = await Promise.all([manifestAsOf(table, cluster, from), manifestAsOf(table, cluster, to)]);
    if (!a || !b) throw none(cluster, a ? to : from, await manifestAfter(table, cluster, a ? to : from));
    const before = await open(cluster, a);
    const { catalog } = a.manifest.root === b.manifest.root ? before : await open(cluster, b);
    const notTold = notToldBetween(before.catalog, catalog);
    const { diffCatalogs } = await import("../../core/history/diff.ts");
    return { from: a, to: b, changes: diffCatalogs(before.catalog, catalog), notTold };
  };

  return {
    // One function saves, and most questions compare nothing: what they need for it is read when they do.
    save: async (cluster, catalog, takenAt, meta = {}, opine) => {
      const { saveSnapshot } = await import("./save-snapshot.ts");
      return saveSnapshot(table, { cluster, catalog, takenAt, meta, opine }, now);
    },
    head: async (cluster) => (await readHead(table, cluster)).head,
    list: (cluster, range) => manifestsByTime(table, cluster, range),
    asOf: async (cluster, at) => openIf(cluster, await manifestAsOf(table, cluster, at)),
    manifestAsOf: (cluster, at) => manifestAsOf(table, cluster, at),
    after: (cluster, at) => manifestAfter(table, cluster, at),
    bySeq: async (cluster, seq) => openIf(cluster, await readManifest(table, cluster, seq)),
    open,
    diff,
    changes: async function* (cluster, from, to) {
      for await (const sealed of manifestsByTime(table, cluster, { from: from + 1, to })) {
        const { changes, previousDay } = sealed.manifest;
        if (changes || previousDay) yield* await recordedChanges(table, cluster, sealed);
      }
    },
    timeline,
    roleTimeline: (cluster, role) => timeline(cluster, roleSubject(role)),
    sectionTimeline: (cluster) => timeline(cluster, SECTIONS),
    mappingHistory: history,
    mappingPeriods: async (cluster, at) => (await history(cluster, at)).periods,
    subjectsNamed: (cluster, what, name) => subjectsNamed(table, cluster, what, name),
  };
};
