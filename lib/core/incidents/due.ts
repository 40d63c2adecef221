// What people must be told of an incident now: at once, or in the next summary. Pure; who tells it marks it as told.
import { HOUR, type Instant } from "../base/time.ts";
import { type Finding, provesUnused, type Severity, worstFirst } from "../findings/finding.ts";
import { isHeldBack } from "../findings/observe.ts";
import type { Incident } from "./incident.ts";
import { isOver } from "./threads.ts";

/**
 * `opened`: the first notice. `worse`: told before, and more severe now. `more`: more belongs to it than was told.
 * `over`: nothing of it goes on.
 */
export type NoticeKind = "opened" | "worse" | "more" | "over";

/** What follows on a notice within this time is told together. */
const MERGE_MS = HOUR;

const atLeast = (severity: Severity, least: Severity): boolean => worstFirst(severity, least) <= 0;

/** People are told of it at once; what is less severe waits for the daily summary. */
const isImmediate = ({ severity }: Pick<Finding, "severity">): boolean => atLeast(severity, "high");

/** Never told, and somebody should be. */
export const isUntold = (finding: Finding): boolean =>
  finding.noticedAt === undefined && finding.status !== "acknowledged";

/** More severe than people were told. Also what somebody takes care of already: he took it for less. */
export const hasRisen = ({ noticedSeverity, severity }: Finding): boolean =>
  noticedSeverity !== undefined && worstFirst(severity, noticedSeverity) < 0;

/** Somebody should hear of it. */
export const isNews = (finding: Finding): boolean => isUntold(finding) || hasRisen(finding);

/** Over, and people who were told of it do not know. */
export const isUntoldEnd = ({ noticedAt, closeNoticedAt }: Finding): boolean =>
  noticedAt !== undefined && closeNoticedAt === undefined;

/** Nobody ever heard of it, and it would have been told at once. */
export const isUrgentUntold = (finding: Finding): boolean =>
  isUntold(finding) && !isHeldBack(finding) && isImmediate(finding);

/** The notice that is due at once; undefined: none is. */
export const immediateNotice = (
  { announced, overAt, findings, tellable, standing, toldAt, toldSeverity }: Incident,
  now: Instant,
): NoticeKind | undefined => {
  const news = tellable.filter(isNews);
  if (!announced) {
    if (!news.some(isImmediate)) return undefined;
    return toldSeverity === undefined ? "opened" : "worse";
  }
  // What was accepted meanwhile is no end.
  if (
    !standing.length &&
    overAt !== undefined &&
    findings.some((finding) => isOver(finding) && isUntoldEnd(finding))
  )
    return "over";
  const matters = news.filter(({ severity }) => atLeast(severity, "medium"));
  if (!matters.length) return undefined;
  const isWorse = matters.some(
    ({ severity }) => toldSeverity === undefined || worstFirst(severity, toldSeverity) < 0,
  );
  if (isWorse && matters.some(isImmediate)) return "worse";
  return toldAt === undefined || now - toldAt >= MERGE_MS ? "more" : undefined;
};

/** Not known whether it is used: for the weekly summary, never a line of the day. */
export const isOnlyUnknown = ({ verdict, severity }: Finding): boolean =>
  severity === "low" && verdict !== undefined && !provesUnused(verdict);

export type SummaryNews = { readonly news: readonly Finding[]; readonly ended: readonly Finding[] };
const NO_NEWS: SummaryNews = { news: [], ended: [] };

/** What the daily summary has to tell of an incident that has no notice of its own, and that none is due of. */
export const summaryNews = ({ announced, findings, tellable }: Incident): SummaryNews => {
  const news = tellable.filter(isNews);
  if (announced || news.some(isImmediate)) return NO_NEWS;
  return {
    news: news.filter((finding) => !isOnlyUnknown(finding)),
    ended: findings.filter((finding) => isOver(finding) && isUntoldEnd(finding)),
  };
};

/** What a notice told of one finding. */
export type Told = {
  readonly id: string;
  readonly severity: Severity;
  /** It said that this one is over. */
  readonly ended: boolean;
  /** A line of a summary, or in a notice of its own. */
  readonly where: "notice" | "summary";
  /** What it was called by. */
  readonly detector: string;
};

const worse = (a: Severity, b: Severity | undefined): Severity =>
  b !== undefined && worstFirst(b, a) < 0 ? b : a;

const marked = (finding: Finding, own: Told, at: Instant): Finding => {
  // What has grown since the text was written has not been told.
  const noticedSeverity = worse(own.severity, finding.noticedSeverity);
  const toldIn = finding.noticedAt !== undefined && finding.toldIn !== "summary" ? "notice" : own.where;
  const toldAs = finding.toldAs ?? (own.where === "notice" ? own.detector : undefined);
  return {
    ...finding,
    noticedAt: finding.noticedAt ?? at,
    noticedSeverity,
    toldAt: Math.max(at, finding.toldAt ?? 0),
    toldIn,
    ...(toldAs !== undefined && { toldAs }),
    ...(own.ended && finding.closeNoticedAt === undefined && { closeNoticedAt: at }),
  };
};

const isMarked = (finding: Finding, own: Told, at: Instant): boolean =>
  finding.noticedAt !== undefined &&
  finding.noticedSeverity === worse(own.severity, finding.noticedSeverity) &&
  (finding.toldAt ?? finding.noticedAt) >= at &&
  (own.where === "summary" || (finding.toldIn !== "summary" && finding.toldAs !== undefined)) &&
  (!own.ended || finding.closeNoticedAt !== undefined);

/** The findings once a text about `told` is out, at `at`. The same objects where nothing changed; twice is once. */
export const markTold = (
  findings: readonly Finding[],
  told: readonly Told[],
  at: Instant,
): readonly Finding[] => {
  const news = new Map(told.map((one) => [one.id, one]));
  return findings.map((finding) => {
    const own = news.get(finding.id);
    return !own || isMarked(finding, own, at) ? finding : marked(finding, own, at);
  });
};
