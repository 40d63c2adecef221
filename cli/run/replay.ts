// `dsql-audit replay`: judges a recorded stretch offline, hour by hour, storing nothing.
import { resolve } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { readFolder } from "../../lib/cloudtrail/read-folder.ts";
import { tableIndex } from "../../lib/core/activity/tally-table.ts";
import { FALSE_FINDINGS_PER_WEEK } from "../../lib/core/anomaly/constants.ts";
import { parseInterval } from "../../lib/core/base/parse-time.ts";
import { DAY, HOUR, type Interval, iso, MINUTE } from "../../lib/core/base/time.ts";
import type { Baseline } from "../../lib/core/baseline/baseline.ts";
import type { Coverage } from "../../lib/core/coverage/coverage.ts";
import { withDeclaredOptions } from "../../lib/core/findings/baseline-options.ts";
import { windowOptions } from "../../lib/core/findings/dormant-window.ts";
import type { Facts } from "../../lib/core/findings/facts.ts";
import type { Finding } from "../../lib/core/findings/finding.ts";
import { type DetectorOptions, judgeWith } from "../../lib/core/findings/judge.ts";
import { type ReplayRange, replay } from "../../lib/core/findings/replay.ts";
import { auditView } from "../../lib/core/findings/view.ts";
import { detectors } from "../../lib/detectors/index.ts";
import { AuditError } from "../../lib/errors.ts";
import { type FindingDocument, findingDocument } from "../../lib/queries/finding-document.ts";
import { readBaseline, requireSameCluster } from "../ask/baseline-file.ts";
import type { AddCommand } from "../command.ts";
import { findingColumns } from "../findings/finding-columns.ts";
import { sayNotJudged } from "../findings/not-judged.ts";
import type { Io } from "../io.ts";
import { printable, printRows } from "../output.ts";
import { progressLine } from "../progress.ts";
import { keepHeapSmall } from "../small-heap.ts";
import { pickActivity, readCatalog, readMappings } from "./replay-inputs.ts";
import { sayNothingRead, sayPassedOver } from "./trail-input.ts";

type Options = {
  readonly mappings: string;
  readonly catalog?: string;
  readonly baseline?: string;
  readonly events: string;
  readonly cluster?: string;
  readonly from?: string;
  readonly to?: string;
  readonly step: string;
  readonly dormantDays?: string;
  readonly falseFindings?: string;
  readonly json?: boolean;
  readonly ndjson?: boolean;
  readonly exitCode?: boolean;
};

/** What needs a running auditor's own notes is not asked of recorded files. */
const offline = detectors.filter(
  ({ needs = [] }) =>
    !needs.some((need) => ["ownLogins", "captureCheck", "snapshots", "auditorRole"].includes(need)),
);

const MAX_MOMENTS = 200_000;
const SHOWN_PROBLEMS = 5;
const TURN_MS = 50;

const parseStep = (text: string): number => {
  const [, count, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const stepMs = Number(count) * ({ m: MINUTE, h: HOUR, d: DAY }[unit ?? ""] ?? Number.NaN);
  if (!(stepMs >= MINUTE)) {
    throw new AuditError("usage", `cannot read the step ${JSON.stringify(text)}`, {
      hint: "Use 15m, 1h or 1d.",
    });
  }
  return stepMs;
};

const parseDays = (text: string | undefined): DetectorOptions => {
  if (text === undefined) return {};
  const days = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (days < 1)
    throw new AuditError("usage", `--dormant-days must be a number of days, not ${JSON.stringify(text)}`);
  return windowOptions(days);
};

/** What the baseline sets, and over it what was said on the command line. */
const optionsOf = (
  { dormantDays }: Options,
  declared: Baseline | undefined,
  cluster: string,
): DetectorOptions => withDeclaredOptions(offline, declared, cluster, parseDays(dormantDays));

const parseBudget = (text: string | undefined): number => {
  const budget = text === undefined ? FALSE_FINDINGS_PER_WEEK : Number(text);
  if (!(budget > 0 && budget <= 100))
    throw new AuditError(
      "usage",
      `--false-findings must be above 0 and at most 100, not ${JSON.stringify(text)}`,
    );
  return budget;
};

const extent = (coverage: Coverage): Interval | undefined => {
  const [first] = coverage;
  const last = coverage.at(-1);
  return first && last && { from: first.from, to: last.to };
};

const run = async (options: Options, io: Io): Promise<FindingDocument[]> => {
  const say = (line: string): void => void io.stderr.write(`${printable(line)}\n`);
  const stepMs = parseStep(options.step);
  const declared = options.baseline === undefined ? undefined : readBaseline(io, options.baseline);
  if (declared && options.catalog === undefined)
    throw new AuditError("usage", "--baseline needs --catalog: a baseline is compared with a snapshot");
  const falseFindingsPerWeek = parseBudget(options.falseFindings);
  // Times are read before the folder is, so that a mistyped one is told at once.
  const anytime = { from: Number.MIN_SAFE_INTEGER, to: Number.MAX_SAFE_INTEGER };
  const asked = parseInterval(options, io.now(), anytime);
  const mappings = readMappings(resolve(io.cwd, options.mappings));
  const catalog = options.catalog === undefined ? undefined : readCatalog(resolve(io.cwd, options.catalog));
  const progress = progressLine(io);
  const stopLooking = keepHeapSmall();
  try {
    const wholeHours = (asked.from === anytime.from || asked.from % HOUR === 0) && stepMs % HOUR === 0;
    const folder = await readFolder(resolve(io.cwd, options.events), {
      unit: wholeHours ? HOUR : MINUTE,
      onProgress: ({ files, totalFiles, records }) => {
        io.signal.throwIfAborted();
        progress.update(`${files} of ${totalFiles} files, ${records} records`);
      },
    });
    progress.done();
    if (folder.files || folder.digests) sayPassedOver(io, folder.passedOver);
    else sayNothingRead(io, options.events, folder.passedOver);
    for (const { file, reason } of folder.digestProblems.slice(0, SHOWN_PROBLEMS)) say(`${file}: ${reason}`);
    const activity = pickActivity(folder, options.cluster ?? catalog?.cluster, say);
    if (folder.rejected.length) {
      const [first] = folder.rejected;
      say(
        `${folder.rejected.length} inputs could not be read, the first is ${first?.file}: ${first?.reason}`,
      );
    }
    if (declared) requireSameCluster(options.baseline ?? "", declared, activity.cluster);
    const judge = judgeWith(offline, optionsOf(options, declared, activity.cluster));
    const range = rangeOf(asked, anytime, extent(activity.coverage), stepMs);
    const facts: Facts = {
      cluster: activity.cluster,
      now: range.to,
      snapshot: catalog ? { catalog, takenAt: range.from, seq: 0 } : null,
      firstSnapshotAt: mappings.firstSnapshotAt,
      mappingPeriods: mappings.periods,
      agesAssumed: mappings.agesAssumed,
      mappingsApart: true,
      activity: tableIndex(activity.tallies),
      coverage: activity.coverage,
      doubts: folder.doubtsOf(activity.cluster, range.to),
      captureExpectedFrom: range.from,
      settleMs: 0,
      archetypes: {},
      baseline: declared,
      auditor: null,
      falseFindingsPerWeek,
    };
    const findings = await stepThrough(facts, judge, range, io, progress.update);
    progress.done();
    sayNotJudged(io, judge(auditView(facts)).looks);
    return findings.map(findingDocument);
  } finally {
    stopLooking();
    progress.done();
  }
};

const rangeOf = (
  asked: Interval,
  anytime: Interval,
  recorded: Interval | undefined,
  stepMs: number,
): ReplayRange => {
  const from = asked.from === anytime.from ? recorded?.from : asked.from;
  const to = asked.to === anytime.to ? recorded?.to : asked.to;
  if (from === undefined || to === undefined) {
    throw new AuditError("usage", "the folder holds no trail file to take the stretch from", {
      hint: "Say it with --from and --to.",
    });
  }
  if (from > to) throw new AuditError("usage", `from ${iso(from)} is after to ${iso(to)}`);
  if ((to - from) / stepMs > MAX_MOMENTS) {
    throw new AuditError("usage", `that is more than ${MAX_MOMENTS} steps`, {
      hint: "Take a longer --step.",
    });
  }
  return { from, to, stepMs };
};

const stepThrough = async (
  facts: Facts,
  judge: ReturnType<typeof judgeWith>,
  range: ReplayRange,
  io: Io,
  update: (text: string) => void,
): Promise<Finding[]> => {
  const moments = replay(facts, judge, range);
  let turnAt = performance.now();
  for (;;) {
    const { done, value } = moments.next();
    if (done) return value;
    if (performance.now() - turnAt < TURN_MS) continue;
    update(`evaluating ${iso(value).slice(0, 13)}:00Z`);
    await nextTurn();
    io.signal.throwIfAborted();
    turnAt = performance.now();
  }
};

export const addReplay: AddCommand = (program, io, finish) => {
  program
    .command("replay")
    .summary("run the detectors on recorded files, storing nothing")
    .description(
      "Runs the detectors hour by hour on mappings and trail files, and prints every finding that was ever open.\n" +
        "An hour counts as covered when the folder holds a trail file of it. Mappings without a time\n" +
        "(a plain array of rows) count as present all along, and every finding says so.",
    )
    .requiredOption("--mappings <file>", "rows of sys.iam_pg_role_mappings as JSON, or [{capturedAt, rows}]")
    .option("--catalog <file>", "a snapshot, to evaluate privileges too (snapshot --out FILE)")
    .option(
      "--baseline <file>",
      "the declared access (access.yml), to evaluate drift from it too; needs --catalog",
    )
    .requiredOption("--events <dir>", "a folder of trail files, in any layout")
    .option("--cluster <arn>", "the cluster, if the files name more than one")
    .option("--from <time>", "first moment (default: where the files begin)")
    .option("--to <time>", "last moment (default: where they end)")
    .option("--step <duration>", "time between evaluations: 15m, 1h, 1d", "1h")
    .option("--dormant-days <n>", "the window, in days (default: 90)")
    .option("--false-findings <n>", "accepted false findings of unusual connections a week (default: 1)")
    .option("--exit-code", "exit with 2 when there is a finding")
    .option("--json", "one JSON document on stdout")
    .option("--ndjson", "one finding as JSON a line")
    .addHelpText(
      "after",
      "\nExample:\n  $ dsql-audit replay --mappings mappings.json --events ./trail \\\n      --from 2026-01-01 --to 2026-05-01 --json",
    )
    .action(async (options: Options) => {
      const found = await run(options, io);
      printRows(io, options, found, findingColumns, "Nothing was found in this stretch.");
      if (options.exitCode && found.length) finish(2);
    });
};
