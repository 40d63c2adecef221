// Which notices are due for one cluster now, with their text. Pure: sending them and marking what they told is the caller's.

import type { Cluster } from "../core/base/ids.ts";
import { HOUR, type Instant } from "../core/base/time.ts";
import type { Finding } from "../core/findings/finding.ts";
import type { Gone } from "../core/history/cluster-life.ts";
import { immediateNotice, isUntoldEnd, isUrgentUntold, summaryNews } from "../core/incidents/due.ts";
import { type Incident, incidentsOf } from "../core/incidents/incident.ts";
import {
  FIRST_WAIT_MS,
  type NoticeState,
  STORM_EVERY_MS,
  wasMissed,
} from "../core/incidents/notice-state.ts";
import { isOver } from "../core/incidents/threads.ts";
import { goneNotice } from "./gone-text.ts";
import { incidentNotice, type TextOptions } from "./incident-text.ts";
import { type Changes, changesIn, firstNotice, stormNotice } from "./list-text.ts";
import type { Notice } from "./notice.ts";

export type Standing = {
  readonly cluster: Cluster;
  readonly findings: readonly Finding[];
  readonly state: NoticeState;
  /** Whether a snapshot of the cluster was judged already. */
  readonly hasSnapshot: boolean;
  /** Whether anybody gets what is sent now; undefined: not known. */
  readonly heard?: boolean | undefined;
  /** Since when the cluster is gone; missing: it is watched. */
  readonly gone?: Gone;
};

/** More notices than this within an hour become one that lists them. */
const STORM_ABOVE = 10;

type Due = { readonly incident: Incident; readonly kind: NonNullable<ReturnType<typeof immediateNotice>> };

/** What is due at once, before it has a text. */
type Plan =
  | { readonly is: "first"; readonly incidents: readonly Incident[] }
  | { readonly is: "gone"; readonly gone: Gone; readonly findings: readonly Finding[] }
  | { readonly is: "storm"; readonly due: readonly Due[]; readonly told: number }
  | { readonly is: "each"; readonly due: readonly Due[] };

const NOTHING: Plan = { is: "each", due: [] };

/** Nobody was ever written to. A store of an earlier release has told of its findings, and knows nothing of a first mail. */
export const isNew = ({ findings, state }: Pick<Standing, "findings" | "state">): boolean =>
  state.firstAt === undefined && !findings.some(({ noticedAt }) => noticedAt !== undefined);

/**
 * One notice closes all incidents of a cluster that is gone, where people know one of them by a notice, or should have:
 * deleting a cluster hides nothing.
 */
const goneOf = (incidents: readonly Incident[], gone: Gone): Plan => {
  const all = incidents.flatMap(({ findings }) => findings);
  const untold = all.filter((one) => one.clusterGoneAt !== undefined && isUrgentUntold(one));
  const ended = all.filter((one) => isOver(one) && isUntoldEnd(one));
  const isKnown = incidents.some(
    ({ announced, findings }) => announced && findings.some((one) => ended.includes(one)),
  );
  return isKnown || untold.length ? { is: "gone", gone, findings: [...untold, ...ended] } : NOTHING;
};

const planOf = ({ findings, state, hasSnapshot, gone }: Standing, now: Instant): Plan => {
  const incidents = incidentsOf(findings);
  if (gone) return goneOf(incidents, gone);
  if (isNew({ findings, state })) {
    const waits = findings.reduce((least, { detectedAt }) => Math.min(least, detectedAt), now);
    return hasSnapshot || now - waits >= FIRST_WAIT_MS ? { is: "first", incidents } : NOTHING;
  }
  const due = incidents.flatMap((incident): Due[] => {
    const kind = immediateNotice(incident, now);
    return kind ? [{ incident, kind }] : [];
  });
  const told = incidents.filter(
    ({ announced, toldAt }) =>
      announced &&
      toldAt !== undefined &&
      now - toldAt < HOUR &&
      // One mail told of all of these.
      toldAt !== state.firstAt &&
      toldAt !== state.missedAt,
  ).length;
  if (due.length + told <= STORM_ABOVE || !due.length) return { is: "each", due };
  const lately = state.stormAt !== undefined && now - state.stormAt < STORM_EVERY_MS;
  return lately ? NOTHING : { is: "storm", due, told };
};

/** Somebody listens again, and has missed something. Not while that is only not known. */
export const isMissedDue = ({ heard, state }: Pick<Standing, "heard" | "state">): boolean =>
  heard === true && wasMissed(state);

/** Whether anything has to be told at once: what a judgement asks before it wakes who tells it. */
export const isNoticeDue = (standing: Standing, now: Instant): boolean => {
  const plan = planOf(standing, now);
  return plan.is !== "each" || plan.due.length > 0;
};

/** The notices to send at once, the oldest incident first; none where all has been told. */
export const planNotices = (standing: Standing, now: Instant, text: TextOptions): readonly Notice[] => {
  const plan = planOf(standing, now);
  switch (plan.is) {
    case "first":
      return [firstNotice(standing.cluster, plan.incidents, text.store)];
    case "gone":
      return [goneNotice(standing.cluster, plan.gone, plan.findings, text.store)];
    case "storm":
      return [stormNotice(standing.cluster, plan.due, plan.told, text.store)];
    case "each":
      return plan.due.map(({ incident, kind }) => incidentNotice(incident, kind, now, text));
    default:
      return plan satisfies never;
  }
};

/** What the next summary has to tell. */
export const summaryChanges = ({ findings }: Pick<Standing, "findings">): Changes =>
  changesIn(incidentsOf(findings).map(summaryNews));
