// Decides which clusters to look at, and asks for one snapshot of each: by the hour, and soon after a change.
import { type DSQLClient, GetClusterCommand, paginateListClusters } from "@aws-sdk/client-dsql";
import { type Deployment, type WatchedCluster, withinReach } from "../lib/config.ts";
import { Cluster } from "../lib/core/base/ids.ts";
import { AuditError } from "../lib/errors.ts";
import type { DetectJob, SnapshotJob } from "../lib/jobs/messages.ts";
import { planChange } from "../lib/jobs/plan-change.ts";
import type { Store } from "../lib/store/open-store.ts";
import { type LambdaHandler, lambda, onLambda } from "./lambda.ts";
import { dsqlClient, queueOf, type Runtime, runtime, type Send, settings, storeOf } from "./wiring.ts";

/** Clusters to look at, and those that AWS would not tell about: one of these does not hide the others. */
export type Discovery = {
  readonly clusters: readonly WatchedCluster[];
  readonly failures: readonly unknown[];
};

export type PlanDeps = Runtime & {
  readonly store: Store;
  /** What this function is a part of; undefined: nobody told it. */
  readonly deployment?: Deployment | undefined;
  readonly discover: () => Promise<Discovery>;
  readonly snapshot: Send;
  readonly detect: Send;
};

/** Judgement follows even where a snapshot fails: that it is missing must be noticed too. */
const DETECT_AFTER_SECONDS = 600;
/** After a change people wait for the answer: a snapshot takes seconds, and where it differs it asks for a judgement itself. */
const DETECT_CHANGE_AFTER_SECONDS = 240;

export const planHandler = (deps: PlanDeps): LambdaHandler<unknown, { planned: number }> =>
  lambda(deps, async (event) => {
    const plan = await planChange(deps.store, event, deps.now());
    if (plan.kind === "none") return { planned: 0 };
    if (plan.kind === "schedule") await deps.store.deployments.ran(deps.now(), deps.deployment);
    const change = plan.kind === "change" ? plan : undefined;
    const waitSeconds = (change?.waitMs ?? 0) / 1_000;
    const unless = change ? { unlessSince: change.dueAt } : {};
    const nothing = (error: unknown) => ({ clusters: [], failures: [error], blind: true });
    const { clusters, failures, blind }: Discovery & { blind?: boolean } = await deps
      .discover()
      .catch(nothing);
    const read = clusters.map((cluster): SnapshotJob => ({ ...cluster, ...unless }));
    await deps.snapshot(read, { delaySeconds: waitSeconds });
    // Clusters that were ever seen as well: what AWS does not tell of any more must not fall silent.
    const known = await deps.store.clusters.list();
    const judged = [...new Set([...clusters.map(({ cluster }) => cluster), ...known])];
    const judge = judged.map((cluster): DetectJob => ({ cluster, reason: plan.kind, ...unless }));
    const judgeAfter = change ? waitSeconds + DETECT_CHANGE_AFTER_SECONDS : DETECT_AFTER_SECONDS;
    await deps.detect(judge, { delaySeconds: judgeAfter });
    // Where nothing was found the call comes again, and is not to be told that a look is planned.
    if (!blind) await change?.done();
    deps.log.info("planned", { reason: plan.kind, clusters: clusters.length, failures: failures.length });
    if (failures.length) {
      throw new AuditError(
        "denied",
        `AWS did not list all clusters: ${failures.length} ${failures.length === 1 ? "request" : "requests"} failed`,
        {
          cause: failures[0],
          hint: "The other clusters were planned.",
        },
      );
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

/** The function as its environment says. */
export const wire = (shared: Runtime) => {
  const given = settings(
    "TABLE_NAME",
    "CLUSTERS",
    "CLUSTER_ARN_PREFIX",
    "AUDITOR_USER",
    "SNAPSHOT_QUEUE_URL",
    "DETECT_QUEUE_URL",
    "DEPLOYMENT",
  );
  const { TABLE_NAME, CLUSTERS, CLUSTER_ARN_PREFIX, AUDITOR_USER } = given;
  const listed = CLUSTERS === "auto" ? undefined : withinReach(CLUSTERS, CLUSTER_ARN_PREFIX);
  const client = dsqlClient();
  return planHandler({
    ...shared,
    store: storeOf(TABLE_NAME, shared),
    deployment: given.DEPLOYMENT,
    discover: async () =>
      listed ? { clusters: listed, failures: [] } : discoverClusters(client, AUDITOR_USER),
    snapshot: queueOf(given.SNAPSHOT_QUEUE_URL),
    detect: queueOf(given.DETECT_QUEUE_URL),
  });
};

export const handler = onLambda(() => wire(runtime()));
