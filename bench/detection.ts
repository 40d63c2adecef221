// Finds planted attacks in simulated estates: recall, false findings, and the same by plain rules and by a published score.
// DETECTION_SEEDS (default 1,2,3), DETECTION_DAYS, DETECTION_PRINCIPALS; DETECTION_SENSITIVITY=1 halves and doubles every
// constant and leaves out every sign in turn, on the first seed.
import type { SignRule } from "../lib/core/anomaly/sign-rule.ts";
import { signRules } from "../lib/detectors/index.ts";
import { firstSeenRules, freeman } from "./detection/baselines.ts";
import { judgeRun, type Raised } from "./detection/judge-run.ts";
import { leakOf } from "./detection/leaks.ts";
import { type Alert, type Score, score } from "./detection/score.ts";
import { type Run, simulate } from "./detection/simulate.ts";
import { constants, engineWith } from "./detection/variants.ts";
import type { BenchRow } from "./row.ts";

export const name = "detection";

const env = process.env;
const SEEDS = (env.DETECTION_SEEDS ?? "1,2,3").split(",").map(Number);
const OPTIONS = {
  principals: Number(env.DETECTION_PRINCIPALS ?? 100),
  days: Number(env.DETECTION_DAYS ?? 60),
  attacks: Number(env.DETECTION_ATTACKS ?? 60),
};

export const alertsOf = (raised: readonly Raised[]): Alert[] =>
  raised
    .filter(({ withdrawn }) => !withdrawn)
    .map(({ principal, raisedAt, episode }) => ({
      principal,
      raisedAt,
      firstAt: episode.firstAt,
      lastAt: episode.lastAt,
      name: episode.detector,
      severity: episode.severity ?? "low",
    }));

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;

/** The figures of several runs of one method. */
const rowsOf = (label: string, scores: readonly Score[], targets: boolean): BenchRow[] => {
  const part = (...strengths: readonly (keyof Score["recall"])[]): number =>
    sum(scores.flatMap((s) => strengths.map((strength) => s.recall[strength].found))) /
    sum(scores.flatMap((s) => strengths.map((strength) => s.recall[strength].all)));
  const row = (what: string, value: number, unit: string, target?: BenchRow["target"]): BenchRow => ({
    name: `${label}: ${what}`,
    value,
    unit,
    ...(targets && target && { target }),
  });
  return [
    row("strong and medium attacks found", part("strong", "medium"), "", { op: ">=", value: 0.97 }),
    row("weak attacks found", part("weak"), "", { op: ">=", value: 0.85 }),
    row("false findings a week", mean(scores.map((s) => s.falsePerWeek)), "", { op: "<=", value: 4 }),
    row("false ones of high severity a week", mean(scores.map((s) => s.falseHighPerWeek)), "", {
      op: "<=",
      value: 1,
    }),
    row("findings an attack", mean(scores.map((s) => s.findingsPerAttack)), "", { op: "<=", value: 1.5 }),
    row(
      "right kind",
      sum(scores.map((s) => s.rightKind.right)) / sum(scores.map((s) => s.rightKind.found)),
      "",
      { op: ">=", value: 0.85 },
    ),
    row("median time to detect", mean(scores.map((s) => s.medianMinutes)), "min", { op: "<=", value: 5 }),
  ];
};

const inShort = (label: string, s: Score): BenchRow => {
  const { strong, medium, weak } = s.recall;
  const found = strong.found + medium.found + weak.found;
  return {
    name: label,
    value: found / (strong.all + medium.all + weak.all),
    unit: "found",
    note: `${s.falsePerWeek.toFixed(1)} false a week`,
  };
};

/** Each sign left out, each constant halved and doubled. */
const sensitivity = async (run: Run): Promise<BenchRow[]> => {
  const rows: BenchRow[] = [];
  const without = (rule: SignRule) => signRules.filter((other) => other !== rule);
  for (const rule of signRules)
    rows.push(inShort(`without ${rule.id}`, score(run, alertsOf(judgeRun(run, without(rule))))));
  for (const [constant, value] of constants()) {
    for (const factor of [0.5, 2]) {
      const { judgeRun: judge, signRules: rules } = await engineWith({ [constant]: value * factor });
      rows.push(
        inShort(`${constant} ${value} as ${value * factor}`, score(run, alertsOf(judge(run, rules)))),
      );
    }
  }
  for (const budget of [0.5, 2]) {
    rows.push(
      inShort(
        `false findings wanted a week: ${budget}`,
        score(run, alertsOf(judgeRun(run, signRules, budget))),
      ),
    );
  }
  return rows;
};

export const run = async (): Promise<BenchRow[]> => {
  const runs = SEEDS.map((seed) => simulate({ seed, ...OPTIONS }));
  const ours = runs.map((one) => score(one, alertsOf(judgeRun(one, signRules))));
  const budget = mean(ours.map((s) => s.falsePerWeek));
  return [
    ...rowsOf("surprise", ours, true),
    ...rowsOf(
      "first seen, /24",
      runs.map((one) => score(one, firstSeenRules(one, "/24"))),
      false,
    ),
    ...rowsOf(
      "first seen, /16",
      runs.map((one) => score(one, firstSeenRules(one, "/16"))),
      false,
    ),
    ...rowsOf(
      "Freeman et al.",
      runs.map((one) => score(one, freeman(one, budget))),
      false,
    ),
    ...runs.flatMap((one, i) =>
      leakOf(one).map((row) => ({ ...row, name: `seed ${SEEDS[i]}: ${row.name}` })),
    ),
    ...(env.DETECTION_SENSITIVITY && runs[0] ? await sensitivity(runs[0]) : []),
  ];
};
