// From which networks principals connect, and since when: a lane for each, the first day of a new one marked.

import { DAY, floorTo, type Interval } from "../../core/base/time.ts";
import { principalName, visible } from "../../core/base/visible-text.ts";
import type { ActivityFigures, NetworkFigures } from "../activity-figures.ts";
import type { Gap } from "../coverage-figures.ts";
import { count, shorten, timeText } from "../wording.ts";
import { alarm, CHART_WIDTH, calm } from "./chart-style.ts";
import type { Chart } from "./draw-chart.ts";
import { gapBands, timeChannel, wholeDays } from "./time-axis.ts";

const MAX_LANES = 14;
const LANE = 34;

/** New ones first, the latest on top; then as many of the known as there is room for. */
const pickLanes = (networks: readonly NetworkFigures[]): NetworkFigures[] =>
  [...networks.filter(({ isNew }) => isNew), ...networks.filter(({ isNew }) => !isNew)].slice(0, MAX_LANES);

const label = ({ principal, network, allowed, firstAt, isNew }: NetworkFigures): string =>
  visible(
    `${shorten(principalName(principal), 36)}  from  ${shorten(network, 44)}  ·  ${count(allowed, "connection")}${isNew ? `  ·  new on ${timeText(firstAt)}` : ""}`,
  );

/** By place on the page: pixels from the top. */
const yChannel = (field: string, height: number) => ({
  field,
  type: "quantitative" as const,
  axis: null,
  scale: { domain: [0, height] as [number, number], reverse: true, nice: false },
});

type Lanes = {
  readonly lanes: readonly NetworkFigures[];
  readonly window: Interval;
  readonly height: number;
};

/** When each network was connected from. */
const bars = ({ lanes, window, height }: Lanes) => ({
  data: {
    values: lanes.flatMap(({ runs, isNew }, i) =>
      runs.map(({ from, to }) => ({
        from,
        to,
        top: i * LANE + 20,
        bottom: i * LANE + 28,
        colour: (isNew ? alarm : calm)[0],
      })),
    ),
  },
  mark: { type: "rect" as const, aria: false },
  encoding: {
    x: timeChannel("from", window),
    x2: { field: "to" },
    y: yChannel("top", height),
    y2: { field: "bottom" },
    color: { field: "colour", type: "nominal" as const, scale: null },
  },
});

/** The first day of each that is new. */
const diamonds = ({ lanes, window, height }: Lanes) => ({
  data: {
    values: lanes.flatMap(({ isNew, firstAt }, i) =>
      isNew ? [{ at: floorTo(DAY, firstAt) + DAY / 2, mid: i * LANE + 24 }] : [],
    ),
  },
  mark: {
    type: "point" as const,
    shape: "diamond" as const,
    size: 170,
    filled: true,
    color: alarm[0],
    opacity: 1,
    aria: false,
  },
  encoding: { x: timeChannel("at", window), y: yChannel("mid", height) },
});

const labels = ({ lanes, window, height }: Lanes) => {
  const start = wholeDays(window).from;
  return {
    data: { values: lanes.map((lane, i) => ({ at: start, base: i * LANE + 15, text: label(lane) })) },
    mark: {
      type: "text" as const,
      align: "left" as const,
      baseline: "alphabetic" as const,
      fontSize: 12,
      dx: 2,
      limit: CHART_WIDTH,
      aria: false,
    },
    encoding: {
      x: timeChannel("at", window),
      y: yChannel("base", height),
      text: { field: "text", type: "nominal" as const },
    },
  };
};

export const networksChart = (window: Interval, figures: ActivityFigures, gaps: readonly Gap[]): Chart => {
  const lanes = pickLanes(figures.networks);
  const left = figures.networks.length - lanes.length;
  const fresh = figures.networks.filter(({ isNew }) => isNew);
  const [latest] = fresh;
  const drawn: Lanes = { lanes, window, height: lanes.length * LANE };
  return {
    id: "networks-chart",
    title: "Networks that principals connect from",
    description: `${count(fresh.length, "network")} first seen after its principal's first day${latest ? `, the latest ${latest.network} by ${principalName(latest.principal)} at ${timeText(latest.firstAt)}` : ""}. ${left > 0 ? `${left} more are not drawn.` : "All are drawn."}`,
    spec: {
      width: CHART_WIDTH,
      height: drawn.height,
      layer: [gapBands(gaps, window), bars(drawn), diamonds(drawn), labels(drawn)],
    },
  };
};
