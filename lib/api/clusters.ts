// GET /clusters: which clusters the auditor watches, how fresh what it knows is, and to which others somebody connects.
import * as z from "../core/base/zod.ts";
import { listClusters } from "../queries/clusters.ts";
import { readCursor } from "./cursor.ts";
import { type Placed, takePage } from "./page.ts";
import { pageParams } from "./params.ts";
import { type Route, route } from "./route.ts";
import { SnapshotRef, Time } from "./snapshot-ref.ts";

const path = "/clusters";

const NotWatched = z
  .object({
    because: z
      .enum(["account", "region", "not-named", "tags"])
      .check(
        z.meta({ description: "What leaves it out: memberAccounts, regions, clusters or clusterTags." }),
      ),
    says: z.string(),
    next: z.string().check(z.meta({ description: "What would have it watched." })),
    connections: z.int().check(z.meta({ description: "In the last 7 days, as far as they were added up." })),
    lastAt: z.nullable(Time).check(z.meta({ description: "null: none in these days." })),
  })
  .register(z.globalRegistry, { id: "NotWatched" });

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
        description:
          "Since when it is gone: neither read nor evaluated any more. null: it is watched, or never was, which notWatched tells.",
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
    notWatched: z.nullable(NotWatched).check(
      z.meta({
        description:
          "Somebody connects to it, and nobody watches it: other routes do not know it. null: it is or was watched.",
      }),
    ),
  })
  .register(z.globalRegistry, {
    id: "Cluster",
    description:
      "A cluster that is or was watched, or to which somebody connects although nobody watches it.",
  });

const ClusterList = z
  .object({
    items: z.array(ClusterItem),
    next: z.nullable(z.string()),
    moreNotWatched: z.nullable(z.int()).check(
      z.meta({
        description:
          "How many more clusters had connections and may not be watched: only the 20 with the latest connections are looked at. null: it is not known which are not watched.",
      }),
    ),
  })
  .register(z.globalRegistry, { id: "ClusterList" });

export const clusters: Route = route({
  path,
  summary: "The clusters that are or were watched, and those that somebody connects to and nobody watches",
  description:
    "Sorted by ARN, each with its newest snapshot, the time of its last judgement, and since when it is gone or its tags no longer choose it. Those to which connections came in the last 90 days although nobody watches them stand among them, with notWatched.",
  params: z.strictObject(pageParams),
  answer: ClusterList,
  run: async (deps, params) => {
    const question = { path, params };
    const after = readCursor(z.string(), question);
    const { rows, moreNotWatched } = await listClusters(deps.store, deps.now, {
      ...{ after, limit: params.limit + 1 },
    });
    const page = await takePage(
      rows.map((row): Placed<typeof row> => [row, row.cluster]),
      question,
    );
    return { ...page, moreNotWatched };
  },
});
