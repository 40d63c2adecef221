// The notice of one incident in words, to be read on a phone at three in the morning: the answer first, times in UTC.

import { fromTo, type Instant, minute } from "../core/base/time.ts";
import { visible } from "../core/base/visible-text.ts";
import type { DetectorWords } from "../core/findings/detector.ts";
import { type Finding, worstFirst } from "../core/findings/finding.ts";
import { isHeldBack } from "../core/findings/observe.ts";
import { isNews, type NoticeKind } from "../core/incidents/due.ts";
import type { Incident } from "../core/incidents/incident.ts";
import { isOver } from "../core/incidents/threads.ts";
import { type Commands, commandsFor, type StoreArguments } from "./command-line.ts";
import { aboutLines, docLines, findingLine, firstStepLines, seenLines, sinceLines } from "./finding-lines.ts";
import { afterwardsLines, decideLines } from "./next-steps.ts";
import { type Notice, noticeFinding, toldOf } from "./notice.ts";
import { howItEnded, isEndedEpisode, isMended, overText } from "./over-text.ts";
import { beneath, paragraph, wrapped } from "./page.ts";
import { type ReachOf, reachOfAll } from "./reach-of-all.ts";
import { shortText } from "./short-text.ts";
import { stemOf, stemText } from "./stem.ts";
import { incidentSubject } from "./subject.ts";

export type TextOptions = {
  readonly wordsOf: (detector: string) => DetectorWords | undefined;
  readonly store: StoreArguments;
  readonly reachOf?: ReachOf;
};

const SHOWN = 20;

/** The one that says most: what is new where people know the rest, then the worst of what stands, the first of these. */
const leadOf = ({ standing, tellable, findings }: Incident, kind: NoticeKind): Finding => {
  const news = kind === "more" || kind === "worse" ? standing.filter(isNews) : [];
  // What is over is over whole: the part that was closed first may have been the worst.
  const among = (kind === "over" ? [] : [news, standing, tellable]).find(({ length }) => length) ?? findings;
  return among.toSorted((a, b) => worstFirst(a.severity, b.severity))[0] ?? findings[0];
};

const tagOf = (incident: Incident, kind: NoticeKind): string => {
  if (kind === "over") return isMended(incident) ? "RESOLVED" : "ENDED";
  // How bad it is stays as it was told: no room for it beside the name.
  return kind === "more" ? "UPDATE" : incident.severity.toUpperCase();
};

/** How bad it is and since when, or how it ended. */
const statusLines = (incident: Incident, kind: NoticeKind, lead: Finding, now: Instant): string[] => {
  const { severity, openedAt, overAt, toldAt, toldSeverity, id } = incident;
  const level = severity.toUpperCase();
  const before = toldAt === undefined ? "" : ` Previous notice: ${minute(toldAt)}.`;
  const reference = `Reference: ${id}.${before}`;
  const returned =
    lead.reopened > 0
      ? [
          `It was over before and has returned (${lead.reopened === 1 ? "once" : `${lead.reopened} times`} so far).`,
        ]
      : [];
  const ended = isOver(lead) ? [`It is over. ${visible(howItEnded(lead), 600)}`] : [];
  const says: Readonly<Record<NoticeKind, readonly string[]>> = {
    opened: [
      `${level} severity. Found at ${minute(lead.detectedAt)} by ${lead.detector}.`,
      ...ended,
      ...returned,
    ],
    worse: [
      `Now ${level} severity${toldSeverity === undefined ? "" : `, ${toldSeverity} before`}. Open since ${minute(openedAt)}.`,
    ],
    more: [`This incident has grown. ${level} severity. Open since ${minute(openedAt)}.`],
    over: [overText(incident, overAt ?? now)],
  };
  return [...says[kind], reference].flatMap((line) => wrapped(line, "  "));
};

/** How each part of it ended, and what stays to know. What the notice began with need not be read twice. */
const endLines = ({ findings }: Incident): string[] =>
  findings
    .filter(isOver)
    .slice(0, SHOWN)
    .flatMap((finding) => {
      const quiet = findings.length > 1 ? [`Last seen at ${minute(finding.lastSeenAt)}.`] : [];
      const how = isEndedEpisode(finding) ? quiet : [howItEnded(finding)];
      return [...findingLine(finding), ...how.flatMap((text) => beneath(visible(text, 600)))];
    });

/** From the first to the last connection of all that goes on, where the others of it reach beyond the one that is told. */
const spanLines = ({ standing }: Incident, lead: Finding): string[] => {
  if (lead.category !== "anomalous") return [];
  const all = [lead, ...standing.filter(({ category }) => category === "anomalous")];
  const whole = fromTo(
    Math.min(...all.map(({ firstSeenAt }) => firstSeenAt)),
    Math.max(...all.map(({ lastSeenAt }) => lastSeenAt)),
  );
  return whole === fromTo(lead.firstSeenAt, lead.lastSeenAt) ? [] : [`All of this incident: ${whole}`];
};

const newsLines = ({ tellable }: Incident, lead: Finding): string[] =>
  tellable
    .filter((finding) => finding.id !== lead.id && isNews(finding))
    .slice(0, SHOWN)
    .flatMap((finding) => findingLine(finding));

const knownLines = ({ findings, tellable }: Incident, lead: Finding): string[] =>
  findings
    .filter((finding) => finding.id !== lead.id && !(tellable.includes(finding) && isNews(finding)))
    .slice(0, SHOWN)
    .flatMap((finding) => findingLine(finding));

/** The same in a few lines: what is new first, or how each part ended. */
const briefLines = (incident: Incident, kind: NoticeKind, lead: Finding): string[] => {
  if (kind === "over")
    return incident.findings
      .filter(isOver)
      .map((finding) => `Over: ${finding.title}. ${howItEnded(finding)}`);
  const news = incident.tellable.filter((finding) => finding.id !== lead.id && isNews(finding));
  return [lead, ...news].map(({ severity, title }) => `${severity.toUpperCase()}: ${title}`);
};

/** What to do while it goes on. */
const standingLines = (
  incident: Incident,
  kind: NoticeKind,
  lead: Finding,
  { wordsOf, reachOf }: TextOptions,
  run: Commands,
): string[] => {
  const words = wordsOf(lead.detector);
  const { reach, cut, several } = reachOfAll(incident, lead, reachOf);
  return [
    ...paragraph("WHAT IS NEW", kind === "opened" ? [] : newsLines(incident, lead)),
    ...paragraph("WHAT WAS SEEN", seenLines(lead, words)),
    ...paragraph(
      "ALSO IN THIS INCIDENT",
      kind === "opened"
        ? [...newsLines(incident, lead), ...knownLines(incident, lead)]
        : knownLines(incident, lead),
    ),
    ...paragraph("SINCE WHEN", [...sinceLines(lead), ...spanLines(incident, lead)]),
    ...paragraph("WHY IT MATTERS", words ? docLines(words.docs.why, lead, run) : []),
    ...paragraph("WHAT IT CAN REACH", reach),
    ...paragraph("WHAT TO DO FIRST", firstStepLines(lead, words, run)),
    ...paragraph(`TO CUT ${several ? "THEM" : "IT"} OFF`, cut),
    ...paragraph("IF IT IS EXPECTED", words ? docLines(words.docs.falsePositives, lead, run) : []),
    ...paragraph("WHAT IS NOT KNOWN", words ? docLines(words.docs.blindSpots, lead, run) : []),
  ];
};

/**
 * The notice of one incident. The subject is at most 99 ASCII characters and ends with the incident's id; the body is
 * plain text without control characters but line feeds, whatever the names hold.
 */
export const incidentNotice = (
  incident: Incident,
  kind: NoticeKind,
  now: Instant,
  options: TextOptions,
): Notice => {
  const lead = leadOf(incident, kind);
  const run = commandsFor(incident.cluster, options.store);
  const called = stemOf(incident, options.wordsOf);
  const stem = stemText(called);
  const tag = tagOf(incident, kind);
  const body = [
    // Names may hold any words: no line of theirs begins where headings and commands do.
    ...wrapped(kind === "over" ? `Over: ${visible(stem, 300)}` : visible(lead.title, 600), "  "),
    ...statusLines(incident, kind, lead, now),
    "",
    ...aboutLines(lead),
    ...(kind === "over"
      ? paragraph("HOW IT ENDED", endLines(incident))
      : standingLines(incident, kind, lead, options, run)),
    ...paragraph(
      "NEXT STEPS",
      kind === "over" ? afterwardsLines(run, incident, lead) : decideLines(run, incident, lead),
    ),
    "",
  ].join("\n");
  const { findings } = incident;
  return {
    kind,
    cluster: incident.cluster,
    incident: incident.id,
    severity: incident.severity,
    category: lead.category,
    detector: lead.detector,
    tag,
    stem,
    brief: briefLines(incident, kind, lead),
    subject: incidentSubject(tag, called, incident.cluster, incident.id),
    body,
    short: shortText(tag, kind === "over" ? stem : lead.title, incident.cluster, incident.id),
    findings: findings.map(noticeFinding),
    told: findings
      .filter((finding) => !isHeldBack(finding) && finding.status !== "exempt")
      .map((finding) => toldOf(finding, "notice")),
  };
};
