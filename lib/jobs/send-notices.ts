// Tells people what has not been told yet, and marks it as told once it is out.
import type { SNSClient } from "@aws-sdk/client-sns";
import type { Cluster } from "../core/base/ids.ts";
import type { Instant } from "../core/base/time.ts";
import type { Gone } from "../core/history/cluster-life.ts";
import { incidentsOf } from "../core/incidents/incident.ts";
import { type NoticeTimes, summarySlots } from "../core/incidents/notice-state.ts";
import { incidentOf } from "../core/incidents/threads.ts";
import { markToldIn, type Outlet } from "../core/incidents/told-where.ts";
import { wordsOf } from "../detectors/words.ts";
import { AuditError } from "../errors.ts";
import type { Chat } from "../notices/channels/chat.ts";
import { publish } from "../notices/channels/sns.ts";
import type { StoreArguments } from "../notices/command-line.ts";
import { noticeAttributes, noticeDocument } from "../notices/document.ts";
import { goneNotice, goneWeekNotice } from "../notices/gone-text.ts";
import type { TextOptions } from "../notices/incident-text.ts";
import { dailyNotice, missedNotice } from "../notices/list-text.ts";
import type { Notice } from "../notices/notice.ts";
import { isMissedDue, planNotices, type Standing, summaryChanges } from "../notices/plan-notices.ts";
import { noProofText, proofText } from "../notices/proof-text.ts";
import type { ReadStore, Store } from "../store/open-store.ts";
import { reachFinder } from "./reach-finder.ts";
import { isSummaryOf, isTellingDue, standingIn } from "./standing.ts";

export type NoticePorts = { readonly store: Store; readonly sns: SNSClient; readonly topicArn: string };

type SendOptions = {
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

/** The summary that is due: of the week, or of a day that has news. */
const summaryOf = async (
  store: ReadStore,
  standing: Standing,
  now: Instant,
  commandStore: StoreArguments,
): Promise<Notice | undefined> => {
  const { state, cluster, findings, gone } = standing;
  const changes = summaryChanges(standing);
  if ((state.weeklyAt ?? 0) >= summarySlots(now).weeklyAt)
    return dailyNotice(cluster, changes, state.dailyAt, commandStore);
  if (gone) return goneWeekNotice(cluster, gone, findings, changes, commandStore);
  // What a judgement is made of comes with it, and once a week is seldom.
  const [{ loadWeek }, { weeklyNotice }] = await Promise.all([
    import("./weekly-facts.ts"),
    import("../notices/weekly-text.ts"),
  ]);
  return weeklyNotice(cluster, await loadWeek(store, cluster, findings, now), changes, now, commandStore);
};

/** What went out while nobody listened; undefined: none of its incidents is there any more. */
const missedOf = async (
  store: ReadStore,
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

/** Where people are told: how a notice goes out there, and where it is noted what was told. */
type Voice = {
  readonly where: Outlet;
  /** Sends it, and keeps what has to be kept of it before the findings count as told. */
  readonly send: (notice: Notice, standing: Standing) => Promise<void>;
  readonly note: (times: NoticeTimes) => Promise<void>;
};

type TellOptions = {
  readonly commandStore: StoreArguments;
  readonly reachOf?: TextOptions["reachOf"];
  /** What stands before all that is due. */
  readonly before?: readonly Notice[];
};

/**
 * The one rule of telling people, by mail or in a chat: what is due at once, then the summary. What each told is marked
 * right after it was sent: dying in between sends that one again, and never loses one. A text that is not taken holds up
 * no other; where nothing is taken, all that are left stay due.
 */
const tell = async (
  store: Store,
  { where, send, note }: Voice,
  standing: Standing,
  now: Instant,
  { commandStore, reachOf, before = [] }: TellOptions,
): Promise<number> => {
  const { cluster } = standing;
  const tellOne = async (notice: Notice): Promise<void> => {
    await send(notice, standing);
    if (notice.told.length)
      await store.findings.update(cluster, (findings) => markToldIn(findings, where, notice.told, now));
    // The last summary of a cluster that is gone is the last one that somebody got.
    await note(stateAfter(notice, standing.heard === false ? undefined : standing.gone, now));
  };
  const text = { wordsOf, store: commandStore, ...(reachOf && { reachOf }) };
  const urgent = [...before, ...planNotices(standing, now, text)];
  const failures: unknown[] = [];
  for (const notice of urgent) {
    try {
      await tellOne(notice);
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
  const after = urgent.length
    ? ((await standingIn(store, where, cluster, await store.findings.list(cluster), now)) ?? standing)
    : standing;
  const summary = await summaryOf(store, after, now, commandStore);
  if (summary) await tellOne(summary);
  await note(summarySlots(now));
  if (failures.length) throw failures[0];
  return urgent.length + (summary ? 1 : 0);
};

/**
 * Mails the notices that are due, and the summaries; how many went out. Each ends with the newest snapshot's hash.
 * AuditError from SNS once the others are out: `not-found` (the topic is gone), `denied`, `throttled`, `connect`, `config`.
 */
export const sendNotices = async (
  { store, sns, topicArn }: NoticePorts,
  cluster: Cluster,
  now: Instant,
  { keepDays, commandStore = [] }: SendOptions = {},
): Promise<number> => {
  const findings = await store.findings.list(cluster);
  const standing = await standingIn(store, "mail", cluster, findings, now);
  if (!standing || !isTellingDue(standing, now)) return 0;
  const end = await proofOf(store, cluster, commandStore, keepDays);
  const incidentById = new Map(findings.map((finding) => [finding.id, incidentOf(finding)]));
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
  };
  const reachOf = await reachFinder(store, cluster, findings, now);
  const missed = isMissedDue(standing) ? await missedOf(store, standing, commandStore) : undefined;
  if (!missed && isMissedDue(standing)) await store.notices.note(cluster, { missedAt: now });
  const note = (times: NoticeTimes): Promise<void> => store.notices.note(cluster, times);
  const before = missed ? [missed] : [];
  return tell(store, { where: "mail", send, note }, standing, now, { commandStore, reachOf, before });
};

/**
 * The same in a chat, by the same rules, with a memory of its own; how many went out. AuditError as the chat's topic
 * answers.
 */
export const tellChat = async (
  { store, chat }: { readonly store: Store; readonly chat: Chat },
  cluster: Cluster,
  now: Instant,
  { commandStore = [] }: Pick<SendOptions, "commandStore"> = {},
): Promise<number> => {
  const standing = await standingIn(store, "chat", cluster, await store.findings.list(cluster), now);
  if (!standing || !isTellingDue(standing, now)) return 0;
  const note = (times: NoticeTimes): Promise<void> => store.notices.noteChannel(cluster, "chat", { times });
  const voice: Voice = { where: "chat", send: (notice) => chat(notice), note };
  return tell(store, voice, standing, now, { commandStore });
};
