// What the demonstration says in the end: what happened, what the auditor made of it, where to look next.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import wrapAnsi from "wrap-ansi";
import { DAY, HOUR, type Interval, iso } from "../../lib/core/base/time.ts";
import type { Finding } from "../../lib/core/findings/finding.ts";
import type { ReadStore } from "../../lib/store/open-store.ts";
import { principals } from "../../local/demo/estate.ts";
import type { DemoResult } from "../../local/demo/run.ts";
import { printable } from "../output.ts";

/** A planted event of the story, and the finding that it led to; null: none, which the text then says. */
export type Told = {
  readonly at: string;
  readonly what: string;
  readonly finding: string | null;
  readonly title: string | null;
  readonly status: string | null;
  readonly detectedAt: string | null;
  /** What a newcomer would ask about it. */
  readonly because: string | null;
};

export type DemoDocument = {
  readonly cluster: string;
  readonly from: string;
  readonly days: number;
  readonly dormantDays: number;
  readonly seconds: number;
  readonly snapshots: number;
  readonly connections: number;
  readonly lostInOutage: number;
  readonly deliveries: number;
  readonly counted: number;
  readonly told: readonly Told[];
  readonly emails: readonly { readonly file: string; readonly subject: string }[];
  readonly live: readonly string[];
  readonly folder: string;
  readonly tryNext: readonly string[];
};

const SHOWN_EMAILS = 12;

/** The unfolded subject of an .eml file. */
const subjectOf = (file: string): string => {
  const head = readFileSync(file, "utf8").split(/\r?\n\r?\n/, 1)[0] ?? "";
  return (/^Subject: (.*)$/m.exec(head.replace(/\r?\n[ \t]+/g, " "))?.[1] ?? "").trim();
};

/** Reads the store that the demonstration left. `folder` is how a person would type it. */
export const demoDocument = async (
  opened: ReadStore,
  result: DemoResult,
  folder: string,
  seconds: number,
): Promise<DemoDocument> => {
  const { cluster, midnight, story } = result;
  const findings = await opened.findings.list(cluster);
  const profiles = await opened.activity.hours(cluster, {
    from: midnight,
    to: midnight + (story.days + 2) * DAY,
  });
  const counted = profiles.flatMap(({ tallies }) => tallies).reduce((sum, { count }) => sum + count, 0);
  // The first that was found of it from then on: a detector finds other things too, and the same one again later.
  const told = (at: number, what: string, matches: (finding: Finding) => boolean, because?: string): Told => {
    const finding = findings
      .filter((found) => found.detectedAt >= midnight + at && matches(found))
      .toSorted((a, b) => a.detectedAt - b.detectedAt)[0];
    return {
      at: iso(midnight + at),
      what,
      finding: finding?.id ?? null,
      title: finding?.title ?? null,
      status: finding ? (finding.verdict ?? finding.status) : null,
      detectedAt: finding ? iso(finding.detectedAt) : null,
      because: because ?? null,
    };
  };
  const about = (detector: string, who: keyof typeof principals) => (finding: Finding) =>
    finding.detector === detector && finding.subject.principal === principals[who].arn;
  /** Of the detector, about this stretch of the story or a part of it. */
  const during = (detector: string, { from, to }: Interval) => {
    const [begins, ends] = [midnight + from, midnight + to];
    return (finding: Finding) =>
      finding.detector === detector && finding.firstSeenAt < ends && finding.lastSeenAt > begins;
  };
  const granted = story.changes.find(({ sql }) => sql.startsWith("GRANT DELETE"));
  const hour = (at: number): string => `${iso(midnight + at).slice(0, 13)}:00Z`;
  const store = `--store ${folder}/store.db`;
  const outbox = join(folder, "outbox");
  return {
    cluster,
    from: iso(midnight),
    days: story.days,
    dormantDays: story.dormantDays,
    seconds,
    snapshots: result.snapshots,
    connections: result.connections,
    lostInOutage: result.lost,
    deliveries: result.deliveries,
    counted,
    told: [
      told(
        story.contractorLastUsed,
        "the contractor connects for the last time",
        about("dormant-mapping", "contractor"),
      ),
      told(
        granted?.at ?? 0,
        "api_readonly, read-only by name, may DELETE from orders",
        ({ detector, subject }) =>
          detector === "privilege-exceeds-archetype" && subject.role === "api_readonly",
      ),
      told(
        story.analyticsLastUsed,
        "the analyst connects for the last time",
        about("dormant-mapping", "analytics"),
        `later than after ${story.dormantDays} days: until the capture gap below had left the window, the verdict was unknown`,
      ),
      told(
        story.outage.from,
        "for three days no record of a connection arrives: a CloudTrail capture gap",
        during("capture-gap", story.outage),
      ),
      told(
        story.newNetwork.at,
        "the user service's role comes from a new network",
        (finding) =>
          about("new-network", "userService")(finding) &&
          during("new-network", { from: story.newNetwork.at, to: story.newNetwork.at + HOUR })(finding),
      ),
    ],
    emails: readdirSync(outbox)
      .filter((file) => file.endsWith(".eml"))
      .sort()
      .map((file) => ({ file: basename(file), subject: subjectOf(join(outbox, file)) })),
    live: result.live,
    folder,
    tryNext: [
      `npx dsql-audit findings ${store}`,
      `npx dsql-audit privileges --role api_readonly --at ${hour((granted?.at ?? 0) + 2 * HOUR)} ${store}`,
      `npx dsql-audit history diff --from ${hour(granted?.at ?? 0)} --to ${hour((granted?.at ?? 0) + 2 * HOUR)} ${store}`,
    ],
  };
};

const short = (instant: string): string => instant.slice(0, 16).replace("T", " ");

/** `text` after `head`, at most `width` columns wide, its further lines below its first. */
const hang = (width: number, head: string, text: string): string => {
  const shown = printable(text);
  const lines = Number.isFinite(width)
    ? wrapAnsi(shown, Math.max(20, width - head.length), { hard: true }).split("\n")
    : [shown];
  return lines.map((line, i) => (i === 0 ? head : " ".repeat(head.length)) + line).join("\n");
};

type Hanging = (head: string, text: string) => string;

const toldText = ({ at, what, title, status, detectedAt, because }: Told, hanging: Hanging): string[] => [
  hanging(`  ${short(at)}  `, what),
  title === null || detectedAt === null
    ? "      nothing was found"
    : hanging(`    found ${short(detectedAt)}  `, `${title} (${status})`),
  ...(because === null ? [] : [hanging("                            ", because)]),
];

/** No line of prose is longer, however wide the terminal is. */
const WIDEST = 80;

/** For people: a screenful that explains itself. `width` of the terminal; infinite: nothing is wrapped. */
export const demoText = (d: DemoDocument, width: number): string => {
  const hanging = hang.bind(null, Number.isFinite(width) ? Math.min(WIDEST, width) : width);
  const n = (value: number): string => value.toLocaleString("en-US");
  return [
    "",
    `${d.days} days in the life of a company with one DSQL cluster, simulated in ${d.seconds} s:`,
    `${n(d.snapshots)} snapshots of its roles, mappings and grants, and ${n(d.connections)} connections.`,
    hanging(
      "",
      `${n(d.lostInOutage)} of these fell into a CloudTrail capture gap: their records never arrived. Each of the others arrived twice, by EventBridge and in a trail file, and was counted once: ${n(d.deliveries)} deliveries, ${n(d.counted)} connections.`,
    ),
    "",
    "What happened, and what the auditor found (times are UTC):",
    ...d.told.flatMap((told) => toldText(told, hanging)),
    "",
    "At the end, real clients connected with signed tokens:",
    ...d.live.map((line) => hanging("  ", line)),
    "",
    `${d.emails.length} emails in ${d.folder}/outbox:`,
    ...d.emails
      .slice(0, SHOWN_EMAILS)
      .map(({ file, subject }) => hanging(`  ${file.slice(0, 4)}  `, subject)),
    ...(d.emails.length > SHOWN_EMAILS ? [`  and ${d.emails.length - SHOWN_EMAILS} more`] : []),
    "",
    `Open the report in a browser: ${d.folder}/report.html`,
    "",
    hanging(
      "",
      `Verdicts rest on ${d.dormantDays} days here, on 90 elsewhere: the store keeps its settings, and detect follows them. See: npx dsql-audit settings`,
    ),
    "",
    "Try next:",
    ...d.tryNext.map((command) => `  ${command}`),
  ].join("\n");
};
