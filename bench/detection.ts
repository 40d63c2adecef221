// Finds planted attacks in simulated estates of three makers: recall, false findings, and the same by plain rules and by a
// published score. DETECTION_SEEDS (default 1,2,3); DETECTION_DAYS, DETECTION_PRINCIPALS and DETECTION_ATTACKS for the first
// maker; DETECTION_CONSTANTS (all) for the constants that are halved and doubled; DETECTION_ESTATES=1 adds small, large, young and unattacked estates; DETECTION_SENSITIVITY=1 halves and doubles
// every constant and leaves out every sign in turn, on the first seed of each maker.
import type { SignRule } from "../lib/core/anomaly/sign-rule.ts";
import { firstSeenRules, freeman } from "./detection/baselines.ts";
import { type JudgedRun, judgeRun } from "./detection/judge-run.ts";
import { leakOf } from "./detection/leaks.ts";
import { type Alert, type Score, score } from "./detection/score.ts";
import { simulateSecond } from "./detection/second/simulate.ts";
import { type Run, simulate } from "./detection/simulate.ts";
import { simulateThird } from "./detection/third/simulate.ts";
import { constants, engineWith } from "./detection/variants.ts";
import type { BenchRow } from "./row.ts";
import { signRules } from "./support/sign-rules.ts";

export const name = "detection";

const env = process.env;
const SEEDS = (env.DETECTION_SEEDS ?? "1,2,3").split(",").map(Number);
const FIRST = {
  principals: Number(env.DETECTION_PRINCIPALS ?? 100),
  days: Number(env.DETECTION_DAYS ?? 60),
  attacks: Number(env.DETECTION_ATTACKS ?? 60),
};
const SECOND = { principals: 60, days: 75, attacks: 90 };
const THIRD = { principals: 100, days: 60, attacks: 60 };
/** Estates that are not like most: hardly anybody, very many, hardly any history, nothing to find. */
const ESTATES = [
  { label: "12 principals", principals: 12, days: 75, attacks: 15 },
  { label: "250 principals", principals: 250, days: 60, attacks: 90 },
  { label: "20 days", principals: 60, days: 20, attacks: 30 },
  { label: "no attack", principals: 60, days: 75, attacks: 0 },
] as const;

const alertsOf = ({ raised, spread }: JudgedRun): Alert[] => [
  ...raised
    .filter(({ withdrawn }) => !withdrawn)
    .map(({ principal, raisedAt, episode, named }) => ({
      principals: [principal],
      raisedAt,
      firstAt: episode.firstAt,
      lastAt: episode.lastAt,
      name: episode.detector,
      named,
      severity: episode.severity ?? "low",
    })),
  ...spread.map(({ principals, raisedAt, firstAt, lastAt, severity = "low" }) => ({
    principals,
    raisedAt,
    firstAt,
    lastAt,
    name: "spread-refusals",
    severity,
  })),
];

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
    value: found / Math.max(1, strong.all + medium.all + weak.all),
    unit: "found",
    note: `${s.falsePerWeek.toFixed(1)} false a week, ${s.falseHighPerWeek.toFixed(1)} of high severity`,
  };
};

/** Each sign left out, each constant halved and doubled. */
const sensitivity = async (label: string, run: Run): Promise<BenchRow[]> => {
  const rows: BenchRow[] = [];
  const wanted = env.DETECTION_CONSTANTS?.split(",");
  const detectorOf = ({ id, detector }: SignRule): string => detector ?? id;
  for (const detector of wanted ? [] : new Set(signRules.map(detectorOf))) {
    const others = signRules.filter((rule) => detectorOf(rule) !== detector);
    rows.push(inShort(`${label}, without ${detector}`, score(run, alertsOf(judgeRun(run, others)))));
  }
  if (!wanted) {
    const alone = { ...judgeRun(run, signRules), spread: [] };
    rows.push(inShort(`${label}, without spread-refusals`, score(run, alertsOf(alone))));
  }
  for (const rule of wanted ? [] : signRules.filter((one) => one.detector !== undefined)) {
    const others = signRules.filter((other) => other !== rule);
    rows.push(inShort(`${label}, without ${rule.id}`, score(run, alertsOf(judgeRun(run, others)))));
  }
  for (const [constant, value] of constants()) {
    if (wanted && !wanted.includes(constant)) continue;
    for (const factor of [0.5, 2]) {
      const { judgeRun: judge, signRules: rules } = await engineWith({ [constant]: value * factor });
      rows.push(
        inShort(
          `${label}, ${constant} ${value} as ${value * factor}`,
          score(run, alertsOf(judge(run, rules))),
        ),
      );
    }
  }
  for (const budget of wanted ? [] : [0.5, 2]) {
    rows.push(
      inShort(
        `${label}, false findings wanted a week: ${budget}`,
        score(run, alertsOf(judgeRun(run, signRules, budget))),
      ),
    );
  }
  return rows;
};

/** All methods on the runs of one maker. */
const judged = (label: string, runs: readonly Run[]): BenchRow[] => {
  const ours = runs.map((one) => score(one, alertsOf(judgeRun(one, signRules))));
  const budget = mean(ours.map((s) => s.falsePerWeek));
  const by = (method: string, alerts: (run: Run) => readonly Alert[]): BenchRow[] =>
    rowsOf(
      `${label}, ${method}`,
      runs.map((one) => score(one, alerts(one))),
      false,
    );
  return [
    ...rowsOf(`${label}, surprise`, ours, true),
    ...by("first seen, /24", (one) => firstSeenRules(one, "/24")),
    ...by("first seen, /16", (one) => firstSeenRules(one, "/16")),
    ...by("Freeman et al.", (one) => freeman(one, budget)),
    ...runs.flatMap((one, i) =>
      leakOf(one).map((row) => ({ ...row, name: `${label}, seed ${SEEDS[i]}: ${row.name}` })),
    ),
  ];
};

export const run = async (): Promise<BenchRow[]> => {
  const first = SEEDS.map((seed) => simulate({ seed, ...FIRST }));
  const second = SEEDS.map((seed) => simulateSecond({ seed, ...SECOND }));
  const third = SEEDS.map((seed) => simulateThird({ seed, ...THIRD }));
  const unlike = env.DETECTION_ESTATES ? ESTATES : [];
  const rows = [
    ...judged("first", first),
    ...judged("second", second),
    ...judged("third", third),
    ...unlike.map(({ label, ...options }) => {
      const one = simulateSecond({ seed: SEEDS[0] ?? 1, ...options });
      return inShort(`second, ${label}`, score(one, alertsOf(judgeRun(one, signRules))));
    }),
  ];
  for (const [label, [one]] of [
    ["first", first],
    ["second", second],
    ["third", third],
  ] as const) {
    if (env.DETECTION_SENSITIVITY && one) rows.push(...(await sensitivity(label, one)));
  }
  return rows;
};
