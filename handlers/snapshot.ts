// Takes one snapshot per message, and asks for a judgement where something changed.
import type { Principal } from "../lib/core/base/ids.ts";
import { type DetectJob, SnapshotJob } from "../lib/jobs/messages.ts";
import { type SnapshotPorts, takeSnapshot } from "../lib/jobs/take-snapshot.ts";
import { isRetired } from "../lib/store/history/clusters.ts";
import type { Store } from "../lib/store/open-store.ts";
import { eachMessage, onLambda } from "./lambda.ts";
import { iamReader, queueOf, type Runtime, runtime, type Send, settings, storeOf } from "./wiring.ts";

export type SnapshotDeps = Runtime & {
  readonly store: Store;
  readonly auditor: Principal | undefined;
  readonly detect: Send;
  readonly readIam?: NonNullable<SnapshotPorts["readIam"]>;
};

export const snapshotHandler = ({ detect, ...deps }: SnapshotDeps) =>
  eachMessage(deps, async (body) => {
    const { cluster, endpoint, user, dial, unlessSince } = SnapshotJob.parse(body);
    if (unlessSince !== undefined) {
      const head = await deps.store.snapshots.head(cluster);
      if (head && head.manifest.takenAt >= unlessSince) return deps.log.info("taken already", { cluster });
    }
    const entry = await deps.store.clusters.entry(cluster);
    if (entry && isRetired(entry)) return deps.log.info("not read: it is retired", { cluster });
    const { seq, unchanged, changes } = await takeSnapshot(deps, {
      kind: "dsql",
      cluster,
      endpoint,
      user,
      ...(dial && { dial: { host: dial.host, port: dial.port, ...(dial.ca && { ca: dial.ca }) } }),
    });
    deps.log.info("snapshot stored", { cluster, seq, unchanged, changes: changes.length });
    // What changed is judged at once; where nothing did, the judgement that was planned with this snapshot is enough.
    if (!unchanged) await detect([{ cluster, reason: "snapshot" } satisfies DetectJob]);
  });

/** The function as its environment says. */
export const wire = (shared: Runtime) => {
  const { TABLE_NAME, DETECT_QUEUE_URL, AUDITOR_PRINCIPAL, IAM } = settings(
    "TABLE_NAME",
    "DETECT_QUEUE_URL",
    "AUDITOR_PRINCIPAL",
    "IAM",
  );
  return snapshotHandler({
    ...shared,
    store: storeOf(TABLE_NAME, shared),
    auditor: AUDITOR_PRINCIPAL,
    detect: queueOf(DETECT_QUEUE_URL),
    ...(IAM === "read" && { readIam: iamReader(shared) }),
  });
};

export const handler = onLambda(() => wire(runtime()));
