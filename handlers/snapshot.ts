// Takes one snapshot per message, and asks for a judgement where something changed.
import { type Cluster, type Principal, parseArn } from "../lib/core/base/ids.ts";
import { type DetectJob, SnapshotJob } from "../lib/jobs/messages.ts";
import { type SnapshotPorts, takeSnapshot } from "../lib/jobs/take-snapshot.ts";
import { isRetired } from "../lib/store/history/clusters.ts";
import { openCanaries, openFindings, openHistory, type Store } from "../lib/store/open-store.ts";
import { eachMessage, onLambda } from "./lambda.ts";
import {
  type CredentialsOf,
  iamReader,
  memberRoles,
  peersReader,
  policySimulator,
  queueOf,
  type Runtime,
  runtime,
  type Send,
  settings,
  tableOf,
} from "./wiring.ts";

export type SnapshotDeps = Runtime & {
  readonly store: SnapshotPorts["store"] & Pick<Store, "findings">;
  readonly auditor: Principal | undefined;
  readonly auditAsAdmin?: boolean;
  /** Who signs for a cluster of another account. */
  readonly credentialsOf?: CredentialsOf;
  readonly detect: Send;
  readonly readIam?: NonNullable<SnapshotPorts["readIam"]>;
  readonly readPeers?: NonNullable<SnapshotPorts["readPeers"]>;
  readonly simulator?: NonNullable<SnapshotPorts["simulator"]>;
};

/** Whether the newest snapshot shows something else than the one that was judged last, or none was judged yet. */
const showsNews = async (
  { snapshots, findings }: Pick<Store, "snapshots" | "findings">,
  cluster: Cluster,
): Promise<boolean> => {
  const [head, look] = await Promise.all([snapshots.head(cluster), findings.lastLook(cluster)]);
  if (!head) return false;
  const judged =
    look?.snapshotAt == null ? undefined : await snapshots.manifestAsOf(cluster, look.snapshotAt);
  return judged?.manifest.root !== head.manifest.root;
};

export const snapshotHandler = ({ detect, ...deps }: SnapshotDeps) => {
  // What changed is judged at once, also where the one who stored it died before he asked for that. Where nothing did, the
  // judgement that was planned with this snapshot is enough.
  const askToJudge = async (cluster: Cluster): Promise<void> => {
    if (await showsNews(deps.store, cluster))
      await detect([{ cluster, reason: "snapshot" } satisfies DetectJob]);
  };
  return eachMessage(deps, async (body) => {
    const { cluster, endpoint, user, dial, unlessSince } = SnapshotJob.parse(body);
    if (unlessSince !== undefined) {
      const head = await deps.store.snapshots.head(cluster);
      if (head && head.manifest.takenAt >= unlessSince) {
        deps.log.info("taken already", { cluster });
        return askToJudge(cluster);
      }
    }
    const entry = await deps.store.clusters.entry(cluster);
    if (entry && isRetired(entry)) return deps.log.info("not read: it is retired", { cluster });
    const credentials = deps.credentialsOf?.(parseArn(cluster)?.account);
    // In another account the auditor is what that account lets it be: never admin, and never asked about by AWS's simulator.
    const { simulator: _, ...elsewhere } = { ...deps, auditAsAdmin: false };
    const { seq, unchanged, changes } = await takeSnapshot(credentials ? elsewhere : deps, {
      kind: "dsql",
      cluster,
      endpoint,
      user,
      ...(credentials && { credentials }),
      ...(dial && { dial: { host: dial.host, port: dial.port, ...(dial.ca && { ca: dial.ca }) } }),
    });
    deps.log.info("snapshot stored", { cluster, seq, unchanged, changes: changes.length });
    await askToJudge(cluster);
  });
};

/** The function as its environment says. */
export const wire = (shared: Runtime) => {
  const { TABLE_NAME, DETECT_QUEUE_URL, AUDITOR_PRINCIPAL, IAM, AUDIT_AS_ADMIN } = settings(
    "TABLE_NAME",
    "DETECT_QUEUE_URL",
    "AUDITOR_PRINCIPAL",
    "IAM",
    "AUDIT_AS_ADMIN",
  );
  const table = tableOf(TABLE_NAME, shared);
  const credentialsOf = memberRoles(shared, AUDITOR_PRINCIPAL);
  return snapshotHandler({
    ...shared,
    credentialsOf,
    store: { ...openHistory(table, shared), ...openFindings(table), ...openCanaries(table) },
    auditor: AUDITOR_PRINCIPAL,
    auditAsAdmin: AUDIT_AS_ADMIN === "on",
    detect: queueOf(DETECT_QUEUE_URL),
    ...(IAM === "read"
      ? { readIam: iamReader(shared, credentialsOf), simulator: policySimulator() }
      : { readPeers: peersReader(shared, credentialsOf) }),
  });
};

export const handler = onLambda(() => wire(runtime()));
