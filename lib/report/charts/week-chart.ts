// At which hours of the week connections come, in UTC: an average per hour that is known, hatched where none is.
import { counted } from "../../core/base/counted.ts";
import type { ActivityFigures, WeekHour } from "../activity-figures.ts";
import { CHART_WIDTH, GAP_FILL, heat } from "./chart-style.ts";
import type { Chart } from "./draw-chart.ts";

const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** Bent a little: a batch job's hundred connections must not bleach the ten of an ordinary hour. */
const BEND = 0.7;

const colourOf = ({ allowed, knownHours }: WeekHour, busiest: number): string => {
  if (knownHours === 0) return GAP_FILL;
  if (allowed === 0) return heat[0][0];
  const step = Math.max(1, Math.round((allowed / knownHours / busiest) ** BEND * (heat.length - 1)));
  return (heat[step] ?? heat[0])[0];
};

/** The average of the busiest hour of the week. */
export const busiestAverage = (week: readonly WeekHour[]): number =>
  Math.max(0, ...week.map(({ allowed, knownHours }) => (knownHours ? allowed / knownHours : 0)));

export const weekChart = ({ week }: ActivityFigures): Chart => {
  const busiest = busiestAverage(week);
  const peak = week.find(({ allowed, knownHours }) => knownHours > 0 && allowed / knownHours === busiest);
  const when = peak ? `${weekdays[peak.weekday]} ${String(peak.hour).padStart(2, "0")}:00` : "none";
  const quiet = week.filter(({ allowed, knownHours }) => knownHours > 0 && allowed === 0).length;
  const unknown = week.filter(({ knownHours }) => knownHours === 0).length;
  return {
    id: "week-chart",
    title: "Connections by hour of the week, UTC",
    description: `Seven rows of 24 hours. Busiest: ${when} with ${busiest.toFixed(1)} connections on average. ${counted(quiet, "hour")} of the week without any, ${unknown} unknown.`,
    spec: {
      width: CHART_WIDTH,
      height: 7 * 26,
      data: {
        values: week.map((cell) => ({
          day: weekdays[cell.weekday],
          hour: cell.hour,
          colour: colourOf(cell, busiest),
        })),
      },
      mark: { type: "rect", aria: false, cornerRadius: 2 },
      encoding: {
        x: {
          field: "hour",
          type: "ordinal",
          scale: { paddingInner: 0.06 },
          axis: { title: null, labelAngle: 0, domain: false, ticks: false, format: "02d" },
        },
        y: {
          field: "day",
          type: "ordinal",
          sort: weekdays,
          scale: { paddingInner: 0.1 },
          axis: { title: null, domain: false, ticks: false },
        },
        color: { field: "colour", type: "nominal", scale: null },
      },
    },
  };
};
