// GET /coverage: the hours for which it is proven that connections were captured, and those for which it is not.
import * as z from "../core/base/zod.ts";
import { Proof } from "../core/coverage/coverage.ts";
import { coverageOf } from "../queries/coverage.ts";
import { clusterParam, intervalParams, pickBounded, pickCluster } from "./params.ts";
import { peerFields } from "./peers.ts";
import { type Route, route } from "./route.ts";
import { Time } from "./snapshot-ref.ts";

const DAYS = 30;

const Stretch = { from: Time, to: Time } as const;

const CoverageAnswer = z
  .object({
    cluster: z.string(),
    from: Time.check(z.meta({ description: "The beginning of the hour that `from` is in." })),
    to: Time,
    settledUntil: Time.check(z.meta({ description: "Later hours may still be proven: proof comes late." })),
    hours: z.int().check(z.meta({ description: "The hours of the stretch, begun ones included." })),
    unprovenHours: z.int(),
    covered: z.array(z.object({ ...Stretch, proof: Proof })),
    gaps: z.array(z.object({ ...Stretch, reasons: z.array(z.string()) })).check(
      z.meta({
        description: "Hours without proof: whoever is not seen in them may have connected all the same.",
      }),
    ),
    ...peerFields,
    gone: z
      .nullable(z.string())
      .check(z.meta({ description: "Since when the cluster is gone. null: it was watched at the end." })),
  })
  .register(z.globalRegistry, { id: "CoverageAnswer" });

export const coverage: Route = route({
  path: "/coverage",
  summary: "For which hours the capture of connections is proven",
  description: "Sorted stretches of whole hours. No pages: a stretch of time has so many hours and no more.",
  params: z.strictObject({ ...clusterParam, ...intervalParams(DAYS) }),
  answer: CoverageAnswer,
  run: async (deps, params) => {
    const cluster = await pickCluster(deps, params.cluster);
    const { covered, gaps, peers, ...stretch } = await coverageOf(
      deps.store,
      cluster,
      pickBounded(deps, params, DAYS),
      deps.now,
    );
    return {
      cluster,
      ...stretch,
      covered: [...covered],
      peers: [...peers],
      gaps: gaps.map((gap) => ({ ...gap, reasons: [...gap.reasons] })),
    };
  },
});
