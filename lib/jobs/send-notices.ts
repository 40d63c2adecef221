// Tells people what has not been told yet, and marks it as told once it is out.
import type { SNSClient } from "@aws-sdk/client-sns";
import type { Cluster } from "../core/base/ids.ts";
import type { Instant } from "../core/base/time.ts";
import { isHeard } from "../core/coverage/capture-check.ts";
import type { Finding } from "../core/findings/finding.ts";
import type { Gone } from "../core/history/cluster-life.ts";
import { markTold } from "../core/incidents/due.ts";
import { incidentsOf } from "../core/incidents/incident.ts";
import { isSummaryDue, type NoticeTimes, summarySlots, wasMissed } from "../core/incidents/notice-state.ts";
import { incidentOf } from "../core/incidents/threads.ts";
import { detectorOf } from "../detectors/index.ts";
import { AuditError } from "../errors.ts";
import { publish } from "../notices/channels/sns.ts";
import type { StoreArguments } from "../notices/command-line.ts";
import { noticeAttributes, noticeDocument } from "../notices/document.ts";
import { goneNotice, goneWeekNotice } from "../notices/gone-text.ts";
import { dailyNotice, missedNotice } from "../notices/list-text.ts";
import type { Notice } from "../notices/notice.ts";
import {
  isMissedDue,
  isNew,
  isNoticeDue,
  type PlanOptions,
  planNotices,
  type Standing,
  summaryChanges,
} from "../notices/plan-notices.ts";
import { noProofText, proofText } from "../notices/proof-text.ts";
import { weeklyNotice } from "../notices/weekly-text.ts";
import type { ReadStore, Store } from "../store/open-store.ts";
import { reachFinder } from "./reach-finder.ts";
import { loadWeek } from "./weekly-facts.ts";

export type NoticePorts = { readonly store: Store; readonly sns: SNSClient; readonly topicArn: string };

type SendOptions = PlanOptions & {
  /** What retention keeps in full: the command in the mails has to say it. */
  readonly keepDays?: number;
  /** How readers of the mails reach the store. */
  readonly commandStore?: StoreArguments;
};

/** What each mail ends with; nothing where there is no snapshot yet. Who breaks the newest one does not stop the mails. */
const proofOf = async (
  store: Store,
  cluster: Cluster,
  commandStore: StoreArguments,
  keepDays: number | undefined,
): Promise<string> => {
  try {
    const head = await store.snapshots.head(cluster);
    return head ? proofText(cluster, head, commandStore, keepDays) : "";
  } catch (error) {
    if (error instanceof AuditError && error.code === "store")
      return noProofText(cluster, commandStore, keepDays);
    throw error;
  }
};

/** What decides which notices are due. `findings`: as they were read a moment ago. */
export const standingOf = async (
  store: ReadStore,
  cluster: Cluster,
  findings: readonly Finding[],
  now: Instant,
): Promise<Standing> => {
  const [state, look, entry, check] = await Promise.all([
    store.notices.read(cluster),
    store.findings.lastLook(cluster),
    store.clusters.entry(cluster),
    store.captureChecks.last(cluster),
  ]);
  const hasSnapshot = look !== undefined && look.snapshotAt !== null;
  const heard = isHeard(check, now);
  return { cluster, findings, state, hasSnapshot, heard, ...(entry?.gone && { gone: entry.gone }) };
};

const isToldOf = ({ goneAt }: NoticeTimes, { at }: Gone): boolean =>
  (goneAt ?? Number.NEGATIVE_INFINITY) >= at;

/** Whether the last summary of a cluster that is gone went out, and nothing has to be told again: then nothing is left to do. */
export const isToldGone = async (store: ReadStore, cluster: Cluster, gone: Gone): Promise<boolean> => {
  const state = await store.notices.read(cluster);
  return isToldOf(state, gone) && !wasMissed(state);
};

/** Whether somebody has to be told of something now, in a notice of its own or in a summary. */
export const isTellingDue = (standing: Standing, now: Instant): boolean =>
  isNoticeDue(standing, now) || isSummaryOf(standing, now) || isMissedDue(standing);

/**
 * A summary is due; who was never written to gets a first mail before. Of a cluster that is gone there is no first mail,
 * and no summary after the one of the week that says so.
 */
const isSummaryOf = (standing: Standing, now: Instant): boolean => {
  const { state, gone } = standing;
  return (gone ? !isToldOf(state, gone) : !isNew(standing)) && isSummaryDue(state, now);
};

/** The summary that is due: of the week, or of a day that has news. */
const summaryOf = async (
  { store }: NoticePorts,
  standing: Standing,
  now: Instant,
  commandStore: StoreArguments,
): Promise<Notice | undefined> => {
  const { state, cluster, findings, gone } = standing;
  const changes = summaryChanges(standing);
  if ((state.weeklyAt ?? 0) >= summarySlots(now).weeklyAt)
    return dailyNotice(cluster, changes, state.dailyAt, commandStore);
  if (gone) return goneWeekNotice(cluster, gone, findings, changes, commandStore);
  return weeklyNotice(cluster, await loadWeek(store, cluster, findings, now), changes, now, commandStore);
};

/** What went out while nobody listened; undefined: none of its incidents is there any more. */
const missedOf = async (
  { store }: NoticePorts,
  { cluster, findings, state, gone }: Standing,
  commandStore: StoreArguments,
): Promise<Notice | undefined> => {
  const unheard = (await store.sentNotices.list(cluster)).filter(
    (sent) => sent.unheard && sent.at > (state.missedAt ?? 0),
  );
  const told = new Set(unheard.flatMap((sent) => sent.incidents));
  const incidents = incidentsOf(findings).filter(({ id }) => told.has(id));
  const [first] = unheard;
  if (!first || !incidents.length) return undefined;
  if (!gone) return missedNotice(cluster, incidents, first.at, commandStore);
  const all = incidents.flatMap((incident) => incident.findings);
  return goneNotice(cluster, gone, all, commandStore, first.at);
};

/** What is noted once a notice of this kind is out. */
const stateAfter = ({ kind }: Notice, gone: Gone | undefined, now: Instant): NoticeTimes => {
  if (kind === "first") return { firstAt: now, ...summarySlots(now) };
  if (kind === "missed") return { firstAt: now, missedAt: now };
  if (kind === "weekly" && gone) return { firstAt: now, goneAt: gone.at, ...summarySlots(now) };
  return kind === "storm" ? { firstAt: now, stormAt: now } : { firstAt: now };
};

/** What this one text has that SNS does not take; the next one may be fine. Anything else would meet all of them. */
const isItsOwnFault = (error: unknown): boolean => error instanceof AuditError && error.code === "config";

/**
 * Sends the notices that are due, and the summaries; how many went out. One that SNS does not take holds up no other;
 * where SNS itself fails, all that are left stay due. What each told is marked right after it was sent:
 * dying in between sends that one mail again, and never loses one. Each ends with the newest snapshot's hash.
 * AuditError from SNS once the others are out: `not-found` (the topic is gone), `denied`, `throttled`, `connect`, `config`.
 */
export const sendNotices = async (
  ports: NoticePorts,
  cluster: Cluster,
  now: Instant,
  { keepDays, commandStore = [], ...options }: SendOptions = {},
): Promise<number> => {
  const { store, sns, topicArn } = ports;
  const kept = store.findings;
  const standing = await standingOf(store, cluster, await kept.list(cluster), now);
  if (!isTellingDue(standing, now)) return 0;
  const end = await proofOf(store, cluster, commandStore, keepDays);
  const incidentById = new Map(standing.findings.map((finding) => [finding.id, incidentOf(finding)]));
  const send = async (notice: Notice): Promise<void> => {
    const { messageId, subject } = await publish(sns, topicArn, {
      subject: notice.subject,
      body: notice.body,
      end,
      short: notice.short,
      document: noticeDocument(notice),
      attributes: noticeAttributes(notice),
    });
    // Nobody got it, so that what it tells is told again once somebody listens.
    const unheard = standing.heard === false && notice.told.length > 0;
    const told = new Set(notice.told.flatMap(({ id }) => incidentById.get(id) ?? []));
    await store.sentNotices.note(cluster, {
      at: now,
      kind: notice.kind,
      severity: notice.severity,
      subject,
      ...(messageId && { messageId }),
      incidents: [...told].sort(),
      ...(unheard && { unheard }),
    });
    // Before the findings say that they were told: dying in between tells once too often, and not once too few.
    if (unheard) await store.notices.note(cluster, { unheardAt: now });
    if (notice.told.length) await kept.update(cluster, (findings) => markTold(findings, notice.told, now));
    // The last summary of a cluster that is gone is the last one that somebody got.
    const gone = standing.heard === false ? undefined : standing.gone;
    await store.notices.note(cluster, stateAfter(notice, gone, now));
  };
  const reachOf = await reachFinder(store, cluster, standing.findings, now);
  const text = { wordsOf: detectorOf, store: commandStore, reachOf };
  const missed = isMissedDue(standing) ? await missedOf(ports, standing, commandStore) : undefined;
  if (!missed && isMissedDue(standing)) await store.notices.note(cluster, { missedAt: now });
  const urgent = [...(missed ? [missed] : []), ...planNotices(standing, now, text, options)];
  const failures: unknown[] = [];
  for (const notice of urgent) {
    try {
      await send(notice);
    } catch (error) {
      if (!isItsOwnFault(error)) throw failures[0] ?? error;
      failures.push(error);
    }
  }
  if (!isSummaryOf(standing, now)) {
    if (failures.length) throw failures[0];
    return urgent.length;
  }
  // What a notice has just told is no news for the summary.
  const after = urgent.length ? await standingOf(store, cluster, await kept.list(cluster), now) : standing;
  const summary = await summaryOf(ports, after, now, commandStore);
  if (summary) await send(summary);
  await store.notices.note(cluster, summarySlots(now));
  if (failures.length) throw failures[0];
  return urgent.length + (summary ? 1 : 0);
};
