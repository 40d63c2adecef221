// `dsql-audit backtest`: what a threshold would have alerted over the history in the store. Nothing is stored.

import { setImmediate as nextTurn } from "node:timers/promises";
import { counted } from "../../lib/core/base/counted.ts";
import { parseInterval, upToNow } from "../../lib/core/base/parse-time.ts";
import { DAY, HOUR, iso } from "../../lib/core/base/time.ts";
import { type AlertDay, alertsPerDay } from "../../lib/core/findings/alerts-per-day.ts";
import { withDeclaredOptions } from "../../lib/core/findings/baseline-options.ts";
import { DORMANT_DAYS, windowOptions } from "../../lib/core/findings/dormant-window.ts";
import type { Finding } from "../../lib/core/findings/finding.ts";
import { judgeWith } from "../../lib/core/findings/judge.ts";
import { replay } from "../../lib/core/findings/replay.ts";
import { detectorOf, detectors } from "../../lib/detectors/index.ts";
import { AuditError } from "../../lib/errors.ts";
import { recordedFacts } from "../../lib/jobs/recorded-facts.ts";
import type { AddCommand } from "../command.ts";
import {
  addOutputOptions,
  addStoreOptions,
  type OutputFlags,
  pickCluster,
  type StoreOptions,
  withStore,
} from "../context.ts";
import type { Io } from "../io.ts";
import { type Column, paragraph, printRows } from "../output.ts";
import { progressLine } from "../progress.ts";
import { detectOptions, settingsOf } from "./judge-settings.ts";

type Options = StoreOptions &
  OutputFlags & {
    readonly detector: string;
    readonly set: string[];
    readonly from?: string;
    readonly to?: string;
  };

/** Thirty days say more than a week, and are judged in moments. */
const DEFAULT_DAYS = 30;
const TURN_MS = 50;

const columns: readonly Column<AlertDay>[] = [
  { head: "day", cell: ({ day }) => day },
  { head: "alerts", cell: ({ alerts }) => String(alerts) },
  { head: "mailed", cell: ({ mailed }) => String(mailed) },
  { head: "first", cell: ({ titles }) => titles[0] ?? "-" },
];

/** The answer in a sentence: how many in all, on how many days. */
const totalText = (detector: string, days: readonly AlertDay[]): string => {
  const sum = (of: (day: AlertDay) => number): number => days.reduce((all, day) => all + of(day), 0);
  const alerts = sum((day) => day.alerts);
  const stretch = `in ${counted(days.length, "day")}, from ${days[0]?.day} to ${days.at(-1)?.day}`;
  if (!alerts) return `${detector} would have alerted nothing ${stretch}.`;
  const loud = sum((day) => (day.alerts ? 1 : 0));
  return `${detector} would have alerted ${counted(alerts, "time")} ${stretch}: on ${counted(loud, "day")}; ${sum((day) => day.mailed)} would have been mailed at once.`;
};

const isOfActivity = ({ id, category, needs = [] }: (typeof detectors)[number]): boolean =>
  category === "anomalous" ||
  id === "capture-gap" ||
  (category === "dormant" && needs.every((need) => need === "mappings"));

/** AuditError("usage") for a detector that there is not, or that judges catalogs and not activity. */
const pickDetector = (id: string) => {
  const usable = detectors.filter(isOfActivity);
  const detector = detectorOf(id);
  if (detector && isOfActivity(detector)) return detector;
  throw new AuditError(
    "usage",
    detector
      ? `${id} does not judge activity, which is what a backtest goes through`
      : `there is no detector ${JSON.stringify(id)}`,
    { hint: `Those that can be tried: ${usable.map((one) => one.id).join(", ")}` },
  );
};

const optionValue = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

/** `days=30` as an option; a value that is JSON counts as such. */
const parseSet = (texts: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf("=");
      if (at < 1) throw new AuditError("usage", `--set takes option=value, not ${JSON.stringify(text)}`);
      return [text.slice(0, at), optionValue(text.slice(at + 1))];
    }),
  );

const stepThrough = async (moments: ReturnType<typeof replay>, io: Io): Promise<Finding[]> => {
  const progress = progressLine(io);
  let turnAt = performance.now();
  try {
    for (;;) {
      const { done, value } = moments.next();
      if (done) return value;
      if (performance.now() - turnAt < TURN_MS) continue;
      progress.update(`evaluating ${iso(value).slice(0, 13)}:00Z`);
      await nextTurn();
      io.signal.throwIfAborted();
      turnAt = performance.now();
    }
  } finally {
    progress.done();
  }
};

const run = async (io: Io, options: Options): Promise<AlertDay[]> => {
  const detector = pickDetector(options.detector);
  const now = io.now();
  const asked = parseInterval(options, now, { from: now - DEFAULT_DAYS * DAY, to: now });
  const { from, to } = upToNow(asked, now);
  const { falseFindingsPerWeek: budget, ...set } = parseSet(options.set);
  const { options: withSet, facts } = await withStore(io, options, { mustExist: true }, async (store) => {
    const settings = detectOptions(await settingsOf(io, store));
    const cluster = await pickCluster(store, options.cluster);
    const facts = await recordedFacts(store, cluster, { from, to }, settings);
    const declared = withDeclaredOptions(detectors, facts.baseline, cluster, settings.detectorOptions ?? {});
    const standing = windowOptions(settings.dormantDays ?? DORMANT_DAYS, declared);
    const before = standing[detector.id] as Readonly<Record<string, unknown>> | undefined;
    return { options: { ...standing, [detector.id]: { ...before, ...set } }, facts };
  });
  if (
    budget !== undefined &&
    (detector.category !== "anomalous" || typeof budget !== "number" || !(budget > 0))
  ) {
    throw new AuditError(
      "usage",
      "falseFindingsPerWeek is a number above 0, for detectors of unusual connections",
    );
  }
  // The signs of one episode are joined: what one of them weighs rests on all.
  const judged = detector.category === "anomalous" ? detectors.filter(({ rule }) => rule) : [detector];
  const known = new Set(judged.map(({ id }) => id));
  const judge = judgeWith(
    judged,
    Object.fromEntries(Object.entries(withSet).filter(([id]) => known.has(id))),
  );
  const dialled = { ...facts, ...(typeof budget === "number" && { falseFindingsPerWeek: budget }) };
  const all = await stepThrough(replay(dialled, judge, { from, to, stepMs: HOUR }), io);
  const found = all.filter((finding) => finding.detector === detector.id);
  const standing = found.filter(({ detectedAt }) => detectedAt <= from).length;
  if (standing) io.stderr.write(`${standing} stood at the beginning already, and are in no day.\n`);
  return alertsPerDay(found, { from, to });
};

export const addBacktest: AddCommand = (program, io) => {
  const command = program
    .command("backtest")
    .summary("what a threshold would have alerted, day by day")
    .description(
      "Runs one detector hour by hour over what the store holds, with the options given, and counts the findings that would\n" +
        "have begun on each day. Nothing is stored. Detectors that judge snapshots cannot be tried: only activity is gone through.",
    )
    .requiredOption("--detector <id>", "which detector (docs/detectors.md)")
    .option(
      "--set <option=value>",
      "an option of it, or falseFindingsPerWeek; may be repeated",
      (text: string, all: string[]) => [...all, text],
      [] as string[],
    )
    .option("--from <time>", "first moment (default: 30 days ago)")
    .option("--to <time>", "last moment (default: now)")
    .addHelpText(
      "after",
      "\nExample:\n  $ dsql-audit backtest --detector dormant-mapping --set days=30 --from 30d --store ./dsql-audit-demo/store.db",
    );
  addOutputOptions(addStoreOptions(command)).action(async (options: Options) => {
    const days = await run(io, options);
    if (options.json || options.ndjson) {
      printRows(io, options, days, columns);
      return;
    }
    io.stdout.write(`${paragraph(io, totalText(options.detector, days))}\n`);
    const loud = days.filter(({ alerts }) => alerts > 0);
    if (loud.length) {
      io.stdout.write("\n");
      printRows(io, options, loud, columns);
    }
  });
};
