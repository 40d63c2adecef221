// What is due to people now, by mail or in a chat: what a judgement asks before it wakes who tells it.
import type { Cluster } from "../core/base/ids.ts";
import type { Instant } from "../core/base/time.ts";
import { isHeard } from "../core/coverage/capture-check.ts";
import type { Finding } from "../core/findings/finding.ts";
import type { Gone } from "../core/history/cluster-life.ts";
import { isSummaryDue, type NoticeTimes, wasMissed } from "../core/incidents/notice-state.ts";
import { asToldIn, type Outlet, stateIn } from "../core/incidents/told-where.ts";
import { isMissedDue, isNew, isNoticeDue, type Standing } from "../notices/plan-notices.ts";
import type { ReadStore } from "../store/open-store.ts";
import { isFeedDue } from "./feed-channels.ts";

const read = async (store: ReadStore, cluster: Cluster) => {
  const [notices, look, entry, check] = await Promise.all([
    store.notices.read(cluster),
    store.findings.lastLook(cluster),
    store.clusters.entry(cluster),
    store.captureChecks.last(cluster),
  ]);
  return { notices, look, entry, check };
};

const standingOf = (
  { notices, look, entry, check }: Awaited<ReturnType<typeof read>>,
  where: Outlet,
  cluster: Cluster,
  findings: readonly Finding[],
  now: Instant,
): Standing | undefined => {
  const state = stateIn(notices, where);
  return (
    state && {
      ...{ cluster, state, findings: asToldIn(findings, where) },
      hasSnapshot: look !== undefined && look.snapshotAt !== null,
      // AWS is asked about the topic of the mails alone.
      heard: where === "mail" ? isHeard(check, now) : undefined,
      ...(entry?.gone && { gone: entry.gone }),
    }
  );
};

/**
 * What decides which notices are due there. `findings`: as they were read a moment ago. undefined: the chat is off, or
 * nothing was evaluated since it is on.
 */
export const standingIn = async (
  store: ReadStore,
  where: Outlet,
  cluster: Cluster,
  findings: readonly Finding[],
  now: Instant,
): Promise<Standing | undefined> => standingOf(await read(store, cluster), where, cluster, findings, now);

export const isToldOf = ({ goneAt }: NoticeTimes, { at }: Gone): boolean =>
  (goneAt ?? Number.NEGATIVE_INFINITY) >= at;

/**
 * Whether the last summary of a cluster that is gone went out everywhere, and nothing has to be told again: then nothing is
 * left to do.
 */
export const isToldGone = async (
  store: Pick<ReadStore, "notices">,
  cluster: Cluster,
  gone: Gone,
): Promise<boolean> => {
  const notices = await store.notices.read(cluster);
  return (["mail", "chat"] as const).every((where) => {
    const state = stateIn(notices, where);
    return state === undefined || (isToldOf(state, gone) && !wasMissed(state));
  });
};

/**
 * A summary is due; who was never written to gets a first notice before. Of a cluster that is gone there is no first one,
 * and no summary after the one of the week that says so.
 */
export const isSummaryOf = (standing: Standing, now: Instant): boolean => {
  const { state, gone } = standing;
  return (gone ? !isToldOf(state, gone) : !isNew(standing)) && isSummaryDue(state, now);
};

/** Whether somebody has to be told of something now, in a notice of its own or in a summary. */
export const isTellingDue = (standing: Standing, now: Instant): boolean =>
  isNoticeDue(standing, now) || isSummaryOf(standing, now) || isMissedDue(standing);

/** Whether anybody has to be told of something now: by mail, in a chat, or a channel that follows findings. */
export const isAnythingDue = async (
  store: ReadStore,
  cluster: Cluster,
  findings: readonly Finding[],
  now: Instant,
): Promise<boolean> => {
  const known = await read(store, cluster);
  for (const where of ["mail", "chat"] as const) {
    const standing = standingOf(known, where, cluster, findings, now);
    if (standing && isTellingDue(standing, now)) return true;
  }
  return isFeedDue(findings, known.notices.channels, now);
};
