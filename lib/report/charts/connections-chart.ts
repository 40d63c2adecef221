// Connections per day (per week, where the window is long) by principal, stacked; days with refused attempts marked.

import type { Principal } from "../../core/base/ids.ts";
import { DAY, type Instant, type Interval } from "../../core/base/time.ts";
import { principalName } from "../../core/base/visible-text.ts";
import type { ActivityFigures } from "../activity-figures.ts";
import type { Gap } from "../coverage-figures.ts";
import { count } from "../wording.ts";
import { alarm, CHART_WIDTH, otherSeries, series } from "./chart-style.ts";
import type { Chart } from "./draw-chart.ts";
import { gapBands, timeChannel, wholeDays } from "./time-axis.ts";

/** More days than this are drawn as weeks: a bar must stay wide enough to be seen. */
const MAX_DAYS = 190;

/** The colour of each principal; everybody beyond the palette shares the last one. */
export const principalColours = (
  figures: ActivityFigures,
): { readonly colourOf: (principal: Principal) => string; readonly others: number } => {
  const own = new Map(figures.principals.slice(0, series.length).map(({ principal }, i) => [principal, i]));
  return {
    colourOf: (principal) => (series[own.get(principal) ?? -1] ?? otherSeries)[0],
    others: Math.max(0, figures.principals.length - series.length),
  };
};

type Bar = { from: Instant; to: Instant; low: number; high: number; colour: string };

/** Stacked by hand, so that a colour is one bar and the busiest stands at the bottom of every day. */
const stack = (
  figures: ActivityFigures,
  start: Instant,
  step: number,
): { bars: Bar[]; refused: Instant[] } => {
  const { colourOf } = principalColours(figures);
  const rank = new Map(figures.principals.map(({ principal }, i) => [colourOf(principal), i]));
  const bars: Bar[] = [];
  const refused: Instant[] = [];
  const slots = Map.groupBy(figures.days, ({ day }) => start + Math.floor((day - start) / step) * step);
  for (const [from, days] of slots) {
    const byColour = new Map<string, number>();
    for (const { principal, allowed } of days) {
      if (allowed === 0) continue;
      const colour = colourOf(principal);
      byColour.set(colour, (byColour.get(colour) ?? 0) + allowed);
    }
    let low = 0;
    for (const [colour, n] of [...byColour].toSorted(([a], [b]) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0))) {
      bars.push({ from: from + step * 0.07, to: from + step * 0.93, low, high: low + n, colour });
      low += n;
    }
    if (days.some((day) => day.refused > 0)) refused.push(from + step / 2);
  }
  return { bars, refused };
};

export const connectionsChart = (window: Interval, figures: ActivityFigures, gaps: readonly Gap[]): Chart => {
  const whole = wholeDays(window);
  const weekly = whole.to - whole.from > MAX_DAYS * DAY;
  const { bars, refused } = stack(figures, whole.from, weekly ? 7 * DAY : DAY);
  const busiest = figures.principals
    .slice(0, 3)
    .map(({ principal, allowed }) => `${principalName(principal)} ${allowed}`)
    .join(", ");
  const per = weekly ? "week" : "day";
  return {
    id: "connections-chart",
    title: `Connections per ${per} by principal`,
    description: `Stacked bars. ${count(figures.allowed, "connection")} in all, and ${count(figures.refused, "refused attempt")} not drawn as such; the busiest: ${busiest}. Hatched: capture not proven. A diamond marks a ${per} with refused attempts.`,
    spec: {
      width: CHART_WIDTH,
      height: 220,
      layer: [
        gapBands(gaps, window),
        {
          data: { values: bars },
          mark: { type: "rect", aria: false },
          encoding: {
            x: timeChannel("from", window),
            x2: { field: "to" },
            y: {
              field: "low",
              type: "quantitative",
              axis: {
                title: `connections a ${per}`,
                tickCount: 5,
                domain: false,
                ticks: false,
                format: ",d",
              },
            },
            y2: { field: "high" },
            color: { field: "colour", type: "nominal", scale: null },
          },
        },
        {
          data: { values: refused.map((at) => ({ at })) },
          mark: {
            type: "point",
            shape: "diamond",
            size: 45,
            filled: true,
            color: alarm[0],
            opacity: 1,
            aria: false,
          },
          encoding: { x: timeChannel("at", window), y: { value: 4 } },
        },
      ],
    },
  };
};
