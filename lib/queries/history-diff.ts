// What differs between two moments: the facts, and whose way in they moved.
import type { Cluster } from "../core/base/ids.ts";
import type { Instant } from "../core/base/time.ts";
import type { ReadStore } from "../store/open-store.ts";
import { accessNews } from "./iam-timeline.ts";

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
