// GET /coverage: the hours for which it is proven that connections were captured, and those for which it is not.
import * as z from "zod";
import { floorTo, HOUR, iso } from "../core/base/time.ts";
import { Proof } from "../core/coverage/coverage.ts";
import { settleMsOf } from "../jobs/load-facts.ts";
import { provenHours } from "../queries/proven-hours.ts";
import { clusterParam, intervalParams, pickBounded, pickCluster } from "./params.ts";
import { type Route, route } from "./route.ts";
import { Time } from "./snapshot-ref.ts";

const DAYS = 30;

const Stretch = { from: Time, to: Time } as const;

const CoverageAnswer = z
  .object({
    cluster: z.string(),
    ...Stretch,
    settledUntil: Time.meta({ description: "Later hours may still be proven: proof comes late." }),
    hours: z.int().meta({ description: "The hours of the stretch, begun ones included." }),
    unprovenHours: z.int(),
    covered: z.array(z.object({ ...Stretch, proof: Proof })),
    gaps: z.array(z.object({ ...Stretch, reasons: z.array(z.string()) })).meta({
      description: "Hours without proof: whoever is not seen in them may have connected all the same.",
    }),
  })
  .meta({ id: "CoverageAnswer" });

export const coverage: Route = route({
  path: "/coverage",
  summary: "For which hours the capture of connections is proven",
  description: "Sorted stretches of whole hours. No pages: a stretch of time has so many hours and no more.",
  params: z.strictObject({ ...clusterParam, ...intervalParams(DAYS) }),
  answer: CoverageAnswer,
  run: async (deps, params) => {
    const cluster = await pickCluster(deps, params.cluster);
    const { from, to } = pickBounded(deps, params, DAYS);
    const [{ covered, uncovered }, settleMs] = await Promise.all([
      provenHours(deps.store, cluster, { from, to }, deps.now),
      settleMsOf(deps.store, cluster, deps.now),
    ]);
    return {
      cluster,
      from: iso(from),
      to: iso(to),
      settledUntil: iso(floorTo(HOUR, deps.now - settleMs)),
      hours: Math.ceil((to - from) / HOUR),
      unprovenHours: uncovered.hoursIn({ from, to }),
      covered: covered.map((stretch) => ({
        from: iso(Math.max(from, stretch.from)),
        to: iso(Math.min(to, stretch.to)),
        proof: stretch.proof,
      })),
      gaps: uncovered.gapsIn({ from, to }).map((gap) => ({
        from: iso(Math.max(from, gap.from)),
        to: iso(Math.min(to, gap.to)),
        reasons: [...gap.reasons],
      })),
    };
  },
});
