// What a notice says of one finding: who and what, since when, how to mend it.
import { fromTo, type Instant, minute, shortIso } from "../core/base/time.ts";
import { visible } from "../core/base/visible-text.ts";
import type { DetectorWords } from "../core/findings/detector.ts";
import type { Finding } from "../core/findings/finding.ts";
import { shortId } from "../core/findings/finding-id.ts";
import { isOver } from "../core/incidents/threads.ts";
import { isSql } from "../core/remediation/has-plan.ts";
import { evidenceLines } from "../wording/evidence-text.ts";
import { foundAgainText } from "../wording/found-days-text.ts";
import { type Blanks, type Commands, spokenCommands, withoutProgram } from "./command-line.ts";
import { bullet, wrapped, wrappedSql } from "./page.ts";

const isoOf = (value: unknown): Instant | undefined =>
  typeof value === "string" && !Number.isNaN(Date.parse(value)) ? Date.parse(value) : undefined;

/** When it began, as sure as snapshots and connections make it, and how often it was found since. */
export const sinceLines = (finding: Finding): string[] => {
  const again = foundAgainText(finding);
  return [...beganLines(finding), ...(again === undefined ? [] : wrapped(again))];
};

const beganLines = (finding: Finding): string[] => {
  const since = finding.evidence.since as { after?: unknown; by?: unknown } | undefined;
  const after = isoOf(since?.after);
  const by = isoOf(since?.by);
  if (by !== undefined) {
    return wrapped(
      after === undefined
        ? `The first snapshot, of ${minute(by)}, already shows it. When it began is not known.`
        : `It began between ${minute(after)} and ${minute(by)}, the times of the snapshots before and after.`,
    );
  }
  const { firstSeenAt, lastSeenAt, life, evidence } = finding;
  // A state holds until it is mended: the last look at it is no end.
  const goesOn = !isOver(finding) && (life === "state" || evidence.goesOn === true);
  const stretch = fromTo(firstSeenAt, lastSeenAt);
  return [goesOn ? stretch.replace(" to ", ", and still at ") : stretch];
};

export const aboutLines = ({ cluster, subject }: Finding): string[] =>
  [
    ["Cluster", cluster],
    ["Principal", subject.principal],
    ["Database role", subject.role],
    ["Object", subject.object],
  ].flatMap(([label, value]) =>
    value === undefined ? [] : wrapped(`${label}: ${visible(value, 300)}`, "  "),
  );

/** Whether it is over, or somebody takes care of it. One that its cluster took along was not mended, whatever its status says. */
const stateOf = (finding: Finding): string => {
  const { status, clusterGoneAt } = finding;
  if (isOver(finding) && clusterGoneAt === undefined)
    return status === "resolved" ? " (resolved)" : " (ended)";
  return status === "acknowledged" ? " (acknowledged)" : "";
};

/** A line of a list: how bad, what, whether it is over, and the id that commands take; `more` stands before the id. */
export const findingLine = (finding: Finding, more = "", state = stateOf(finding)): string[] =>
  bullet(
    `${finding.severity.toUpperCase()} ${visible(finding.title, 300)}${state}${more} [${shortId(finding.id)}]`,
  );

const SHOWN_EVENTS = 5;

/** Some of them: by these the records are found in the trail's files. */
const eventLines = ({ eventIds = [] }: Finding): string[] => {
  const shown = eventIds.slice(0, SHOWN_EVENTS).map((id) => visible(id, 64));
  const more = eventIds.length - shown.length;
  const all = more > 0 ? [...shown, `and ${more} more in the finding`] : shown;
  return all.length ? wrapped(`CloudTrail events, some of them: ${all.join(", ")}`, "  ") : [];
};

export const seenLines = (finding: Finding, words: DetectorWords | undefined): string[] => [
  ...evidenceLines(finding.evidence, words?.evidence).flatMap((line) => wrapped(line, "  ")),
  ...eventLines(finding),
];

/** SQL keeps its line feeds, and nothing else that is not seen. */
export const fixLines = (fix: string): string[] => {
  const shown = withoutProgram(fix)
    .split("\n")
    .map((line) => visible(line, 4000))
    .join("\n");
  return isSql(fix) ? wrappedSql(shown) : shown.split("\n").flatMap((line) => wrapped(line, "  "));
};

const blanksOf = ({
  id,
  cluster,
  firstSeenAt,
  lastSeenAt,
  subject: { principal, role },
}: Finding): Blanks => ({
  FINDING: id,
  CLUSTER: cluster,
  FROM: shortIso(firstSeenAt),
  TO: shortIso(lastSeenAt),
  ...(principal !== undefined && { PRINCIPAL: principal }),
  // PostgreSQL has none that is longer (NAMEDATALEN), and a line has no room for it.
  ...(role !== undefined && role.length <= 63 && { ROLE: role }),
});

/** Whether two snapshots bound when a role came to it: then its timeline says who could have done it. */
const isBounded = ({ evidence, subject }: Finding): boolean => {
  const { after, by } = (evidence.since ?? {}) as { after?: unknown; by?: unknown };
  return subject.role !== undefined && isoOf(after) !== undefined && isoOf(by) !== undefined;
};

/** A grant leaves no record in CloudTrail: what is known is who was connected as admin, or as the grantor, at the time. */
export const whoDidItLines = (finding: Finding, run: Commands): string[] =>
  isBounded(finding)
    ? [
        "To see who could have done it:",
        ...spokenCommands("`dsql-audit history timeline --role ROLE`", run, blanksOf(finding)),
      ]
    : [];

/** A detector's document, and the commands that it names. */
export const docLines = (text: string, finding: Finding, run: Commands): string[] => [
  ...wrapped(withoutProgram(text)),
  ...spokenCommands(text, run, blanksOf(finding)),
];

/** What to do first. The commands are those of the detector's own document: a fix holds names that others choose. */
export const firstStepLines = (
  finding: Finding,
  words: DetectorWords | undefined,
  run: Commands,
): string[] => {
  const { fix } = finding;
  if (fix === undefined) return words ? docLines(words.docs.fix, finding, run) : [];
  return [...fixLines(fix), ...(words ? spokenCommands(words.docs.fix, run, blanksOf(finding)) : [])];
};
