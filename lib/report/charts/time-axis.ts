// What all charts over time share: the UTC axis of the window, and the hatched bands where nothing is proven.
import type { TopLevelSpec } from "vega-lite";
import { DAY, floorTo, type Instant, type Interval } from "../../core/base/time.ts";
import type { Gap } from "../coverage-figures.ts";
import { GAP_FILL } from "./chart-style.ts";

export type Layer = Extract<TopLevelSpec, { layer: unknown }>["layer"][number];

/** Whole UTC days around the window. */
export const wholeDays = ({ from, to }: Interval): Interval => ({
  from: floorTo(DAY, from),
  to: Math.max(floorTo(DAY, to - 1), floorTo(DAY, from)) + DAY,
});

/** The x channel; `field` holds epoch milliseconds. */
export const timeChannel = (field: string, window: Interval) => {
  const { from, to } = wholeDays(window);
  const domain: [Instant, Instant] = [from, to];
  return {
    field,
    type: "temporal" as const,
    scale: { type: "utc" as const, domain, nice: false },
    axis: { format: to - from > 400 * DAY ? "%b %Y" : "%-d %b", grid: false, title: null, tickCount: 9 },
  };
};

/** Gaps as bands over the whole height; drawn first, so that what was seen all the same stands on them. */
export const gapBands = (gaps: readonly Gap[], window: Interval): Layer => ({
  data: { values: gaps.map(({ from, to }) => ({ from, to })) },
  mark: { type: "rect", fill: GAP_FILL, aria: false },
  encoding: { x: timeChannel("from", window), x2: { field: "to" } },
});
