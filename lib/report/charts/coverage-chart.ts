// How many hours of each day are proven, and by what; hatched: not proven.
import { counted, share } from "../../core/base/counted.ts";
import { DAY, type Instant } from "../../core/base/time.ts";
import { type CoverageFigures, coverageByDay } from "../coverage-figures.ts";
import type { ReportData } from "../report-data.ts";
import { CHART_WIDTH, GAP_FILL, proofColours } from "./chart-style.ts";
import type { Chart } from "./draw-chart.ts";
import { timeChannel } from "./time-axis.ts";

export const coverageChart = (
  { window, covered, doubts }: ReportData["coverage"],
  figures: CoverageFigures,
): Chart => {
  const bars: { from: Instant; to: Instant; low: number; high: number; colour: string }[] = [];
  let low = 0;
  for (const { day, kind, hours } of coverageByDay(window, covered, doubts)) {
    if (bars.at(-1)?.from !== day) low = 0;
    const colour = kind === "unproven" ? GAP_FILL : proofColours[kind][0];
    bars.push({ from: day, to: day + DAY, low, high: low + hours, colour });
    low += hours;
  }
  return {
    id: "coverage-chart",
    title: "Hours of each day with proven capture",
    description: `${figures.coveredHours} of ${counted(figures.hours, "hour")} are proven (${share(figures.coveredHours, figures.hours)}), with ${counted(figures.gaps.length, "gap")}.`,
    spec: {
      width: CHART_WIDTH,
      height: 64,
      data: { values: bars },
      mark: { type: "rect", aria: false },
      encoding: {
        x: timeChannel("from", window),
        x2: { field: "to" },
        y: {
          field: "low",
          type: "quantitative",
          scale: { domain: [0, 24], nice: false },
          axis: { title: "hours", values: [0, 12, 24], domain: false, ticks: false, grid: false },
        },
        y2: { field: "high" },
        color: { field: "colour", type: "nominal", scale: null },
      },
    },
  };
};
