// GET /clusters: which clusters the auditor watches, and how fresh what it knows is.
import * as z from "zod";
import { type Cluster, parseArn } from "../core/base/ids.ts";
import { iso } from "../core/base/time.ts";
import { snapshotRef } from "../queries/basis.ts";
import { inParallel } from "../store/table/in-parallel.ts";
import { readCursor } from "./cursor.ts";
import { type Placed, takePage } from "./page.ts";
import { pageParams } from "./params.ts";
import { type Route, route } from "./route.ts";
import { SnapshotRef, Time } from "./snapshot-ref.ts";

const path = "/clusters";

const ClusterList = z
  .object({
    items: z.array(
      z.object({
        cluster: z.string().meta({ description: "What the parameter `cluster` of other routes takes." }),
        account: z.nullable(z.string()),
        region: z.nullable(z.string()),
        newestSnapshot: z.nullable(SnapshotRef).meta({ description: "null: none was taken yet." }),
        judgedAt: z.nullable(Time).meta({ description: "When findings were last looked for; null: never." }),
      }),
    ),
    next: z.nullable(z.string()),
  })
  .meta({ id: "ClusterList" });

const LANES = 8;

export const clusters: Route = route({
  path,
  summary: "The clusters that are watched",
  description: "Sorted by ARN, each with its newest snapshot and the time of its last judgement.",
  params: z.strictObject(pageParams),
  answer: ClusterList,
  run: async (deps, params) => {
    const question = { path, params };
    const after = readCursor(z.string(), question);
    const known = (await deps.store.clusters.list()).filter(
      (cluster) => after === undefined || cluster > after,
    );
    const describe = async (cluster: Cluster) => {
      const [head, look] = await Promise.all([
        deps.store.snapshots.head(cluster),
        deps.store.findings.lastLook(cluster),
      ]);
      const arn = parseArn(cluster);
      return {
        cluster,
        account: arn?.account || null,
        region: arn?.region || null,
        newestSnapshot: head ? snapshotRef(head) : null,
        judgedAt: look ? iso(look.at) : null,
      };
    };
    const described = await inParallel(known.slice(0, params.limit + 1), LANES, describe);
    return takePage(
      described.map((row): Placed<typeof row> => [row, row.cluster]),
      question,
    );
  },
});
