// What a replay adds up to for who sets a threshold: how many findings began on each day, and how many would be mailed.
import { DAY, dayOf, floorTo, type Instant, type Interval } from "../base/time.ts";
import { type Finding, worstFirst } from "./finding.ts";

export type AlertDay = {
  /** UTC, "2026-11-28". */
  readonly day: string;
  readonly alerts: number;
  /** Of these the ones that are mailed at once: high and critical. The others come in a summary. */
  readonly mailed: number;
  readonly titles: readonly string[];
};

/** A row for each day that the stretch touches, days without an alert too. What stood at its first moment began before. */
export const alertsPerDay = (findings: readonly Finding[], { from, to }: Interval): AlertDay[] => {
  const began = findings.filter(({ detectedAt }) => detectedAt > from && detectedAt <= to);
  const byDay = Map.groupBy(began, ({ detectedAt }) => dayOf(detectedAt));
  const days: AlertDay[] = [];
  for (let day: Instant = floorTo(DAY, from); day <= to; day += DAY) {
    const own = byDay.get(dayOf(day)) ?? [];
    days.push({
      day: dayOf(day),
      alerts: own.length,
      mailed: own.filter(({ severity }) => worstFirst(severity, "high") <= 0).length,
      titles: own.map(({ title }) => title),
    });
  }
  return days;
};
