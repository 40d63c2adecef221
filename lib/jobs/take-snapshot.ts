// Reads one cluster's catalog and stores it as the next snapshot. Used by the snapshot function and by the command line.

import { randomUUID } from "node:crypto";
import { auditorIn } from "../core/base/auditor-in.ts";
import type { Cluster, Principal } from "../core/base/ids.ts";
import { type Catalog, isDsql, rowsOf, type ToldPeers } from "../core/catalog/catalog.ts";
import type { IamFacts } from "../core/catalog/iam-facts.ts";
import type { AsAdmin } from "../core/history/manifest.ts";
import { clusterOf, type Target } from "../dsql/connect.ts";
import { readMappingsAsAdmin } from "../dsql/read-as-admin.ts";
import { type ReadLimits, readCatalog } from "../dsql/read-catalog.ts";
import type { Saved } from "../store/history/save-snapshot.ts";
import type { Store } from "../store/open-store.ts";
import { type OpinionPorts, opinionsOf } from "./ask-opinions.ts";

export type SnapshotPorts = {
  readonly store: Pick<Store, "clusters" | "snapshots" | "canaries">;
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Whose login this is, so that it can be told from others' and be found again as a canary. */
  readonly auditor?: Principal | undefined;
  /** Whether the mappings are read as admin where the auditor's role is refused. */
  readonly auditAsAdmin?: boolean;
  readonly limits?: ReadLimits;
  /** Reads what IAM says of the cluster; missing: it is not asked. `arns` null: the mappings could not be read. */
  readonly readIam?: (cluster: Cluster, arns: readonly string[] | null) => Promise<IamFacts>;
  /** Asks for the peers alone, where `readIam` is missing: who has none may then be told from who has one. */
  readonly readPeers?: (cluster: Cluster) => Promise<ToldPeers>;
  /** AWS's policy simulator; missing: there are no second opinions but those that the store has. */
  readonly simulator?: OpinionPorts["simulator"];
};

/** Both walls of one instant: IAM right after the catalog, which says whom to ask it about. */
export const withIam = async (
  catalog: Catalog,
  { readIam, readPeers }: Pick<SnapshotPorts, "readIam" | "readPeers">,
): Promise<Catalog> => {
  if (!isDsql(catalog)) return catalog;
  if (!readIam) return readPeers ? { ...catalog, peers: await readPeers(catalog.cluster) } : catalog;
  const { mappings } = catalog.sections;
  const arns = mappings.status === "read" ? mappings.rows.map(({ arn }) => arn) : null;
  return { ...catalog, iam: await readIam(catalog.cluster, arns) };
};

type Attempts = (how?: { readonly admin: true }) => Promise<(connected?: boolean) => Promise<void>>;

/** A login that is not written down before it is made would look like somebody who hides behind the auditor. */
const attemptsOf = ({ store, now, auditor }: SnapshotPorts, cluster: Cluster): Attempts => {
  const login = randomUUID();
  return async (how) => {
    if (auditor === undefined) return async () => {};
    const note = await store.canaries.recordAttempt(cluster, { at: now(), login, ...how });
    // Whether it got in is worth knowing, and no reason to fail: without it a login counts as made.
    return async (connected) => {
      if (connected !== undefined) await note(connected).catch(() => {});
    };
  };
};

/** The catalog with its mappings, where only admin may read them and the deployment lets it; and how that went. */
const withMappings = async (
  { auditAsAdmin, random, sleep, limits = {} }: SnapshotPorts,
  target: Target,
  catalog: Catalog,
  onAttempt: Attempts,
): Promise<{ readonly catalog: Catalog; readonly asAdmin?: AsAdmin }> => {
  const { mappings } = catalog.sections;
  if (!auditAsAdmin || target.kind !== "dsql") return { catalog };
  if (mappings.status === "read") return { catalog, asAdmin: "not-needed" };
  // Rows that are not understood were no refusal: admin would get the same.
  if (mappings.code === null) return { catalog, asAdmin: "failed" };
  const found = await readMappingsAsAdmin(
    target,
    mappings,
    { random, sleep },
    { ...limits, onAttempt: () => onAttempt({ admin: true }) },
  );
  return {
    catalog: { ...catalog, sections: { ...catalog.sections, mappings: found } },
    asAdmin: found.status === "read" ? "read" : "failed",
  };
};

const mappedIn = (catalog: Catalog): string[] => rowsOf(catalog, "mappings").map(({ arn }) => arn);

/**
 * The snapshot as stored, and the catalog that it holds. Its time is the moment before the login: what it shows was
 * true then or a moment later. AuditError("connect" | "query" | "throttled"): nothing was stored, running it again is safe.
 */
export const takeSnapshot = async (
  given: SnapshotPorts,
  target: Target,
): Promise<Saved & { readonly catalog: Catalog }> => {
  const ports = {
    ...given,
    auditor: given.auditor === undefined ? undefined : auditorIn(given.auditor, clusterOf(target)),
  };
  const { store, now, random, sleep, auditor, limits = {}, simulator } = ports;
  const takenAt = now();
  const onAttempt = attemptsOf(ports, clusterOf(target));
  const read = await readCatalog(target, { random, sleep }, { ...limits, onAttempt: () => onAttempt() });
  const whole = await withMappings(ports, target, read, onAttempt);
  const catalog = await withIam(whole.catalog, ports);
  await store.clusters.register(catalog.cluster, takenAt);
  const saved = await store.snapshots.save(
    catalog.cluster,
    catalog,
    takenAt,
    {
      ...(auditor !== undefined && { login: { at: takenAt, principal: auditor } }),
      ...(whole.asAdmin && { asAdmin: whole.asAdmin }),
    },
    simulator &&
      catalog.iam &&
      opinionsOf({ simulator, now }, catalog.iam, catalog.cluster, mappedIn(catalog)),
  );
  return { ...saved, catalog };
};
