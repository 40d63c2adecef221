// Writes the tables of docs/cost.md from README's figures and the table of prices: `npm run docs`. A test holds the page.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { costs } from "../bench/cost.ts";
import type { CostLine } from "../bench/support/cost-line.ts";
import { totalOf } from "../bench/support/monthly-cost.ts";
import { PRICES_READ, type Price, prices } from "../bench/support/prices.ts";

/** "$0.09", "$1,234"; "less than $0.01" rather than nothing. */
const money = (dollars: number): string => {
  if (dollars > 0 && dollars < 0.005) return "less than $0.01";
  const digits = dollars < 100 ? 2 : 0;
  return `$${dollars.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
};

const range = (dollars: CostLine["dollars"]): string => {
  if (dollars === "unknown") return "unknown";
  const { low, high } = dollars;
  return money(low) === money(high) ? money(high) : `${money(low)} to ${money(high)}`;
};

const tableOfCosts = (all: ReadonlyMap<string, readonly CostLine[]>): string[] => {
  const [first = [], ...others] = [...all.values()];
  const lineOf = (lines: readonly CostLine[], what: string): string =>
    range(lines.find((line) => line.what === what)?.dollars ?? "unknown");
  return [
    `| a month | ${[...all.keys()].join(" | ")} | |`,
    `| --- | ${[...all.keys()].map(() => "---").join(" | ")} | --- |`,
    ...first.map(
      ({ what, dollars, says }) =>
        `| ${[what, range(dollars), ...others.map((lines) => lineOf(lines, what)), says].join(" | ")} |`,
    ),
    `| **all that is known** | ${[...all.values()].map((lines) => `**${range(totalOf(lines))}**`).join(" | ")} | |`,
  ];
};

/** "$0.10 per 100,000 events" */
const asked = ({ dollars, per, unit }: Price): string => {
  const price = dollars < 0.01 ? String(dollars) : dollars.toFixed(Number.isInteger(dollars * 100) ? 2 : 3);
  return `$${price} per ${per === 1 ? "" : `${per.toLocaleString("en-US")} `}${unit}`;
};

const tableOfPrices = (): string[] => [
  `Prices of us-east-1, read on ${PRICES_READ}:`,
  "",
  "| what | price | |",
  "| --- | --- | --- |",
  ...Object.values(prices).map((price) => `| ${price.says} | ${asked(price)} | [source](${price.source}) |`),
];

const MADE = /(<!-- cost: [^>]* -->\n)[\s\S]*(<!-- \/cost -->)/;

/** The page with its tables as they should be. Throws where README lacks a figure. */
export const withCosts = (page: string, readme: string): string => {
  const tables = [...tableOfCosts(costs(readme)), "", ...tableOfPrices()].join("\n");
  return page.replace(MADE, (_, begin: string, end: string) => `${begin}\n${tables}\n\n${end}`);
};

if (import.meta.main) {
  const root = join(import.meta.dirname, "..");
  const file = join(root, "docs", "cost.md");
  writeFileSync(file, withCosts(readFileSync(file, "utf8"), readFileSync(join(root, "README.md"), "utf8")));
}
