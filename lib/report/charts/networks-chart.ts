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

export const networksChart = (window: Interval, figures: ActivityFigures, gaps: readonly Gap[]): Chart => {
  const lanes = pickLanes(figures.networks);
  const left = figures.networks.length - lanes.length;
  const fresh = figures.networks.filter(({ isNew }) => isNew);
  const [latest] = fresh;
  const height = lanes.length * LANE;
  const domain: [number, number] = [0, height];
  const y = (field: string) => ({
    field,
    type: "quantitative" as const,
    axis: null,
    scale: { domain, reverse: true, nice: false },
  });
  const start = wholeDays(window).from;
  return {
    id: "networks-chart",
    title: "Networks that principals connect from",
    description: `${count(fresh.length, "network")} first seen after its principal's first day${latest ? `, the latest ${latest.network} by ${principalName(latest.principal)} at ${timeText(latest.firstAt)}` : ""}. ${left > 0 ? `${left} more are not drawn.` : "All are drawn."}`,
    spec: {
      width: CHART_WIDTH,
      height,
      layer: [
        gapBands(gaps, window),
        {
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
          mark: { type: "rect", aria: false },
          encoding: {
            x: timeChannel("from", window),
            x2: { field: "to" },
            y: y("top"),
            y2: { field: "bottom" },
            color: { field: "colour", type: "nominal", scale: null },
          },
        },
        {
          data: {
            values: lanes.flatMap(({ isNew, firstAt }, i) =>
              isNew ? [{ at: floorTo(DAY, firstAt) + DAY / 2, mid: i * LANE + 24 }] : [],
            ),
          },
          mark: {
            type: "point",
            shape: "diamond",
            size: 170,
            filled: true,
            color: alarm[0],
            opacity: 1,
            aria: false,
          },
          encoding: { x: timeChannel("at", window), y: y("mid") },
        },
        {
          data: { values: lanes.map((lane, i) => ({ at: start, base: i * LANE + 15, text: label(lane) })) },
          mark: {
            type: "text",
            align: "left",
            baseline: "alphabetic",
            fontSize: 12,
            dx: 2,
            limit: CHART_WIDTH,
            aria: false,
          },
          encoding: { x: timeChannel("at", window), y: y("base"), text: { field: "text", type: "nominal" } },
        },
      ],
    },
  };
};
