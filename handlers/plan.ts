// Decides which clusters to look at, and asks for one snapshot of each.
import { type DSQLClient, GetClusterCommand, paginateListClusters } from "@aws-sdk/client-dsql";
import type { WatchedCluster } from "../lib/config.ts";
import { Cluster } from "../lib/core/ids.ts";
import { AuditError } from "../lib/errors.ts";
import type { DetectJob, SnapshotJob } from "../lib/jobs.ts";
import { type LambdaHandler, lambda, onLambda } from "./lambda.ts";
import { dsqlClient, queueOf, type Runtime, runtime, type Send, settings } from "./wiring.ts";

/** Clusters to look at, and those that AWS would not tell about: one of these does not hide the others. */
export type Discovery = {
  readonly clusters: readonly WatchedCluster[];
  readonly failures: readonly unknown[];
};

export type PlanDeps = Runtime & {
  readonly discover: () => Promise<Discovery>;
  readonly snapshot: Send;
  readonly detect: Send;
};

/** Judgement follows even where a snapshot fails: that it is missing must be noticed too. */
const DETECT_AFTER_SECONDS = 600;

export const planHandler = (deps: PlanDeps): LambdaHandler<unknown, { planned: number }> =>
  lambda(deps, async () => {
    const { clusters, failures } = await deps.discover();
    await deps.snapshot(clusters satisfies readonly SnapshotJob[]);
    const judge = clusters.map(({ cluster }): DetectJob => ({ cluster, reason: "schedule" }));
    await deps.detect(judge, { delaySeconds: DETECT_AFTER_SECONDS });
    deps.log.info("planned", { clusters: clusters.length, failures: failures.length });
    if (failures.length) {
      throw new AuditError("denied", `${failures.length} clusters could not be described`, {
        cause: failures[0],
      });
    }
    return { planned: clusters.length };
  });

/** Clusters that can be connected to; connecting wakes one that is idle. */
const REACHABLE: ReadonlySet<string> = new Set(["ACTIVE", "IDLE", "INACTIVE", "UPDATING"]);

/** All clusters of the account and Region that can be connected to. */
export const discoverClusters = async (client: DSQLClient, user: string): Promise<Discovery> => {
  const clusters: WatchedCluster[] = [];
  const failures: unknown[] = [];
  for await (const page of paginateListClusters({ client }, {})) {
    for (const { identifier } of page.clusters ?? []) {
      try {
        const { arn, endpoint, status } = await client.send(new GetClusterCommand({ identifier }));
        if (!status || !REACHABLE.has(status)) continue;
        if (!arn || !endpoint)
          throw new AuditError("config", `AWS names no ARN or endpoint for ${identifier}`);
        clusters.push({ cluster: Cluster.parse(arn), endpoint, user });
      } catch (error) {
        failures.push(error);
      }
    }
  }
  return { clusters, failures };
};

export const handler = onLambda(() => {
  const { CLUSTERS, AUDITOR_USER, SNAPSHOT_QUEUE_URL, DETECT_QUEUE_URL } = settings(
    "CLUSTERS",
    "AUDITOR_USER",
    "SNAPSHOT_QUEUE_URL",
    "DETECT_QUEUE_URL",
  );
  const client = dsqlClient();
  return planHandler({
    ...runtime(),
    discover: async () =>
      CLUSTERS === "auto" ? discoverClusters(client, AUDITOR_USER) : { clusters: CLUSTERS, failures: [] },
    snapshot: queueOf(SNAPSHOT_QUEUE_URL),
    detect: queueOf(DETECT_QUEUE_URL),
  });
});
