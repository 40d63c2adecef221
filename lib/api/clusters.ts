// GET /clusters: which clusters the auditor watches, and how fresh what it knows is.
import * as z from "../core/base/zod.ts";
import { listClusters } from "../queries/clusters.ts";
import { readCursor } from "./cursor.ts";
import { type Placed, takePage } from "./page.ts";
import { pageParams } from "./params.ts";
import { type Route, route } from "./route.ts";
import { SnapshotRef, Time } from "./snapshot-ref.ts";

const path = "/clusters";

export const ClusterItem = z
  .object({
    cluster: z.string().check(z.meta({ description: "What the parameter `cluster` of other routes takes." })),
    account: z.nullable(z.string()),
    region: z.nullable(z.string()),
    newestSnapshot: z.nullable(SnapshotRef).check(z.meta({ description: "null: none was taken yet." })),
    judgedAt: z
      .nullable(Time)
      .check(z.meta({ description: "When findings were last looked for; null: never." })),
    goneAt: z.nullable(Time).check(
      z.meta({
        description: "Since when it is gone: neither read nor evaluated any more. null: it is watched.",
      }),
    ),
    goneReason: z.nullable(z.enum(["deleted", "retired"])).check(
      z.meta({
        description: "deleted: AWS said so. retired: a person decided it.",
      }),
    ),
    goneBy: z
      .nullable(z.string())
      .check(z.meta({ description: "Who deleted or retired it, where it is known." })),
    goneNote: z.nullable(z.string()).check(z.meta({ description: "Why it was retired." })),
    notChosenSince: z.nullable(Time).check(
      z.meta({
        description:
          "Since when its tags no longer choose it: it is not read any more. null: they do, or no tags are asked for, or it is gone.",
      }),
    ),
  })
  .register(z.globalRegistry, { id: "Cluster", description: "A cluster that is or was watched." });

const ClusterList = z
  .object({ items: z.array(ClusterItem), next: z.nullable(z.string()) })
  .register(z.globalRegistry, { id: "ClusterList" });

export const clusters: Route = route({
  path,
  summary: "The clusters that are or were watched",
  description:
    "Sorted by ARN, each with its newest snapshot, the time of its last judgement, and since when it is gone or its tags no longer choose it.",
  params: z.strictObject(pageParams),
  answer: ClusterList,
  run: async (deps, params) => {
    const question = { path, params };
    const after = readCursor(z.string(), question);
    const rows = await listClusters(deps.store, deps.now, { after, limit: params.limit + 1 });
    return takePage(
      rows.map((row): Placed<typeof row> => [row, row.cluster]),
      question,
    );
  },
});
