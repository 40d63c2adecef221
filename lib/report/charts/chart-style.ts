// Colours and type of the charts. Charts are drawn once in light colours; the style sheet turns each into its dark twin.
import type { Config } from "vega-lite";

/** [light, dark], in the order in which the busiest principals take them. Told apart by the colour-blind too. */
export const series = [
  ["#2463c9", "#6ea8ff"],
  ["#d9730d", "#f5a35a"],
  ["#12866a", "#4cc9a4"],
  ["#8448c4", "#b98cf0"],
  ["#bf3468", "#f07fa6"],
  ["#6f7d12", "#b9c64f"],
  ["#1e94b8", "#62cbe6"],
] as const;
/** Everybody else. */
export const otherSeries = ["#8a94a3", "#7d8794"] as const;

/** From few to many. */
export const heat = [
  ["#eef1f5", "#1b222b"],
  ["#d9e6f8", "#1b2d47"],
  ["#b7d1f3", "#1d3f6b"],
  ["#88b2ea", "#225694"],
  ["#5589db", "#2f74c4"],
  ["#2c61bd", "#5a9ff2"],
  ["#143f8a", "#a9d0ff"],
] as const;

export const alarm = ["#c01f3a", "#ff7a8a"] as const;
export const calm = ["#aab3c0", "#566070"] as const;
export const proofColours = {
  digest: ["#12866a", "#4cc9a4"],
  canary: ["#1e94b8", "#62cbe6"],
  folder: ["#6d8fb3", "#7ea3cc"],
} as const;

/** A pattern of the page: hatched, so that it reads as "not known" in print and in either scheme. */
export const GAP_FILL = "url(#gap)";

/** All pairs, for the style sheet. */
export const colourPairs: readonly (readonly [string, string])[] = [
  ...series,
  otherSeries,
  ...heat,
  alarm,
  calm,
  ...Object.values(proofColours),
];

export const CHART_WIDTH = 1000;

export const chartConfig: Config = {
  background: "transparent",
  font: "system-ui, sans-serif",
  padding: 4,
  view: { stroke: null },
  axis: {
    domainColor: "#c9d0d9",
    gridColor: "#e3e7ec",
    tickColor: "#c9d0d9",
    labelColor: "#55606e",
    labelFontSize: 11.5,
    titleFontSize: 11.5,
    titleFontWeight: "normal",
    titleColor: "#55606e",
  },
};
