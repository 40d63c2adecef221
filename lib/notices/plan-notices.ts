// Which findings people must be told of now, in how many mails. Pure: sending and marking is the caller's.

import type { Instant } from "../core/base/time.ts";
import type { DetectorWords } from "../core/findings/detector.ts";
import { type Finding, type Severity, worstFirst } from "../core/findings/finding.ts";
import { type Notice, type NoticeKind, noticeFor, noticeForMany } from "./notice-text.ts";

export type NoticeOptions = {
  /** What is below is never mailed, only listed. */
  readonly minSeverity?: Severity;
  /** More than this of one kind at once go into one mail. */
  readonly mergeAbove?: number;
};

/** Low findings (unknown, ambiguous) are for the report: a mail for each would teach people to ignore mails. */
const DEFAULT_MIN_SEVERITY: Severity = "medium";
const DEFAULT_MERGE_ABOVE = 3;

const isDue = (finding: Finding, kind: NoticeKind, min: Severity): boolean => {
  const { status, closedAt, noticedAt, noticedSeverity, closeNoticedAt, severity, ends } = finding;
  // A new detector of a running installation is observed first; the look that ends it takes this away.
  if (finding.observedUntil !== undefined) return false;
  const standing = status !== "exempt" && status !== "resolved" && closedAt === undefined;
  const matters = worstFirst(severity, min) <= 0;
  switch (kind) {
    case "opened":
      return standing && status !== "acknowledged" && noticedAt === undefined && matters;
    case "risen":
      // Also what somebody takes care of already: he took it for less.
      return (
        standing &&
        noticedSeverity !== undefined &&
        (noticedAt !== undefined || status === "acknowledged") &&
        worstFirst(severity, noticedSeverity) < 0 &&
        matters
      );
    case "ended":
      return standing && ends !== undefined && noticedAt !== undefined && closeNoticedAt === undefined;
    case "resolved":
      // Only what people were told of can be taken back.
      return status === "resolved" && noticedAt !== undefined && closeNoticedAt === undefined;
    default:
      return kind satisfies never;
  }
};

/** Mails to send for these findings of one cluster, the new first; none where all has been told. */
export const planNotices = (
  findings: readonly Finding[],
  wordsOf: (detector: string) => DetectorWords | undefined,
  { minSeverity = DEFAULT_MIN_SEVERITY, mergeAbove = DEFAULT_MERGE_ABOVE }: NoticeOptions = {},
): readonly Notice[] =>
  (["opened", "risen", "ended", "resolved"] as const).flatMap((kind) => {
    const due = findings.filter((finding) => isDue(finding, kind, minSeverity));
    return due.length > mergeAbove
      ? [noticeForMany(due, kind)]
      : due.map((finding) => noticeFor(finding, kind, wordsOf(finding.detector)));
  });

const worse = (a: Severity, b: Severity | undefined): Severity =>
  b !== undefined && worstFirst(b, a) < 0 ? b : a;

/** The findings once this notice is out: told at `at`. The same objects where nothing changed; twice is once. */
export const markNoticed = (
  findings: readonly Finding[],
  { kind, told }: Notice,
  at: Instant,
): readonly Finding[] => {
  const news = new Map(told.map((one) => [one.id, one]));
  return findings.map((finding): Finding => {
    const own = news.get(finding.id);
    if (!own) return finding;
    if (kind === "ended" || kind === "resolved") {
      return finding.closeNoticedAt === undefined ? { ...finding, closeNoticedAt: at } : finding;
    }
    // What has grown since the mail was written has not been told.
    const noticedSeverity = worse(own.severity, finding.noticedSeverity);
    if (finding.noticedAt !== undefined && noticedSeverity === finding.noticedSeverity) return finding;
    const end = own.ended && finding.closeNoticedAt === undefined ? { closeNoticedAt: at } : {};
    return { ...finding, noticedAt: finding.noticedAt ?? at, noticedSeverity, ...end };
  });
};
