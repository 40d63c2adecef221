// What differs between two moments, and every change on the way: the facts, and whose way in they moved.
import type { Cluster } from "../core/base/ids.ts";
import type { Instant } from "../core/base/time.ts";
import type { RecordedChange } from "../core/history/change.ts";
import type { ReadStore } from "../store/open-store.ts";
import { accessNews, everyAccessTimeline } from "./iam-timeline.ts";

type Snapshots = ReadStore["snapshots"];
type Diff = Awaited<ReturnType<Snapshots["diff"]>>;

/** Whom IAM lets in now and did not, or the other way round, stands after the changes; only where IAM changed at all. */
export const diffBetween = async (
  snapshots: Pick<Snapshots, "diff" | "open">,
  cluster: Cluster,
  from: Instant,
  to: Instant,
): Promise<Diff> => {
  const diff = await snapshots.diff(cluster, from, to);
  const iam = diff.changes.flatMap((change) => (change.kind === "iam" ? [change] : []));
  if (!iam.length) return diff;
  const [before, after] = await Promise.all([
    snapshots.open(cluster, diff.from),
    snapshots.open(cluster, diff.to),
  ]);
  return { ...diff, changes: [...diff.changes, ...accessNews(before.catalog, after.catalog, iam)] };
};

/**
 * Every change after `from` and up to `to`, in the order of storing. `notWeighedBefore`: of changes in IAM before it is not
 * told whose way in they moved; null: all are.
 */
export const changesBetween = async (
  snapshots: Pick<Snapshots, "changes" | "timeline" | "bySeq">,
  cluster: Cluster,
  from: Instant,
  to: Instant,
): Promise<{ readonly changes: readonly RecordedChange[]; readonly notWeighedBefore: Instant | null }> => {
  const all = await Array.fromAsync(snapshots.changes(cluster, from, to));
  const inIam = all.filter(({ change }) => change.kind === "iam").map(({ toSeq }) => toSeq);
  const [first, last] = [inIam[0], inIam.at(-1)];
  if (first === undefined || last === undefined) return { changes: all, notWeighedBefore: null };
  const { changes, notWeighedBefore } = await everyAccessTimeline(snapshots, cluster, { first, last });
  return { changes: [...all, ...changes].toSorted((a, b) => a.toSeq - b.toSeq), notWeighedBefore };
};
