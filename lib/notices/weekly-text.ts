// The weekly summary: what is open and for how long, what was mended, what ends soon, how much of the week is proven. It
// comes also when all is well, because silence looks like a broken auditor.
import { counted, share } from "../core/base/counted.ts";
import type { Cluster } from "../core/base/ids.ts";
import { DAY, dayOf, type Instant } from "../core/base/time.ts";
import { principalName, visible } from "../core/base/visible-text.ts";
import type { Exemption } from "../core/findings/exemption.ts";
import { type Finding, worstFirst } from "../core/findings/finding.ts";
import { incidentsOf } from "../core/incidents/incident.ts";
import { overSince } from "../core/incidents/threads.ts";
import type { StoreArguments } from "./command-line.ts";
import { findingLine } from "./finding-lines.ts";
import { type Changes, changeLines, countsOf, endText, listNotice, toldOfChanges } from "./list-text.ts";
import type { Notice } from "./notice.ts";
import { bullet, paragraph, wrapped } from "./page.ts";

export type LeastUsed = { readonly principal: string; readonly role: string; readonly lastUseAt: Instant };

export type Week = {
  readonly from: Instant;
  readonly findings: readonly Finding[];
  /** Hours of the week, those without proof of capture, and how many of them may still be proven; null: it could not be read. */
  readonly coverage: {
    readonly hours: number;
    readonly unprovenHours: number;
    readonly pendingHours: number;
    /** What is to be said of the database's peers in other Regions, in sentences. */
    readonly peers?: readonly string[];
  } | null;
  /** Mappings in use, but not for `quietDays`, the longest unused first; null: it could not be read. */
  readonly leastUsed: readonly LeastUsed[] | null;
  readonly quietDays: number;
  readonly exemptionsEnding: readonly Exemption[];
};

const SHOWN = 20;

const listed = (lines: readonly string[][]): string[] => [
  ...lines.slice(0, SHOWN).flat(),
  ...(lines.length > SHOWN ? [`... and ${lines.length - SHOWN} more.`] : []),
];

const openLine =
  (now: Instant) =>
  (finding: Finding): string[] => {
    const days = Math.floor((now - finding.detectedAt) / DAY);
    return findingLine(
      finding,
      days < 1 ? ", open for less than a day" : `, open for ${counted(days, "day")}`,
    );
  };

/** What is over since the week began, of what people were told of. One that its cluster took along was not mended. */
const overIn = ({ from, findings }: Week) => {
  const over = findings.filter(
    (finding) => finding.noticedAt !== undefined && (overSince(finding) ?? Number.NEGATIVE_INFINITY) >= from,
  );
  const isMended = ({ status, clusterGoneAt }: Finding): boolean =>
    status === "resolved" && clusterGoneAt === undefined;
  return { mended: over.filter(isMended), ended: over.filter((finding) => !isMended(finding)) };
};

const overLine = (finding: Finding): string[] => {
  const at = overSince(finding);
  return findingLine(finding, `${at === undefined ? "" : ` (${dayOf(at)})`}${endText(finding)}`, "");
};

const endedLines = (ended: readonly Finding[]): string[] =>
  ended.length ? ["They are over, but nothing was mended.", ...listed(ended.map(overLine))] : [];

/** "3 findings were resolved and 2 ended this week." */
const overText = (mended: number, ended: number): string =>
  `${counted(mended, "finding")} ${mended === 1 ? "was" : "were"} resolved${ended ? ` and ${ended} ended` : ""} this week.`;

const coverageLines = ({ coverage }: Week): string[] => {
  if (!coverage) return ["It could not be read: how much of the week is proven is not known."];
  const { hours, unprovenHours, pendingHours, peers = [] } = coverage;
  const missing = unprovenHours - pendingHours;
  const proven = wrapped(
    [
      `${share(hours - unprovenHours, hours)} of the week: ${hours - unprovenHours} of ${counted(hours, "hour")}.`,
      ...(missing > 0
        ? [`In ${counted(missing, "hour")} somebody may have connected unseen: there is no proof of them.`]
        : []),
      ...(pendingHours > 0
        ? [
            `The newest ${counted(pendingHours, "hour")} ${pendingHours === 1 ? "is" : "are"} not proven yet: proof comes late.${missing > 0 ? "" : " No older hour is unproven."}`,
          ]
        : []),
    ].join(" "),
  );
  return [...proven, ...peers.flatMap((line) => wrapped(line))];
};

const leastUsedLines = ({ leastUsed, quietDays }: Week): string[] => {
  if (!leastUsed) return ["It could not be read."];
  return leastUsed.length
    ? listed(
        leastUsed.map(({ principal, role, lastUseAt }) =>
          bullet(`${principalName(principal)} as ${visible(role, 64)}, last used ${dayOf(lastUseAt)}`),
        ),
      )
    : wrapped(
        `No mapping in use has been idle for ${counted(quietDays, "day")} or more. Those that are out of use are findings.`,
      );
};

const exemptionLine = ({ detector, subject, owner, until }: Exemption): string[] =>
  bullet(
    `${dayOf(until)}: ${detector} of ${visible(subject.role ?? subject.principal ?? subject.object ?? "the cluster", 100)} (${visible(owner, 64)})`,
  );

/** The worst first; of equals what is open the longest. */
const sortedByAge = (findings: readonly Finding[]): readonly Finding[] =>
  findings.toSorted((a, b) => worstFirst(a.severity, b.severity) || a.detectedAt - b.detectedAt);

/** The summary of one week of one cluster, with what is new since the last summary of a day. */
export const weeklyNotice = (
  cluster: Cluster,
  week: Week,
  changes: Changes,
  now: Instant,
  store: StoreArguments,
): Notice => {
  const open = incidentsOf(week.findings).flatMap(({ standing }) => standing);
  const { mended, ended } = overIn(week);
  // What stands in the lists of the week need not be read twice.
  const listedOver = new Set([...mended.slice(0, SHOWN), ...ended.slice(0, SHOWN)].map(({ id }) => id));
  const before = { ...changes, ended: changes.ended.filter(({ id }) => !listedOver.has(id)) };
  const said = open.length ? `${open.length} open (${countsOf(open)})` : "nothing open";
  return listNotice({
    cluster,
    kind: "weekly",
    tag: "WEEKLY",
    stem: `${said}, ${mended.length} resolved${ended.length ? `, ${ended.length} ended` : ""}`,
    first: `${
      open.length
        ? `${counted(open.length, "finding")} ${open.length === 1 ? "is" : "are"} open: ${countsOf(open)}.`
        : "No finding is open, as far as the auditor could look."
    } ${overText(mended.length, ended.length)}`,
    lines: [
      ...changeLines(before),
      ...paragraph("OPEN", listed(sortedByAge(open).map(openLine(now)))),
      ...paragraph("RESOLVED THIS WEEK", listed(mended.map(overLine))),
      ...paragraph("ENDED THIS WEEK", endedLines(ended)),
      ...paragraph("CAPTURE PROVEN", coverageLines(week)),
      ...paragraph("LEAST USED ACCESS", leastUsedLines(week)),
      ...paragraph("EXEMPTIONS THAT END SOON", listed(week.exemptionsEnding.map(exemptionLine))),
    ],
    findings: open,
    told: toldOfChanges(changes),
    store,
  });
};
