// One notice in words: what, why, evidence, since when, the SQL that would fix it, where to look further. Pure.
// Written to be read on a phone at three in the morning: short lines, the answer first, times in UTC.

import type { Instant } from "../core/base/time.ts";
import { clusterName, visible } from "../core/base/visible-text.ts";
import type { DetectorWords } from "../core/findings/detector.ts";
import { type Finding, Severity, worstFirst } from "../core/findings/finding.ts";
import { evidenceLines, utc } from "../wording/evidence-text.ts";
import { MAX_SUBJECT, safeSubject } from "./subject.ts";

/** `risen`: told before, and more severe now. `ended`: a stretch that is over, though nothing was mended. */
export type NoticeKind = "opened" | "risen" | "ended" | "resolved";
export type Notice = {
  readonly kind: NoticeKind;
  readonly subject: string;
  readonly body: string;
  /** What it tells of, and as what: marked as told once it is out. */
  readonly told: readonly Told[];
};
type Told = { readonly id: string; readonly severity: Severity; readonly ended: boolean };

const toldOf = ({ id, severity, ends }: Finding): Told => ({ id, severity, ended: ends !== undefined });

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
        ? `The first snapshot, of ${utc(by)}, already shows it. When it began is not known.`
        : `It began between ${utc(after)} and ${utc(by)}, the times of the snapshots before and after.`,
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

/** The line below the title: how bad it is and who says so, or that it is over. */
const statusLines = (finding: Finding, kind: NoticeKind): string[] => {
  const { severity, detector, detectedAt, reopened, noticedSeverity, ends } = finding;
  const seen = `Found by ${detector} at ${utc(detectedAt)}.`;
  const level = severity.toUpperCase();
  switch (kind) {
    case "opened":
      return [
        `${level} severity. ${seen}`,
        ...(ends === undefined ? [] : [`It is over. ${ends}`]),
        ...(reopened > 0
          ? [
              `It was resolved before and has returned (${reopened === 1 ? "once" : `${reopened} times`} so far).`,
            ]
          : []),
      ];
    case "risen":
      return [`${level} severity, up from ${noticedSeverity ?? "a lower one"}. ${seen}`];
    case "ended":
      return [`ENDED. ${ends ?? "It is over."}`, `Open since ${utc(detectedAt)}.`];
    case "resolved":
      return [
        `RESOLVED. ${finding.closedBecause ?? "A complete evaluation no longer found it."}`,
        `Resolved at ${utc(finding.closedAt ?? finding.confirmedAt)}, open since ${utc(detectedAt)}.`,
      ];
    default:
      return kind satisfies never;
  }
};

const isOver = (kind: NoticeKind): boolean => kind === "resolved" || kind === "ended";

/**
 * The notice of one finding. `words`: its detector's, where the detector still exists. The subject is at most 99 ASCII
 * characters; the body is plain text without control characters but line feeds, whatever the names hold.
 */
export const noticeFor = (finding: Finding, kind: NoticeKind, words: DetectorWords | undefined): Notice => {
  const docs = words?.docs;
  const { id, severity, cluster, title, evidence, fix } = finding;
  const shown = visible(title, 400);
  const over = isOver(kind);
  const seen = kind === "resolved" ? "AS IT WAS WHEN LAST SEEN" : "WHAT WAS SEEN";
  const body = [
    shown,
    ...statusLines(finding, kind).map((line) => visible(line, 600)),
    "",
    ...aboutLines(finding),
    ...(over ? [] : paragraph("WHY IT MATTERS", docs ? [docs.why] : [])),
    ...paragraph(seen, evidenceLines(evidence, words?.evidence)),
    ...paragraph("SINCE WHEN", sinceLines(finding)),
    ...(over ? [] : paragraph("TO FIX IT", fixLines(fix, docs))),
    ...(over ? [] : paragraph("IF IT IS EXPECTED", docs ? [docs.falsePositives] : [])),
    ...paragraph("NEXT STEPS", [`dsql-audit finding ${id}`, ...(over ? [] : [`dsql-audit ack ${id}`])]),
    "",
  ].join("\n");
  const tag = over ? kind.toUpperCase() : severity.toUpperCase();
  return { kind, subject: subjectLine(tag, shown, cluster), body, told: [toldOf(finding)] };
};

/** SQL keeps its line feeds, and nothing else that is not seen. */
const fixLines = (fix: string | undefined, docs: DetectorWords["docs"] | undefined): string[] => {
  if (fix !== undefined) return fix.split("\n").map((line) => visible(line, 2000));
  return docs ? [docs.fix] : [];
};

const manyOf: Readonly<Record<NoticeKind, string>> = {
  opened: "new findings",
  risen: "findings more severe than before",
  ended: "findings ended",
  resolved: "findings resolved",
};

/** One mail for many: a count, then a line each, the worst first. */
export const noticeForMany = (findings: readonly Finding[], kind: NoticeKind): Notice => {
  const sorted = findings.toSorted(
    (a, b) =>
      worstFirst(a.severity, b.severity) ||
      (a.detector < b.detector ? -1 : a.detector > b.detector ? 1 : 0) ||
      (a.title < b.title ? -1 : 1),
  );
  const [worst] = sorted;
  const cluster = worst?.cluster ?? "";
  const counts = Severity.options
    .toReversed()
    .map((severity) => [severity, sorted.filter((f) => f.severity === severity).length] as const)
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => `${count} ${severity}`)
    .join(", ");
  const what = manyOf[kind];
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
  const tag = isOver(kind) ? kind.toUpperCase() : (worst?.severity ?? "low").toUpperCase();
  return {
    kind,
    subject: subjectLine(tag, `${sorted.length} ${what}: ${counts}`, cluster),
    body,
    told: sorted.map(toldOf),
  };
};

const MAX_LINES = 100;
