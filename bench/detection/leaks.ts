// Whether a run gives its labels away: how well any single trivial feature tells attacks from ordinary principal-days.
import { DAY } from "../../lib/core/base/time.ts";
import type { BenchRow } from "../row.ts";
import type { SimEvent } from "./routine.ts";
import type { Run } from "./simulate.ts";

type Feature = { readonly name: string; readonly of: (events: readonly SimEvent[]) => number };

const FEATURES: readonly Feature[] = [
  { name: "connections of the day", of: (events) => events.length },
  {
    name: "refusals of the day",
    of: (events) => events.filter(({ outcome }) => outcome === "refused").length,
  },
  { name: "networks of the day", of: (events) => new Set(events.map(({ network }) => network)).size },
  { name: "clients of the day", of: (events) => new Set(events.map(({ client }) => client)).size },
  { name: "sessions of the day", of: (events) => new Set(events.map(({ session }) => session)).size },
  { name: "first hour of the day", of: (events) => Math.min(...events.map(({ at }) => at % DAY)) },
  {
    name: "first octet of the network",
    of: (events) => Math.max(...events.map(({ network }) => Number.parseInt(network, 10) || 0)),
  },
  { name: "milliseconds of the instants", of: (events) => Math.max(...events.map(({ at }) => at % 1000)) },
];

/** Area under the ROC curve of a feature, whichever way round it separates better; 0.5 is chance. */
const separation = (hostile: readonly number[], ordinary: readonly number[]): number => {
  const all = [
    ...hostile.map((value) => ({ value, hostile: 1 })),
    ...ordinary.map((value) => ({ value, hostile: 0 })),
  ].sort((a, b) => a.value - b.value);
  let ranks = 0;
  for (let i = 0; i < all.length; ) {
    let j = i;
    while (j < all.length && all[j]?.value === all[i]?.value) j++;
    const rank = (i + j + 1) / 2;
    for (let k = i; k < j; k++) if (all[k]?.hostile) ranks += rank;
    i = j;
  }
  const area = (ranks - (hostile.length * (hostile.length + 1)) / 2) / (hostile.length * ordinary.length);
  return Math.max(area, 1 - area);
};

/** The worst feature. Below 0.9: no single one separates attacks from ordinary days. */
export const leakOf = (run: Run): BenchRow[] => {
  const hostile: number[][] = FEATURES.map(() => []);
  const ordinary: number[][] = FEATURES.map(() => []);
  for (let day = 14; day < run.days; day++) {
    for (const events of Map.groupBy(run.eventsOf(day), ({ member }) => member.arn).values()) {
      const into = events.some(({ attack }) => attack !== undefined) ? hostile : ordinary;
      for (const [i, feature] of FEATURES.entries()) into[i]?.push(feature.of(events));
    }
  }
  const worst = FEATURES.map((feature, i) => ({
    name: feature.name,
    value: separation(hostile[i] ?? [], ordinary[i] ?? []),
  })).sort((a, b) => b.value - a.value)[0];
  return worst
    ? [
        {
          name: `most telling trivial feature (${worst.name})`,
          value: worst.value,
          unit: "AUC",
          target: { op: "<=", value: 0.9 },
        },
      ]
    : [];
};
