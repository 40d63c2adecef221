// Notices about many findings at once: all of a new cluster, a storm of incidents, what the day brought.

import { counted } from "../core/base/counted.ts";
import type { Cluster } from "../core/base/ids.ts";
import { type Instant, minute } from "../core/base/time.ts";
import { visible } from "../core/base/visible-text.ts";
import { type Finding, Severity, worstFirst } from "../core/findings/finding.ts";
import { shortId } from "../core/findings/finding-id.ts";
import { hasRisen, isOnlyUnknown, type SummaryNews } from "../core/incidents/due.ts";
import { type Incident, worstOf } from "../core/incidents/incident.ts";
import type { MailKind } from "../core/incidents/notice-record.ts";
import { isOver } from "../core/incidents/threads.ts";
import { type Commands, commandsFor, type StoreArguments } from "./command-line.ts";
import { findingLine } from "./finding-lines.ts";
import { type Notice, noticeFinding, toldOf } from "./notice.ts";
import { isEndedEpisode } from "./over-text.ts";
import { paragraph, wrapped } from "./page.ts";
import { shortText } from "./short-text.ts";
import { subjectLine } from "./subject.ts";

const SHOWN = 60;

/** "2 critical, 5 high, 1 medium" */
export const countsOf = (findings: readonly Finding[]): string =>
  Severity.options
    .toReversed()
    .map((severity) => [severity, findings.filter((one) => one.severity === severity).length] as const)
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => `${count} ${severity}`)
    .join(", ");

const sorted = (findings: readonly Finding[]): Finding[] =>
  findings.toSorted(
    (a, b) =>
      worstFirst(a.severity, b.severity) ||
      (a.detector < b.detector ? -1 : a.detector > b.detector ? 1 : 0) ||
      (a.title < b.title ? -1 : a.title > b.title ? 1 : 0) ||
      (a.id < b.id ? -1 : 1),
  );

/** The worst first; what goes beyond 60 is counted. `after`: what stands behind each title. */
export const findingLines = (
  findings: readonly Finding[],
  after: (finding: Finding) => string = () => "",
): string[] => {
  const shown = sorted(findings).slice(0, SHOWN);
  const more = findings.length - shown.length;
  return [
    ...shown.flatMap((finding) => findingLine(finding, after(finding))),
    ...(more > 0 ? [`... and ${more} more.`] : []),
  ];
};

/** How it ended, and what stays to know: until when a session from before may go on. */
export const endText = (finding: Finding): string => {
  const { ends, closedBecause, lastSeenAt } = finding;
  const quiet = isEndedEpisode(finding) ? `Last seen at ${minute(lastSeenAt)}.` : undefined;
  const says = closedBecause ?? ends ?? quiet;
  return says === undefined ? "" : `. ${visible(says, 300)}`;
};

const closerLines = (run: Commands, findings: readonly Finding[]): string[] => {
  const [worst] = sorted(findings);
  return [
    "All of them:",
    ...run("findings"),
    ...(worst ? ["One of them, by the id in brackets:", ...run("finding", shortId(worst.id))] : []),
  ];
};

/** "HIGH, over: OrdersApi connected ..." */
const briefLine = (finding: Finding): string =>
  `${finding.severity.toUpperCase()}${isOver(finding) ? ", over" : ""}: ${finding.title}`;

type Listed = {
  readonly cluster: Cluster;
  readonly kind: MailKind;
  readonly tag: string;
  readonly stem: string;
  readonly first: string;
  readonly lines: readonly string[];
  /** Next steps beside looking at the findings. */
  readonly next?: readonly string[];
  readonly findings: readonly Finding[];
  readonly told: Notice["told"];
  readonly store: StoreArguments;
};

/** One notice for these findings; the subject says how many. */
export const listNotice = ({
  cluster,
  kind,
  tag,
  stem,
  first,
  lines,
  next = [],
  findings,
  told,
  store,
}: Listed): Notice => {
  const run = commandsFor(cluster, store);
  const [worst] = sorted(findings);
  return {
    kind,
    cluster,
    severity: worstOf(findings.map(({ severity }) => severity)),
    ...(worst && { category: worst.category, detector: worst.detector }),
    tag,
    stem,
    brief: [first, ...sorted(findings).map(briefLine)],
    subject: subjectLine(tag, stem, cluster),
    body: [
      ...wrapped(first),
      "",
      ...wrapped(`Cluster: ${visible(cluster, 300)}`, "  "),
      ...lines,
      ...paragraph("NEXT STEPS", [...closerLines(run, findings), ...next]),
      "",
    ].join("\n"),
    short: shortText(tag, stem, cluster),
    findings: sorted(findings).map(noticeFinding),
    told,
  };
};

const urgent = ({ severity }: Finding): boolean => worstFirst(severity, "high") <= 0;

/** What the first complete evaluation of a cluster found, in one mail instead of hundreds. */
export const firstNotice = (
  cluster: Cluster,
  incidents: readonly Incident[],
  store: StoreArguments,
): Notice => {
  const all = incidents.flatMap(({ tellable }) => tellable);
  const found = all.filter((finding) => !isOnlyUnknown(finding));
  const now = found.filter(urgent);
  const later = found.filter((finding) => !urgent(finding));
  const unknown = all.length - found.length;
  const waits = unknown
    ? ` The use of ${counted(unknown, "mapping")} is not known yet: that takes time, and a proof that every connection was seen.`
    : "";
  const lead = found.length
    ? `The first evaluation of this cluster found ${counted(found.length, "finding")}: ${countsOf(found)}.`
    : "The first evaluation of this cluster found nothing that should be taken away, as far as it could look.";
  return listNotice({
    cluster,
    kind: "first",
    tag: found.length ? worstOf(found.map(({ severity }) => severity)).toUpperCase() : "OK",
    stem: found.length ? `What we found first: ${countsOf(found)}` : "Access is audited from now on",
    first: `${lead} From now on a mail comes at once for what is new and high or critical; the rest comes in a daily summary, and each week brings one of everything.${waits}`,
    lines: [
      ...paragraph("LOOK AT THESE FIRST", findingLines(now)),
      ...paragraph("WHEN THERE IS TIME", findingLines(later)),
    ],
    findings: found,
    told: found.map((finding) => toldOf(finding, urgent(finding) ? "notice" : "summary")),
    store,
  });
};

/**
 * What was told while nobody got it, in one mail: of these incidents what still goes on, and how many are over by now.
 * `since`: when the first of it went out.
 */
export const missedNotice = (
  cluster: Cluster,
  incidents: readonly Incident[],
  since: Instant,
  store: StoreArguments,
): Notice => {
  const standing = incidents.flatMap((incident) => incident.standing);
  const over = incidents.filter((incident) => !incident.standing.length).length;
  const now = standing.filter(urgent);
  const later = standing.filter((finding) => !urgent(finding));
  const gone = over
    ? ` ${over} of them ${over === 1 ? "no longer goes on, or was" : "no longer go on, or were"} accepted.`
    : "";
  const said = standing.length ? `: ${countsOf(standing)}` : ", and none of it goes on";
  return listNotice({
    cluster,
    kind: "missed",
    tag: standing.length ? worstOf(standing.map(({ severity }) => severity)).toUpperCase() : "OK",
    stem: `What you missed${said}`,
    first: `From ${minute(since)} on, mails about ${counted(incidents.length, "incident")} went out while the topic had no confirmed subscription: nobody got them. This is what still goes on of them.${gone}`,
    lines: [
      ...paragraph("LOOK AT THESE FIRST", findingLines(now)),
      ...paragraph("WHEN THERE IS TIME", findingLines(later)),
    ],
    findings: standing,
    told: standing.map((finding) => toldOf(finding, urgent(finding) ? "notice" : "summary")),
    store,
  });
};

/** Many incidents within the hour: one mail that lists them. */
export const stormNotice = (
  cluster: Cluster,
  due: readonly { readonly incident: Incident; readonly kind: MailKind }[],
  told: number,
  store: StoreArguments,
): Notice => {
  const ended = due.filter(({ kind }) => kind === "over").map(({ incident }) => incident);
  const open = due.filter(({ kind }) => kind !== "over").map(({ incident }) => incident);
  const standing = open.flatMap(({ tellable }) => tellable);
  const over = ended.flatMap(({ findings }) => findings.filter(isOver));
  const all = [...standing, ...over];
  const said = [
    ...(standing.length ? [`${counted(standing.length, "finding")}: ${countsOf(standing)}`] : []),
    ...(over.length ? [`${over.length} over`] : []),
  ].join("; ");
  return listNotice({
    cluster,
    kind: "storm",
    tag: standing.length ? worstOf(standing.map(({ severity }) => severity)).toUpperCase() : "ENDED",
    stem: `Many incidents at once: ${said}`,
    first: `${counted(due.length, "incident")} ${due.length === 1 ? "changes" : "change"} at once${told > 0 ? `, after ${counted(told, "notice")} in the last hour` : ""}. They are listed here instead of one mail each. Many at once may be one cause, or somebody who wants to hide one among them.`,
    lines: [...paragraph("OPEN", findingLines(standing)), ...paragraph("OVER", findingLines(over))],
    findings: all,
    told: all.map((finding) => toldOf(finding, "notice")),
    store,
  });
};

export type Changes = { readonly fresh: Finding[]; readonly risen: Finding[]; readonly ended: Finding[] };

/** What is new, worse and over in all of these incidents. */
export const changesIn = (all: readonly SummaryNews[]): Changes => {
  const news = all.flatMap((change) => change.news);
  return {
    fresh: news.filter((finding) => !hasRisen(finding)),
    risen: news.filter(hasRisen),
    ended: all.flatMap((change) => change.ended),
  };
};

export const changeLines = ({ fresh, risen, ended }: Changes): string[] => [
  ...paragraph("NEW", findingLines(fresh)),
  ...paragraph("WORSE THAN TOLD", findingLines(risen)),
  ...paragraph("OVER", findingLines(ended, endText)),
];

export const toldOfChanges = ({ fresh, risen, ended }: Changes): Notice["told"] =>
  [...fresh, ...risen, ...ended].map((finding) => toldOf(finding, "summary"));

/** What is new and what is over since the last summary, of what was not worth a mail of its own; undefined: nothing. */
export const dailyNotice = (
  cluster: Cluster,
  changes: Changes,
  since: Instant | undefined,
  store: StoreArguments,
): Notice | undefined => {
  const { fresh, risen, ended } = changes;
  const findings = [...fresh, ...risen, ...ended];
  if (!findings.length) return undefined;
  const said = [
    ...(fresh.length ? [`${fresh.length} new`] : []),
    ...(risen.length ? [`${risen.length} worse`] : []),
    ...(ended.length ? [`${ended.length} over`] : []),
  ].join(", ");
  return listNotice({
    cluster,
    kind: "daily",
    tag: "DAILY",
    stem: `Findings of the day: ${said}`,
    first: `Since ${since === undefined ? "the beginning" : minute(since)}: ${said}. High and critical findings come in a mail of their own.`,
    lines: changeLines(changes),
    findings,
    told: toldOfChanges(changes),
    store,
  });
};
