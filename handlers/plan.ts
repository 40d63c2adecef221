// Decides which clusters to look at, and asks for one snapshot of each: by the hour, and soon after a change.
import {
  type DSQLClient,
  GetClusterCommand,
  paginateListClusters,
  ResourceNotFoundException,
} from "@aws-sdk/client-dsql";
import { type Deployment, type WatchedCluster, withinReach } from "../lib/config.ts";
import { Cluster, type Principal } from "../lib/core/base/ids.ts";
import { HOUR, type Instant } from "../lib/core/base/time.ts";
import { AuditError } from "../lib/errors.ts";
import { noteDeletion } from "../lib/jobs/cluster-life.ts";
import { leaveAsleep } from "../lib/jobs/leave-asleep.ts";
import type { DetectJob, SnapshotJob } from "../lib/jobs/messages.ts";
import { planChange } from "../lib/jobs/plan-change.ts";
import { isToldGone } from "../lib/jobs/standing.ts";
import { errorFields } from "../lib/log.ts";
import { type ClusterEntry, isDeleted, isRetired } from "../lib/store/history/clusters.ts";
import type { Store } from "../lib/store/open-store.ts";
import { inParallel } from "../lib/store/table/in-parallel.ts";
import { type LambdaHandler, lambda, onLambda } from "./lambda.ts";
import { dsqlClient, queueOf, type Runtime, runtime, type Send, settings, storeOf } from "./wiring.ts";

/** Clusters to look at, and those that AWS would not tell about: one of these does not hide the others. */
export type Discovery = {
  readonly clusters: readonly WatchedCluster[];
  readonly failures: readonly unknown[];
  /** AWS said just now that each of them is there; missing: the deployment names them. */
  readonly asked?: boolean;
  /** Those that AWS calls idle or inactive: whoever connects wakes them. */
  readonly asleep?: ReadonlySet<Cluster>;
};

/** `unknown`: refused, throttled, not reached, or neither here nor gone yet. It changes nothing. */
export type Presence = "there" | "gone" | "unknown";

export type PlanDeps = Runtime & {
  readonly store: Store;
  /** What this function is a part of; undefined: nobody told it. */
  readonly deployment?: Deployment | undefined;
  readonly discover: () => Promise<Discovery>;
  /** What AWS says of one cluster that is known; undefined: nobody may ask. It never throws. */
  readonly presence?: ((cluster: Cluster) => Promise<Presence>) | undefined;
  /** How long an idle cluster is left asleep; undefined: not at all. */
  readonly idle?: { readonly auditor: Principal; readonly longestMs: number } | undefined;
  readonly snapshot: Send;
  readonly detect: Send;
};

/** Judgement follows even where a snapshot fails: that it is missing must be noticed too. */
const DETECT_AFTER_SECONDS = 600;
/** After a change people wait for the answer: a snapshot takes seconds, and where it differs it asks for a judgement itself. */
const DETECT_CHANGE_AFTER_SECONDS = 240;

/** So many clusters are asked about at a time. */
const LANES = 4;

type Watch = { readonly read: readonly WatchedCluster[]; readonly judged: readonly Cluster[] };

/**
 * What is read and what is judged now. Clusters that were ever seen are judged as well: what AWS does not tell of any more
 * must not fall silent. One that is gone is not read, and judged only until people were told.
 */
const watchOf = async (
  { store, presence, now, log }: PlanDeps,
  { clusters: found, asked }: Discovery,
): Promise<Watch> => {
  const named = new Set(found.map(({ cluster }) => cluster));
  const says = async (entry: ClusterEntry): Promise<Presence> => {
    const isNamed = named.has(entry.cluster);
    if (isNamed && asked) return "there";
    // One that is gone comes back by a list, and one that is retired by a person alone.
    return (isNamed || !entry.gone) && !isRetired(entry) && presence ? presence(entry.cluster) : "unknown";
  };
  const known = await inParallel(await store.clusters.entries(), LANES, async (entry) => {
    const after = await noted(store, entry, await says(entry), now());
    const { cluster, gone } = after;
    if (after !== entry) log.info(gone ? "cluster is gone" : "cluster is back", { cluster });
    return { cluster, gone, settled: gone !== undefined && (await isToldGone(store, cluster, gone)) };
  });
  const gone = new Set(known.flatMap((one) => (one.gone ? [one.cluster] : [])));
  const settled = new Set(known.flatMap((one) => (one.settled ? [one.cluster] : [])));
  const all = [...new Set([...named, ...known.map(({ cluster }) => cluster)])];
  return {
    read: found.filter(({ cluster }) => !gone.has(cluster)),
    judged: all.filter((cluster) => !settled.has(cluster)),
  };
};

/** All that was found, whatever is known of it. */
const allOf = ({ clusters }: Discovery): Watch => ({
  read: clusters,
  judged: clusters.map(({ cluster }) => cluster),
});

/** The entry after what AWS says now. */
const noted = async (
  store: Store,
  entry: ClusterEntry,
  says: Presence,
  now: Instant,
): Promise<ClusterEntry> => {
  const { cluster } = entry;
  const isNew = says === (isDeleted(entry) ? "there" : "gone");
  if (!isNew) return entry;
  const after =
    says === "gone"
      ? await noteDeletion(store, cluster, now)
      : await store.clusters.note(cluster, { kind: "seen", at: now });
  return after ?? entry;
};

/** Whether the scan is left out; a question that fails wakes it. */
const isLeftOut = async ({ store, idle, now, log }: PlanDeps, cluster: Cluster): Promise<boolean> => {
  if (!idle) return false;
  try {
    const isLeft = await leaveAsleep(store, cluster, now(), idle);
    if (isLeft) log.info("left asleep", { cluster });
    return isLeft;
  } catch (error) {
    log.warn("read, for it is not known whether it may sleep", { cluster, ...errorFields(error) });
    return false;
  }
};

/** Those of `watch` that are read by the hour: not those that sleep and cannot have changed. */
const awake = async (deps: PlanDeps, watch: Watch, asleep: Discovery["asleep"]): Promise<Watch["read"]> => {
  const found = await inParallel(watch.read, LANES, async (one) =>
    asleep?.has(one.cluster) && (await isLeftOut(deps, one.cluster)) ? [] : [one],
  );
  return found.flat();
};

export const planHandler = (deps: PlanDeps): LambdaHandler<unknown, { planned: number }> =>
  lambda(deps, async (event) => {
    const plan = await planChange(deps.store, event, deps.now());
    if (plan.kind === "none") return { planned: 0 };
    if (plan.kind === "schedule") await deps.store.deployments.ran(deps.now(), deps.deployment);
    const change = plan.kind === "change" ? plan : undefined;
    const waitSeconds = (change?.waitMs ?? 0) / 1_000;
    const unless = change ? { unlessSince: change.dueAt } : {};
    const nothing = (error: unknown) => ({ clusters: [], failures: [error], blind: true });
    const discovery: Discovery & { blind?: boolean } = await deps.discover().catch(nothing);
    const { failures, blind } = discovery;
    const known = await watchOf(deps, discovery).catch((error: unknown) => ({ error }));
    // A register that cannot be read stops nobody: who reads or judges a cluster asks again whether it is gone.
    const watch = "error" in known ? allOf(discovery) : known;
    const wanted = plan.kind === "schedule" ? await awake(deps, watch, discovery.asleep) : watch.read;
    const read = wanted.map((cluster): SnapshotJob => ({ ...cluster, ...unless }));
    await deps.snapshot(read, { delaySeconds: waitSeconds });
    const judge = watch.judged.map((cluster): DetectJob => ({ cluster, reason: plan.kind, ...unless }));
    const judgeAfter = change ? waitSeconds + DETECT_CHANGE_AFTER_SECONDS : DETECT_AFTER_SECONDS;
    await deps.detect(judge, { delaySeconds: judgeAfter });
    // Where nothing was found the call comes again, and is not to be told that a look is planned.
    if (!blind && !("error" in known)) await change?.done();
    deps.log.info("planned", { reason: plan.kind, clusters: read.length, failures: failures.length });
    if ("error" in known) throw known.error;
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
    return { planned: read.length };
  });

/** Clusters that can be connected to; connecting wakes one that is idle. */
const REACHABLE: ReadonlySet<string> = new Set(["ACTIVE", "IDLE", "INACTIVE", "UPDATING"]);
const ASLEEP: ReadonlySet<string> = new Set(["IDLE", "INACTIVE"]);

const isMissing = (error: unknown): boolean => error instanceof ResourceNotFoundException;

/** All clusters of the account and Region that can be connected to. One that was deleted meanwhile is no failure. */
export const discoverClusters = async (client: DSQLClient, user: string): Promise<Discovery> => {
  const clusters: WatchedCluster[] = [];
  const failures: unknown[] = [];
  const asleep = new Set<Cluster>();
  for await (const page of paginateListClusters({ client }, {})) {
    for (const { identifier } of page.clusters ?? []) {
      try {
        const { arn, endpoint, status, multiRegionProperties } = await client.send(
          new GetClusterCommand({ identifier }),
        );
        if (!status || !REACHABLE.has(status)) continue;
        if (!arn || !endpoint)
          throw new AuditError("config", `AWS names no ARN or endpoint for ${identifier}`);
        const cluster = Cluster.parse(arn);
        clusters.push({ cluster, endpoint, user });
        // Whoever connects to its peer in another Region may change what both hold.
        if (ASLEEP.has(status) && !multiRegionProperties) asleep.add(cluster);
      } catch (error) {
        if (!isMissing(error)) failures.push(error);
      }
    }
  }
  return { clusters, failures, asked: true, asleep };
};

/**
 * What GetCluster says of a cluster whose ARN begins with `prefix`, the deployment's own account and Region; of any other
 * nothing is asked. Only "there is none" and DELETED say that it is gone.
 */
export const presenceOf =
  (client: DSQLClient, prefix: string) =>
  async (cluster: Cluster): Promise<Presence> => {
    if (!cluster.startsWith(prefix)) return "unknown";
    try {
      const { arn, status = "" } = await client.send(
        new GetClusterCommand({ identifier: cluster.slice(prefix.length) }),
      );
      if (arn !== cluster) return "unknown";
      return status === "DELETED" ? "gone" : REACHABLE.has(status) ? "there" : "unknown";
    } catch (error) {
      return isMissing(error) ? "gone" : "unknown";
    }
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
    "IDLE_HOURS",
    "AUDITOR_PRINCIPAL",
  );
  const { TABLE_NAME, CLUSTERS, CLUSTER_ARN_PREFIX, AUDITOR_USER } = given;
  const { IDLE_HOURS, AUDITOR_PRINCIPAL: auditor } = given;
  const listed = CLUSTERS === "auto" ? undefined : withinReach(CLUSTERS, CLUSTER_ARN_PREFIX);
  const client = dsqlClient();
  return planHandler({
    ...shared,
    store: storeOf(TABLE_NAME, shared),
    deployment: given.DEPLOYMENT,
    discover: async () =>
      listed ? { clusters: listed, failures: [] } : discoverClusters(client, AUDITOR_USER),
    presence: presenceOf(client, CLUSTER_ARN_PREFIX),
    idle: IDLE_HOURS > 0 && auditor !== undefined ? { auditor, longestMs: IDLE_HOURS * HOUR } : undefined,
    snapshot: queueOf(given.SNAPSHOT_QUEUE_URL),
    detect: queueOf(given.DETECT_QUEUE_URL),
  });
};

export const handler = onLambda(() => wire(runtime()));
