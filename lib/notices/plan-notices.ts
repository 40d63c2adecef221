// Which findings people must be told of now, in how many mails. Pure: sending and marking is the caller's.

import type { Instant } from "../core/base/time.ts";
import type { DetectorDocs } from "../core/findings/detector.ts";
import type { Finding, Severity } from "../core/findings/finding.ts";
import { type Notice, type NoticeKind, noticeFor, noticeForMany, severityOrder } from "./notice-text.ts";

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
  const { status, closedAt, noticedAt, closeNoticedAt, severity } = finding;
  if (kind === "resolved") {
    // Only what people were told of can be taken back.
    return status === "resolved" && noticedAt !== undefined && closeNoticedAt === undefined;
  }
  const live = (status === "open" || status === "ended") && closedAt === undefined;
  return live && noticedAt === undefined && severityOrder.indexOf(severity) <= severityOrder.indexOf(min);
};

/** Mails to send for these findings of one cluster: first the new, then the resolved; none where all has been told. */
export const planNotices = (
  findings: readonly Finding[],
  docsOf: (detector: string) => DetectorDocs | undefined,
  { minSeverity = DEFAULT_MIN_SEVERITY, mergeAbove = DEFAULT_MERGE_ABOVE }: NoticeOptions = {},
): readonly Notice[] =>
  (["opened", "resolved"] as const).flatMap((kind) => {
    const due = findings.filter((finding) => isDue(finding, kind, minSeverity));
    return due.length > mergeAbove
      ? [noticeForMany(due, kind)]
      : due.map((finding) => noticeFor(finding, kind, docsOf(finding.detector)));
  });

/** The findings once this notice is out: told at `at`. The same objects where nothing changed; twice is once. */
export const markNoticed = (
  findings: readonly Finding[],
  notice: Notice,
  at: Instant,
): readonly Finding[] => {
  const told = new Set(notice.findingIds);
  const mark = notice.kind === "opened" ? "noticedAt" : "closeNoticedAt";
  return findings.map((finding) =>
    told.has(finding.id) && finding[mark] === undefined ? { ...finding, [mark]: at } : finding,
  );
};
