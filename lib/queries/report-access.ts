// What a report says of access beside the catalog's own privileges: mappings, who comes in over both walls, the baseline.
import { ADMIN } from "../core/activity/admin-logins.ts";
import type { Cluster } from "../core/base/ids.ts";
import type { Instant, Interval } from "../core/base/time.ts";
import type { AuditView } from "../core/findings/view.ts";
import { pathsIn } from "../core/iam/paths-in.ts";
import { AuditError } from "../errors.ts";
import type { ReportData, ReportMapping } from "../report/report-data.ts";
import type { Snapshot } from "../store/history/snapshots.ts";
import type { ReadStore } from "../store/open-store.ts";
import { type DeclaredAccess, declaredAccessAt } from "./baseline-drift.ts";
import { databaseAt } from "./database.ts";
import { groundsOfSnapshot } from "./grounds.ts";
import { adminLogins, reachedBy } from "./reached-by.ts";

/** The standing mappings, each with its verdict. `knownFor`: the stretch that activity is known of. */
export const mappingsOf = (view: AuditView, knownFor: Interval, dormantDays: number): ReportMapping[] =>
  view.mappings.standing.map((mapping) => {
    const { verdict, lastUse, lastPossibleUse } = view.mappings.useOf(mapping, dormantDays);
    const { principal, role, roleOid, period } = mapping;
    // "Never" is said of the stretch in which the mapping stood, and no longer.
    const from = Math.min(Math.max(knownFor.from, period.notSeenAt ?? knownFor.from), knownFor.to);
    const stood = { from, to: knownFor.to };
    return {
      principal,
      role,
      roleOid,
      verdict,
      lastUsedAt: lastUse?.at ?? lastPossibleUse?.at ?? null,
      certain: lastUse !== undefined,
      knownFor: stood,
      unprovenHours: view.coverage.database.uncovered.hoursIn(stood),
    };
  });

/** The baseline in force and the drift from it; null: none is published. */
export const declaredOf = async (
  store: ReadStore,
  cluster: Cluster,
  snapshot: Snapshot | undefined,
  at: Instant,
): Promise<ReportData["declared"]> => {
  let declared: DeclaredAccess | undefined;
  try {
    declared = await declaredAccessAt(store, cluster, snapshot, at);
  } catch (error) {
    if (error instanceof AuditError && error.code === "not-found") return { notKnown: error.message };
    throw error;
  }
  if (!declared) return null;
  const { published, drift, breakGlass, ended } = declared;
  return {
    version: published.version,
    publishedAt: published.at,
    by: published.by,
    components: published.baseline.components.length,
    drift: drift?.rows ?? null,
    breakGlass,
    ended,
  };
};

/** Who comes in, over both walls. */
export const reachingOf = async (
  store: ReadStore,
  cluster: Cluster,
  snapshot: Snapshot | undefined,
  at: Instant,
): Promise<Pick<ReportData, "adminLogins" | "admins" | "walls">> => {
  const logins = await adminLogins(store, await databaseAt(store, cluster, at), at);
  if (!snapshot) return { adminLogins: logins, admins: null, walls: null };
  const { engine, ways } = groundsOfSnapshot(store, snapshot, at);
  const known = await ways();
  return {
    adminLogins: logins,
    admins: reachedBy(engine, known, logins)(ADMIN),
    walls: snapshot.catalog.iam ? pathsIn(engine, known, logins) : null,
  };
};
