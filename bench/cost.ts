// What the auditor costs a month, by the figures that README says were measured: for a small estate and for the largest.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { alarms } from "../deploy/alarms.ts";
import { functionPlans, queuePlans } from "../deploy/topology.ts";
import { METRICS } from "../lib/log.ts";
import type { BenchRow } from "./row.ts";
import type { CostLine, Estate } from "./support/cost-line.ts";
import { measuredFigures } from "./support/measured-figures.ts";
import { monthlyCost, totalOf } from "./support/monthly-cost.ts";
import { prices } from "./support/prices.ts";

export const name = "cost";

const CLUSTERS = 20;
/** How many connects a second a cluster takes. https://docs.aws.amazon.com/aurora-dsql/latest/userguide/CHAP_quotas.html */
const CONNECTS_A_SECOND = 100;

/** By what it is called on the page. */
export const estates = {
  "1 cluster, 1 million connects": { clusters: 1, connectsPerMonth: 1e6 },
  "20 clusters, 100 connects a second each": {
    clusters: CLUSTERS,
    connectsPerMonth: CLUSTERS * CONNECTS_A_SECOND * 30 * 86_400,
  },
} as const satisfies Readonly<Record<string, Estate>>;

/** The lines of every estate, by README's figures and what deploy/ has. Throws where README lacks a figure. */
export const costs = (readme: string): ReadonlyMap<string, readonly CostLine[]> => {
  const given = {
    measured: measuredFigures(readme),
    deployed: {
      // Those of a channel are only there where the channel is on.
      alarms: Object.values(alarms).filter((alarm) => !("Condition" in alarm)).length,
      queues: queuePlans.length,
      ownMetrics: Object.values(alarms).filter(({ Properties }) => Properties.Namespace === METRICS).length,
      functions: functionPlans,
    },
    prices,
  };
  return new Map(Object.entries(estates).map(([called, estate]) => [called, monthlyCost(estate, given)]));
};

export const run = async (): Promise<BenchRow[]> =>
  [...costs(readFileSync(join(import.meta.dirname, "..", "README.md"), "utf8"))].flatMap(
    ([called, lines]) => [
      ...lines.flatMap(({ what, dollars }) =>
        dollars === "unknown"
          ? []
          : [
              {
                name: `${called}: ${what}`,
                value: dollars.high,
                unit: "$",
                note: `at least $${dollars.low.toFixed(2)}`,
              },
            ],
      ),
      { name: `${called}: all that is known, at most`, value: totalOf(lines).high, unit: "$" },
    ],
  );
