// Since when a role holds a privilege on an object, and by what change: asked of the engine where anything relevant changed.

import type { Cluster } from "../core/base/ids.ts";
import { PUBLIC } from "../core/base/ids.ts";
import type { Instant } from "../core/base/time.ts";
import { knownRows } from "../core/catalog/known-catalog.ts";
import type { Privilege } from "../core/catalog/privileges.ts";
import { type RecordedChange, sectionOf } from "../core/history/change.ts";
import { objectSubject, roleSubject, SECTIONS } from "../core/history/change-subjects.ts";
import { mergeTimelines } from "../core/history/timeline-principal.ts";
import { accessEngine, type Certainty } from "../core/privileges/effective.ts";
import { sectionOf as sectionOfKind } from "../core/privileges/effective-objects.ts";
import type { Snapshot, SnapshotStore } from "../store/history/snapshots.ts";

/** One stretch in which the answer stayed the same. */
export type HeldPeriod = {
  readonly holds: Certainty;
  /** The last snapshot that showed the state before; null: it was so from the first snapshot on. */
  readonly after: Instant | null;
  /** The first snapshot that showed it. */
  readonly since: Instant;
  readonly seq: number;
  /** What changed between those two, of all that can matter. */
  readonly by: readonly RecordedChange[];
};

export type HeldQuestion = {
  readonly cluster: Cluster;
  readonly roleSubject: string;
  readonly objectSubject: string;
  readonly privilege: Privilege;
};

type Reader = Pick<SnapshotStore, "timeline" | "bySeq" | "head" | "after">;

const oidOf = (subject: string): number => Number(subject.slice(subject.indexOf(":") + 1));

/** The timelines of the role and of every role that it is or ever was a member of, directly or not. */
const roleTimelines = async (
  store: Reader,
  cluster: Cluster,
  role: number,
  catalogs: readonly Snapshot[],
): Promise<RecordedChange[]> => {
  const seen = new Set<number>();
  const timelines: RecordedChange[][] = [];
  for (let next = [role, PUBLIC]; next.length; ) {
    const found: number[] = [];
    for (const oid of next) {
      if (seen.has(oid)) continue;
      seen.add(oid);
      const timeline = await store.timeline(cluster, roleSubject(oid));
      timelines.push(timeline);
      for (const { change } of timeline) {
        if (change.kind === "membership" && change.member.oid === oid) found.push(change.role.oid);
      }
      for (const { catalog } of catalogs) {
        for (const row of knownRows(catalog, "memberships") ?? [])
          if (row.member === oid) found.push(row.role);
      }
    }
    next = found;
  }
  return timelines.flat();
};

/** Grants on other objects cannot change the answer, nor can mappings and what future objects will get. */
const matters = (object: string, { change }: RecordedChange): boolean => {
  const section = sectionOf(change);
  if (section === "mappings" || section === "defaultPrivileges" || change.kind === "acl-form") return false;
  if (!("object" in change)) return true;
  const subject = objectSubject(change.object);
  return subject === object || subject.startsWith("database:");
};

const holdsIn = (
  { catalog }: Snapshot,
  { roleSubject: role, objectSubject: target, privilege }: HeldQuestion,
): Certainty => {
  const engine = accessEngine(catalog);
  const id = engine.graph.roles.findIndex(({ oid }) => oid === oidOf(role));
  const found = engine.objects.find(
    (one) => one.kind !== "column" && `${sectionOfKind(one.kind)}:${one.oid}` === target,
  );
  if (id >= 0 && found) return engine.holds(id, privilege, found);
  const [section] = target.split(":");
  // What is not there cannot be held; what could not be looked for may be.
  return engine.gaps.some((gap) => gap.section === "roles" || gap.section === section) ? "unknown" : "no";
};

/** The stretches from the first snapshot to the newest, oldest first; none where there is no snapshot. */
export const heldHistory = async (store: Reader, question: HeldQuestion): Promise<HeldPeriod[]> => {
  const { cluster, objectSubject: object } = question;
  const [first, head] = await Promise.all([store.bySeq(cluster, 1), store.head(cluster)]);
  const newest = head && (await store.bySeq(cluster, head.manifest.seq));
  if (!first || !newest) return [];
  // The owner of the database is an implicit member of pg_database_owner: a new owner may change anybody's answer.
  const databases = (knownRows(newest.catalog, "database") ?? []).map(({ oid }) => `database:${oid}`);
  const others = [...new Set([object, SECTIONS, ...databases])];
  const changes = mergeTimelines([
    await roleTimelines(store, cluster, oidOf(question.roleSubject), [first, newest]),
    ...(await Promise.all(others.map((subject) => store.timeline(cluster, subject)))),
  ]).filter((recorded) => matters(object, recorded));
  const periods: HeldPeriod[] = [
    { holds: holdsIn(first, question), after: null, since: first.manifest.takenAt, seq: 1, by: [] },
  ];
  let pending: RecordedChange[] = [];
  for (const [at, recorded] of changes.entries()) {
    pending.push(recorded);
    if (changes[at + 1]?.toSeq === recorded.toSeq) continue;
    // Thinned out since: what it showed is asked of the next snapshot that is left.
    const snapshot = await store.bySeq(cluster, recorded.toSeq);
    if (!snapshot) continue;
    const holds = holdsIn(snapshot, question);
    if (holds !== periods.at(-1)?.holds) {
      const after = Math.min(...pending.map(({ from }) => from));
      periods.push({ holds, after, since: snapshot.manifest.takenAt, seq: recorded.toSeq, by: pending });
    }
    pending = [];
  }
  return periods;
};
