// Holds findings against the labels of a run.
import { DAY, HOUR, type Instant, MINUTE } from "../../lib/core/base/time.ts";
import type { Attack, Strength } from "./attacks.ts";
import type { Run } from "./simulate.ts";

/** What any detector says, as far as the score asks. */
export type Alert = {
  /** One, but for what concerns several at once. */
  readonly principals: readonly string[];
  readonly raisedAt: Instant;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  readonly name: string;
  /** When its evidence began to show which sign, of connections from when on. */
  readonly named?: readonly {
    readonly detector: string;
    readonly firstAt: Instant;
    readonly at: Instant;
  }[];
  readonly severity: "low" | "medium" | "high" | "critical";
};

export type Score = {
  readonly recall: Readonly<Record<Strength, { readonly found: number; readonly all: number }>>;
  readonly falsePerWeek: number;
  readonly falseHighPerWeek: number;
  readonly findingsPerAttack: number;
  readonly rightKind: { readonly right: number; readonly found: number };
  readonly medianMinutes: number;
  readonly missed: readonly Attack[];
  readonly falseAlerts: readonly Alert[];
};

/** Weeks that count: after the first two, in which nobody has habits yet. */
const LEARNING_DAYS = 14;

const concerns = (alert: Alert, attack: Attack): boolean =>
  attack.principals.some((principal) => alert.principals.includes(principal)) &&
  alert.lastAt >= attack.from &&
  alert.firstAt <= attack.to + HOUR &&
  alert.raisedAt >= attack.from;

/**
 * When an attack joined a finding that was open already: its evidence changed then to show a sign of the attack's own kind,
 * of connections that the attack made. undefined: it did not.
 */
const joinedAt = (alert: Alert, attack: Attack): Instant | undefined =>
  attack.principals.some((principal) => alert.principals.includes(principal)) && alert.raisedAt < attack.from
    ? alert.named?.find(
        ({ detector, firstAt, at }) =>
          at >= attack.from &&
          firstAt >= attack.from &&
          firstAt <= attack.to &&
          attack.names.includes(detector),
      )?.at
    : undefined;

export const score = (run: Run, alerts: readonly Alert[]): Score => {
  const recall = { strong: { found: 0, all: 0 }, medium: { found: 0, all: 0 }, weak: { found: 0, all: 0 } };
  const minutes: number[] = [];
  const missed: Attack[] = [];
  let matching = 0;
  let right = 0;
  for (const attack of run.attacks) {
    const its = alerts.filter((alert) => concerns(alert, attack));
    recall[attack.strength].all++;
    const joined = its.length ? [] : alerts.flatMap((alert) => joinedAt(alert, attack) ?? []);
    if (!its.length && !joined.length) {
      missed.push(attack);
      continue;
    }
    recall[attack.strength].found++;
    matching += Math.max(1, its.length);
    if (joined.length || its.some(({ name }) => attack.names.includes(name))) right++;
    minutes.push((Math.min(...its.map(({ raisedAt }) => raisedAt), ...joined) - attack.from) / MINUTE);
  }
  const counted = alerts.filter(({ firstAt }) => firstAt >= run.start + LEARNING_DAYS * DAY);
  const falseAlerts = counted.filter((alert) => !run.attacks.some((attack) => concerns(alert, attack)));
  const weeks = (run.days - LEARNING_DAYS) / 7;
  const found = run.attacks.length - missed.length;
  minutes.sort((a, b) => a - b);
  return {
    recall,
    falsePerWeek: falseAlerts.length / weeks,
    falseHighPerWeek:
      falseAlerts.filter(({ severity }) => severity === "high" || severity === "critical").length / weeks,
    findingsPerAttack: found ? matching / found : 0,
    rightKind: { right, found },
    medianMinutes: minutes[minutes.length >> 1] ?? Number.NaN,
    missed,
    falseAlerts,
  };
};
