// Decides whether the scan of an idle cluster is left out: it would wake it, and nothing can have changed there.
import { auditorIn } from "../core/base/auditor-in.ts";
import type { Cluster, Principal } from "../core/base/ids.ts";
import { floorTo, HOUR, type Instant, MINUTE } from "../core/base/time.ts";
import type { Catalog } from "../core/catalog/catalog.ts";
import { isDue, provenIn, quietFrom } from "../core/coverage/asleep.ts";
import { LIVE_SETTLE_MS } from "../core/findings/facts.ts";
import { provenHours } from "../queries/proven-hours.ts";
import type { Store } from "../store/open-store.ts";

/** The login of a snapshot and its retries come so soon after the snapshot's own time. */
const OWN_LOGIN_MS = 15 * MINUTE;

/** Whether nobody but the auditor connected from `from` on, as far as is known; its own logins are those that it wrote down. */
const isQuiet = async (
  { activity, canaries }: Pick<Store, "activity" | "canaries">,
  cluster: Cluster,
  auditor: Principal,
  { snapshotAt, now }: { readonly snapshotAt: Instant; readonly now: Instant },
): Promise<boolean> => {
  // What is not added up yet may be anybody's.
  if (await activity.waits(cluster)) return false;
  // A later login of its own was made for a snapshot that never came.
  const own = await canaries.look(cluster, { from: snapshotAt + OWN_LOGIN_MS, to: now }, now);
  if (own.canaries.length || own.failed.length || own.surplus.length) return false;
  const from = quietFrom(snapshotAt);
  for await (const { tallies } of activity.eachHour(cluster, { from: floorTo(HOUR, from), to: now + HOUR }))
    if (tallies.some(({ principal, lastAt }) => principal !== auditor && lastAt >= from)) return false;
  return true;
};

/** What the manifest does not tell: whether all of IAM was read, where it was asked. */
const isIamWhole = ({ iam }: Catalog): boolean =>
  Object.values(iam?.parts ?? {}).every(({ status }) => status === "read");

/**
 * Whether the cluster, which AWS calls idle or inactive, is left asleep at `now`, for at most `longestMs` after its last
 * snapshot: nobody else has connected since, every settled hour is proven, and all of that snapshot could be read. Written
 * down where it is, so that a missing snapshot is told from one that failed.
 */
export const leaveAsleep = async (
  store: Pick<Store, "snapshots" | "activity" | "canaries" | "doubts" | "trailEvents" | "leftOut">,
  cluster: Cluster,
  now: Instant,
  { auditor, longestMs }: { readonly auditor: Principal; readonly longestMs: number },
): Promise<boolean> => {
  const head = await store.snapshots.head(cluster);
  if (!head || Object.keys(head.manifest.unreadable).length) return false;
  const snapshotAt = head.manifest.takenAt;
  if (
    isDue(snapshotAt, now, longestMs) ||
    !(await isQuiet(store, cluster, auditorIn(auditor, cluster), { snapshotAt, now }))
  )
    return false;
  const hours = provenIn(snapshotAt, floorTo(HOUR, now - LIVE_SETTLE_MS));
  const { uncovered } = await provenHours(store, cluster, hours, now);
  if (uncovered.hoursIn(hours) > 0 || !isIamWhole((await store.snapshots.open(cluster, head)).catalog))
    return false;
  await store.leftOut.noteAsleep(cluster, { at: now, snapshotAt });
  return true;
};
