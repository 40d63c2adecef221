// What the demonstration says in the end: what happened, what the auditor made of it, where to look next.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import wrapAnsi from "wrap-ansi";
import { DAY, HOUR, iso } from "../../lib/core/base/time.ts";
import { principalName } from "../../lib/core/base/visible-text.ts";
import { declaredAccessAt } from "../../lib/queries/baseline-drift.ts";
import type { ReadStore } from "../../lib/store/open-store.ts";
import { BASELINE_FILE } from "../../local/demo/declare.ts";
import { principals } from "../../local/demo/estate.ts";
import type { DemoResult } from "../../local/demo/run.ts";
import { severityStyle } from "../findings/finding-columns.ts";
import type { Io } from "../io.ts";
import { type Column, lineWidth, printable, tableLines } from "../output.ts";
import type { DemoPlan } from "./demo-plan.ts";
import { foundAfter, type Told, toldOf } from "./planted.ts";

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
  /** The published baseline and the drift from it; null: none was published. */
  readonly baseline: {
    readonly file: string;
    readonly publishedAt: string;
    readonly components: number;
    readonly drift: readonly string[];
  } | null;
  readonly emails: readonly { readonly file: string; readonly subject: string }[];
  readonly live: readonly string[];
  readonly folder: string;
  /** The plan of one finding, proven; null: none that was tried is. */
  readonly plan?: DemoPlan | null;
  readonly tryNext: readonly string[];
};

const SHOWN_EMAILS = 12;

const isSummary = ({ subject }: { readonly subject: string }): boolean =>
  /^\[(?:DAILY|WEEKLY)\]/.test(subject);

/** The mails about incidents, for a person who looks for what was planted; summaries are counted. */
const emailLines = (
  { emails, folder }: DemoDocument,
  hanging: (lead: string, text: string) => string,
): string[] => {
  const told = emails.filter((email) => !isSummary(email));
  const more = told.length - SHOWN_EMAILS;
  return [
    `${emails.length} emails in ${folder}/outbox: ${emails.length - told.length} daily and weekly summaries, and these:`,
    ...told.slice(0, SHOWN_EMAILS).map(({ file, subject }) => hanging(`  ${file.slice(0, 4)}  `, subject)),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
};

/** The emails in the order in which they were sent: the unfolded subject, and the text. */
const mailsIn = (outbox: string): { file: string; subject: string; text: string }[] =>
  readdirSync(outbox)
    .filter((file) => file.endsWith(".eml"))
    .sort()
    .map((name) => {
      const [head = "", ...body] = readFileSync(join(outbox, name), "utf8").split(/\r?\n\r?\n/);
      return {
        file: basename(name),
        subject: (/^Subject: (.*)$/m.exec(head.replace(/\r?\n[ \t]+/g, " "))?.[1] ?? "").trim(),
        text: body.join("\n\n"),
      };
    });

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
  const granted = story.changes.find(({ sql }) => sql.startsWith("GRANT DELETE"));
  const newest = await opened.snapshots.asOf(cluster, midnight + (story.days + 2) * DAY);
  const declared = newest && (await declaredAccessAt(opened, cluster, newest, newest.manifest.takenAt));
  const hour = (at: number): string => `${iso(midnight + at).slice(0, 13)}:00Z`;
  const store = `--store ${folder}/store.db`;
  const mails = mailsIn(join(folder, "outbox"));
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
    told: toldOf(
      story,
      midnight,
      findings,
      mails.map(({ file, text }) => ({ number: file.slice(0, 4), text })),
    ),
    baseline: declared
      ? {
          file: `${folder}/${BASELINE_FILE}`,
          publishedAt: iso(declared.published.at),
          components: declared.published.baseline.components.length,
          drift: (declared.drift?.rows ?? []).map(({ says }) => says),
        }
      : null,
    emails: mails.map(({ file, subject }) => ({ file, subject })),
    live: result.live,
    folder,
    tryNext: [
      `npx dsql-audit findings ${store}`,
      `npx dsql-audit explain ${principalName(principals.contractor.arn)} SELECT users_schema.users ${store}`,
      `npx dsql-audit findings --principal ${principalName(principals.contractor.arn)} --all ${store}`,
      `npx dsql-audit who-can DELETE public.orders ${store}`,
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

/** "mail 12", with what that mail said where it is no longer so; or that it stands in the list alone. */
export const toldBy = ({ finding, severity, mail, mailedSeverity }: Told): string | null => {
  if (finding === null) return null;
  if (mail === null) return "listed";
  const then = mailedSeverity === null || mailedSeverity === severity ? "" : `, as ${mailedSeverity}`;
  return `mail ${Number(mail)}${then}`;
};

const columns: readonly Column<Told>[] = [
  { head: "when (UTC)", cell: ({ at }) => short(at) },
  { head: "what was planted", cell: ({ what }) => what },
  {
    head: "found as",
    cell: ({ foundAs }) => foundAs ?? "NOT FOUND",
    style: ({ finding }) => (finding === null ? "bad" : undefined),
  },
  { head: "after", cell: (told) => foundAfter(told) },
  {
    head: "severity",
    cell: ({ severity }) => severity,
    style: ({ severity }) => (severity === null ? undefined : severityStyle(severity)),
  },
  { head: "told by", cell: toldBy },
];

/** What the baseline says, in one sentence. */
const baselineText = ({
  file,
  publishedAt,
  components,
  drift,
}: NonNullable<DemoDocument["baseline"]>): string => {
  const declares = `${file} was made with baseline init on ${publishedAt.slice(0, 10)} and published: it declares ${components} components.`;
  const [only, ...more] = drift;
  if (only === undefined) return `${declares} The access is what it declares.`;
  return more.length
    ? `${declares} Since then the access differs in ${drift.length} rows: ${drift.join("; ")}.`
    : `${declares} One GRANT since then makes exactly one row of drift: ${only}.`;
};

/** The plan in a few lines: what ends the finding, what takes it back, and what was seen of it. */
const planLines = (
  { finding, title, steps, inverse, changed }: DemoPlan,
  folder: string,
  hanging: (lead: string, text: string) => string,
): string[] => {
  const scriptLines = (texts: readonly string[]): string[] =>
    texts.flatMap((text) => text.split("\n").map((line) => `    ${printable(line)}`));
  return [
    hanging("", `A plan for one finding: ${title}`),
    ...scriptLines(steps),
    "  The way back:",
    ...scriptLines(inverse),
    hanging(
      "  ",
      `Proven on PostgreSQL 16: the finding is gone, nothing else changed (${changed} ${changed === 1 ? "row" : "rows"} of effective privileges), and the way back restores the snapshot. Nothing was run on the cluster.`,
    ),
    `  npx dsql-audit plan ${finding} --store ${folder}/store.db`,
  ];
};

/** No line of prose is longer, however wide the terminal is. */
const WIDEST = 80;

/** For people: what explains itself. As wide as the terminal at most; elsewhere nothing is wrapped. */
export const demoText = (io: Io, d: DemoDocument): string => {
  const width = lineWidth(io);
  const found = d.told.filter(({ finding }) => finding !== null).length;
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
    "At the end, real clients connected with signed tokens:",
    ...d.live.map((line) => hanging("  ", line)),
    "",
    ...emailLines(d, hanging),
    "",
    `Open the report in a browser: ${d.folder}/report.html`,
    "",
    hanging(
      "",
      `Here a mapping counts as unused after ${d.dormantDays} days, in a deployment after 90 (dormantDays). The store keeps such settings: npx dsql-audit settings --store ${d.folder}/store.db`,
    ),
    "",
    `What was planted, and what the auditor made of it: ${found} of ${d.told.length} found.`,
    ...tableLines(io, d.told, columns),
    ...d.told.flatMap(({ what, because }) =>
      because === null ? [] : [hanging("  ", `${what}: ${because}`)],
    ),
    "",
    ...(d.baseline ? [hanging("", baselineText(d.baseline)), ""] : []),
    ...(d.plan ? [...planLines(d.plan, d.folder, hanging), ""] : []),
    "Try next:",
    ...d.tryNext.map((command) => `  ${command}`),
  ].join("\n");
};
