// What an evaluation does with a cluster that is gone: it runs no detector, and closes the findings.
import type { Cluster } from "../core/base/ids.ts";
import { floorTo, HOUR, type Instant, MINUTE } from "../core/base/time.ts";
import { closeGone } from "../core/findings/close-gone.ts";
import type { Finding } from "../core/findings/finding.ts";
import { deletedBy, type Gone, goneOf, withSign } from "../core/history/cluster-life.ts";
import type { Store } from "../store/open-store.ts";
import { goneText } from "../wording/gone-text.ts";
import { type CapturePorts, checkListeners } from "./check-capture.ts";
import { closeFindingsOf } from "./cluster-life.ts";

/** A connection so long after a deletion was let in by a cluster that is there after all. */
const STILL_THERE_MS = 15 * MINUTE;

/**
 * Since when the cluster is gone; undefined: it is watched. One that let somebody in after it was said to be deleted was
 * there, and is watched again; without `mayWrite` that is only worked out.
 */
export const goneNow = async (
  { clusters, activity }: Store,
  cluster: Cluster,
  now: Instant,
  mayWrite: boolean,
): Promise<Gone | undefined> => {
  const entry = await clusters.entry(cluster);
  const deleted = entry && deletedBy(entry.signs);
  if (!entry?.gone || !deleted) return entry?.gone;
  if (mayWrite) await activity.fold(cluster, now);
  const since = deleted.at + STILL_THERE_MS;
  const hours = await activity.hours(cluster, { from: floorTo(HOUR, since), to: now + HOUR });
  const allowed = hours.flatMap(({ tallies }) => tallies).filter(({ outcome }) => outcome === "allowed");
  const last = allowed.reduce((latest, { lastAt }) => Math.max(latest, lastAt), 0);
  if (last < since) return entry.gone;
  const sign = { kind: "seen", at: last } as const;
  if (mayWrite) return (await clusters.note(cluster, sign))?.gone;
  return goneOf(withSign(entry.signs, sign));
};

/** The findings after it; nothing was looked at. */
type Closed = { readonly findings: readonly Finding[]; readonly looks: readonly []; readonly gone: Gone };

/** What is left to do for a cluster that is gone: no detector runs, and its findings are closed. */
export const closeCluster = async (
  store: Store,
  cluster: Cluster,
  gone: Gone,
  now: Instant,
  { dryRun, capture }: { readonly dryRun: boolean; readonly capture: CapturePorts | undefined },
): Promise<Closed> => {
  if (dryRun) {
    const all = await store.findings.list(cluster);
    return { findings: closeGone(all, gone.at, goneText(gone), now), looks: [], gone };
  }
  const findings = await closeFindingsOf(store, cluster, gone, now);
  if (capture) await checkListeners(store, cluster, now, capture);
  const last = await store.findings.lastLook(cluster);
  // Reports of the time before go by it; what it rested on, and how long detectors have been here, stays.
  await store.findings.looked(cluster, { ...last, at: now, snapshotAt: last?.snapshotAt ?? null });
  return { findings, looks: [], gone };
};
