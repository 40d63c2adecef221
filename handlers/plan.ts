// Decides which clusters to look at, and asks for one snapshot of each: by the hour, and soon after a change.
import type { Deployment, WatchedCluster } from "../lib/config.ts";
import type { Cluster, Principal } from "../lib/core/base/ids.ts";
import { HOUR, type Instant } from "../lib/core/base/time.ts";
import { type Place, reachOf, withinReach } from "../lib/core/coverage/reach.ts";
import {
  type Discovery,
  discoverClusters,
  type Presence,
  presenceOf,
} from "../lib/dsql/discover-clusters.ts";
import { AuditError } from "../lib/errors.ts";
import { noteDeletion } from "../lib/jobs/cluster-life.ts";
import { leaveAsleep } from "../lib/jobs/leave-asleep.ts";
import type { DetectJob, SnapshotJob } from "../lib/jobs/messages.ts";
import { planChange } from "../lib/jobs/plan-change.ts";
import { settleChoice } from "../lib/jobs/settle-choice.ts";
import { isToldGone } from "../lib/jobs/standing.ts";
import { errorFields } from "../lib/log.ts";
import { noticeStates } from "../lib/store/findings/notice-states.ts";
import { type ClusterEntry, isDeleted, isRetired } from "../lib/store/history/clusters.ts";
import { openCapture, openHistory, openSchedule, type Store } from "../lib/store/open-store.ts";
import { inParallel } from "../lib/store/table/in-parallel.ts";
import { type LambdaHandler, lambda, onLambda } from "./lambda.ts";
import {
  dsqlClients,
  memberRoles,
  queueOf,
  type Runtime,
  runtime,
  type Send,
  settings,
  tableOf,
} from "./wiring.ts";

/** What it asks and notes: the rest of the table is not its concern. */
type PlanStore = Omit<
  Store,
  | "findings"
  | "acts"
  | "sentNotices"
  | "estates"
  | "ledgers"
  | "digests"
  | "captureChecks"
  | "unwatched"
  | "settings"
  | "baselines"
>;

export type PlanDeps = Runtime & {
  readonly store: PlanStore;
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
 * What is read and what is judged now. Clusters that were ever seen are judged as well: what AWS does not tell of any more,
 * or tags no longer choose, must not fall silent. One that is gone is not read, and judged only until people were told.
 */
const watchOf = async ({ store, presence, now, log }: PlanDeps, discovery: Discovery): Promise<Watch> => {
  const { clusters: found, asked, unlisted = [], unchosen = [], undecided = [] } = discovery;
  const named = new Set(found.map(({ cluster }) => cluster));
  const listed = new Set([...named, ...unchosen, ...undecided.map(({ cluster }) => cluster)]);
  const silent = new Set(unlisted.map(({ prefix }) => prefix));
  const prefixOf = (cluster: Cluster): string => cluster.slice(0, cluster.lastIndexOf("/") + 1);
  const says = async (entry: ClusterEntry): Promise<Presence> => {
    const isNamed = listed.has(entry.cluster);
    if (isNamed && asked) return "there";
    // A place that did not answer just now is not asked again for each of its clusters.
    if (silent.has(prefixOf(entry.cluster))) return "unknown";
    // One that is gone comes back by a list, and one that is retired by a person alone.
    if (!presence || (entry.gone && !isNamed) || isRetired(entry)) return "unknown";
    const found = await presence(entry.cluster);
    if (found === "silent") silent.add(prefixOf(entry.cluster));
    return found;
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
  const watched = new Set(known.flatMap((one) => (one.gone ? [] : [one.cluster])));
  const choice = await settleChoice(store, discovery, watched, now());
  for (const cluster of choice.dropped) log.warn("no longer chosen by its tags", { cluster });
  return {
    read: [...found.filter(({ cluster }) => !gone.has(cluster)), ...choice.read],
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
  store: PlanStore,
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

/** The clusters that are watched in member accounts, of which the command line hears from this function alone. */
const ofMembers = ({ clusters }: Discovery, deployment: Deployment | undefined): readonly Cluster[] => {
  const members = new Set(deployment?.members?.split(","));
  return clusters.flatMap(({ cluster }) => (members.has(cluster.split(":")[4] ?? "") ? [cluster] : []));
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

/** When EventBridge's schedule sent the event; undefined: it does not say. */
const timeOf = (event: unknown): Instant | undefined => {
  const { time } = (event ?? {}) as { readonly time?: unknown };
  const at = typeof time === "string" ? Date.parse(time) : Number.NaN;
  return at >= 0 ? at : undefined;
};

export const planHandler = (deps: PlanDeps): LambdaHandler<unknown, { planned: number }> =>
  lambda(deps, async (event) => {
    const plan = await planChange(deps.store, event, deps.now());
    if (plan.kind === "none") return { planned: 0 };
    if (plan.kind === "schedule") await deps.store.deployments.ran(deps.now(), deps.deployment);
    const change = plan.kind === "change" ? plan : undefined;
    const waitSeconds = (change?.waitMs ?? 0) / 1_000;
    // The same event comes again where a part failed: what was read since is not read once more.
    const since = change?.dueAt ?? (plan.kind === "schedule" ? timeOf(event) : undefined);
    const unless = change ? { unlessSince: change.dueAt } : {};
    const nothing = (error: unknown): Discovery => ({ clusters: [], failures: [error], blind: true });
    const discovery = await deps.discover().catch(nothing);
    const { failures, blind } = discovery;
    // Whoever asks why there is nothing of an account must find the reason.
    if (discovery.unlisted)
      await deps.store.deployments
        .listed(deps.now(), discovery.unlisted, ofMembers(discovery, deps.deployment))
        .catch((error: unknown) => deps.log.warn("what accounts answered is not kept", errorFields(error)));
    for (const error of failures) deps.log.warn("clusters not listed", errorFields(error));
    const known = await watchOf(deps, discovery).catch((error: unknown) => ({ error }));
    // A register that cannot be read stops nobody: who reads or judges a cluster asks again whether it is gone.
    const watch = "error" in known ? allOf(discovery) : known;
    const wanted = plan.kind === "schedule" ? await awake(deps, watch, discovery.asleep) : watch.read;
    const read = wanted.map(
      (cluster): SnapshotJob => ({ ...cluster, ...(since !== undefined && { unlessSince: since }) }),
    );
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

/** The function as its environment says. */
export const wire = (shared: Runtime) => {
  const given = settings(
    "TABLE_NAME",
    "CLUSTERS",
    "CLUSTER_ARN_PREFIX",
    "REGIONS",
    "MEMBER_ACCOUNTS",
    "CLUSTER_TAGS",
    "AUDITOR_USER",
    "SNAPSHOT_QUEUE_URL",
    "DETECT_QUEUE_URL",
    "DEPLOYMENT",
    "IDLE_HOURS",
    "AUDITOR_PRINCIPAL",
  );
  const { TABLE_NAME, CLUSTERS, CLUSTER_ARN_PREFIX, REGIONS, AUDITOR_USER } = given;
  const { IDLE_HOURS, AUDITOR_PRINCIPAL: auditor } = given;
  const reach = reachOf(CLUSTER_ARN_PREFIX, REGIONS, given.MEMBER_ACCOUNTS);
  const table = tableOf(TABLE_NAME, shared);
  const listed = CLUSTERS === "auto" ? undefined : withinReach(CLUSTERS, reach);
  const wanted = listed ? {} : given.CLUSTER_TAGS;
  const clients = dsqlClients(memberRoles(shared, auditor));
  const clientOf = ({ account, region }: Place) => clients(region, account);
  return planHandler({
    ...shared,
    store: {
      ...openHistory(table, shared),
      ...openCapture(table),
      ...openSchedule(table),
      notices: noticeStates(table),
    },
    deployment: given.DEPLOYMENT && {
      ...given.DEPLOYMENT,
      clusterTags: wanted,
      ...(listed && { named: listed.map(({ cluster }) => cluster) }),
    },
    discover: async () =>
      listed
        ? { clusters: listed, failures: [] }
        : discoverClusters(clientOf, reach, AUDITOR_USER, { wanted }),
    presence: presenceOf(clientOf, reach),
    idle: IDLE_HOURS > 0 && auditor !== undefined ? { auditor, longestMs: IDLE_HOURS * HOUR } : undefined,
    snapshot: queueOf(given.SNAPSHOT_QUEUE_URL),
    detect: queueOf(given.DETECT_QUEUE_URL),
  });
};

export const handler = onLambda(() => wire(runtime()));
