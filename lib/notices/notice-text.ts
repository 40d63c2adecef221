// One notice in words: what, why, evidence, since when, the SQL that would fix it, where to look further. Pure.
// Written to be read on a phone at three in the morning: short lines, the answer first, times in UTC.

import type { Instant } from "../core/base/time.ts";
import { clusterName, visible } from "../core/base/visible-text.ts";
import type { DetectorDocs } from "../core/findings/detector.ts";
import type { Finding, Severity } from "../core/findings/finding.ts";
import { evidenceLines, utc } from "./evidence-text.ts";
import { MAX_SUBJECT, safeSubject } from "./subject.ts";

export type NoticeKind = "opened" | "resolved";
export type Notice = {
  readonly kind: NoticeKind;
  readonly subject: string;
  readonly body: string;
  /** What it tells of: these are marked as told once it is out. */
  readonly findingIds: readonly string[];
};

export const severityOrder: readonly Severity[] = ["critical", "high", "medium", "low"];

/** "[HIGH] … (orders-prod)": the cluster stays readable however long the rest is. */
const subjectLine = (tag: string, text: string, cluster: string): string => {
  const end = ` (${clusterName(cluster)})`;
  const head = safeSubject(`[${tag}] ${text}`);
  const room = MAX_SUBJECT - end.length;
  return safeSubject(head.length <= room ? head + end : `${head.slice(0, room - 3).trimEnd()}...${end}`);
};

const paragraph = (title: string, lines: readonly string[]): string[] =>
  lines.length ? ["", title, ...lines] : [];

const isoLine = (value: unknown): Instant | undefined =>
  typeof value === "string" && !Number.isNaN(Date.parse(value)) ? Date.parse(value) : undefined;

/** When it began, as sure as snapshots and connections make it. */
const sinceLines = (finding: Finding): string[] => {
  const since = finding.evidence.since as { after?: unknown; by?: unknown } | undefined;
  const after = isoLine(since?.after);
  const by = isoLine(since?.by);
  if (by !== undefined) {
    return [
      after === undefined
        ? `Already so at the first look, ${utc(by)}. When it began is not known.`
        : `It began between ${utc(after)} and ${utc(by)}: the snapshots before and after.`,
    ];
  }
  const { firstSeenAt, lastSeenAt } = finding;
  return firstSeenAt === lastSeenAt
    ? [utc(firstSeenAt)]
    : [`from ${utc(firstSeenAt)}`, `to   ${utc(lastSeenAt)}`];
};

const aboutLines = ({ cluster, subject }: Finding): string[] =>
  [
    ["Cluster", cluster],
    ["Principal", subject.principal],
    ["Database role", subject.role],
    ["Object", subject.object],
  ].flatMap(([label, value]) => (value === undefined ? [] : [`${label}: ${visible(value, 300)}`]));

const resolvedReason = (finding: Finding, closedAt: Instant): string =>
  `A complete look at ${utc(closedAt)} no longer found it. It was open since ${utc(finding.detectedAt)}.`;

/**
 * The notice of one finding. `docs`: its detector's, where the detector still exists. The subject is at most 99 ASCII
 * characters; the body is plain text without control characters but line feeds, whatever the names hold.
 */
export const noticeFor = (finding: Finding, kind: NoticeKind, docs: DetectorDocs | undefined): Notice => {
  const { id, severity, cluster, detector, title, evidence, fix, reopened } = finding;
  const shown = visible(title, 400);
  const resolved = kind === "resolved";
  const body = [
    shown,
    resolved
      ? `RESOLVED. ${resolvedReason(finding, finding.closedAt ?? finding.confirmedAt)}`
      : `${severity.toUpperCase()} severity. Seen by ${detector} at ${utc(finding.detectedAt)}.`,
    ...(!resolved && reopened > 0 ? [`It was resolved before and is back (${reopened} times so far).`] : []),
    "",
    ...aboutLines(finding),
    ...(resolved ? [] : paragraph("WHY IT MATTERS", docs ? [docs.why] : [])),
    ...paragraph("WHAT WAS SEEN", evidenceLines(evidence)),
    ...paragraph("SINCE WHEN", sinceLines(finding)),
    ...(resolved ? [] : paragraph("TO FIX IT", fixLines(fix, docs))),
    ...(resolved ? [] : paragraph("IF IT IS EXPECTED", docs ? [docs.falsePositives] : [])),
    ...paragraph("LOOK FURTHER", [`dsql-audit finding ${id}`, ...(resolved ? [] : [`dsql-audit ack ${id}`])]),
    "",
  ].join("\n");
  return {
    kind,
    subject: subjectLine(resolved ? "RESOLVED" : severity.toUpperCase(), shown, cluster),
    body,
    findingIds: [id],
  };
};

/** SQL keeps its line feeds, and nothing else that is not seen. */
const fixLines = (fix: string | undefined, docs: DetectorDocs | undefined): string[] => {
  if (fix !== undefined) return fix.split("\n").map((line) => visible(line, 2000));
  return docs ? [docs.fix] : [];
};

/** One mail for many: a count, then a line each, the worst first. */
export const noticeForMany = (findings: readonly Finding[], kind: NoticeKind): Notice => {
  const sorted = findings.toSorted(
    (a, b) =>
      severityOrder.indexOf(a.severity) - severityOrder.indexOf(b.severity) ||
      (a.detector < b.detector ? -1 : a.detector > b.detector ? 1 : 0) ||
      (a.title < b.title ? -1 : 1),
  );
  const [worst] = sorted;
  const cluster = worst?.cluster ?? "";
  const counts = severityOrder
    .map((severity) => [severity, sorted.filter((f) => f.severity === severity).length] as const)
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => `${count} ${severity}`)
    .join(", ");
  const what = kind === "resolved" ? "findings resolved" : "new findings";
  const shown = sorted.slice(0, MAX_LINES);
  const body = [
    `${sorted.length} ${what}: ${counts}.`,
    `Cluster: ${visible(cluster, 300)}`,
    ...shown.flatMap((finding) => [
      "",
      `${finding.severity.toUpperCase()} ${visible(finding.title, 200)}`,
      `dsql-audit finding ${finding.id}`,
    ]),
    ...(sorted.length > shown.length ? ["", `... and ${sorted.length - shown.length} more.`] : []),
    "",
    "All of them: dsql-audit findings",
    "",
  ].join("\n");
  const tag = kind === "resolved" ? "RESOLVED" : (worst?.severity ?? "low").toUpperCase();
  return {
    kind,
    subject: subjectLine(tag, `${sorted.length} ${what}: ${counts}`, cluster),
    body,
    findingIds: sorted.map(({ id }) => id),
  };
};

const MAX_LINES = 100;
