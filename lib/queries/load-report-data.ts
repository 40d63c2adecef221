// Reads from the store what a report shows: one cluster as of one instant.

import { ADMIN } from "../core/activity/admin-logins.ts";
import type { Cluster } from "../core/base/ids.ts";
import { DAY, floorTo, HOUR, type Instant, type Interval } from "../core/base/time.ts";
import { sectionNames } from "../core/catalog/catalog.ts";
import { windowOptions } from "../core/findings/dormant-window.ts";
import { exemptionsAt } from "../core/findings/exemptions-at.ts";
import { judgeWith } from "../core/findings/judge.ts";
import { resolveSettings, type VerdictSettings } from "../core/findings/settings.ts";
import { type AuditView, auditView } from "../core/findings/view.ts";
import { pathsIn } from "../core/iam/paths-in.ts";
import { detectors } from "../detectors/index.ts";
import { AuditError } from "../errors.ts";
import { loadFacts } from "../jobs/load-facts.ts";
import { findingsAt } from "../report/findings-at.ts";
import { reachOfCatalog } from "../report/reach-of-catalog.ts";
import type { ReportChange, ReportData, ReportMapping } from "../report/report-data.ts";
import type { Snapshot } from "../store/history/snapshots.ts";
import type { ReadStore } from "../store/open-store.ts";
import { changeText } from "../wording/change-text.ts";
import { activityOf } from "./activity.ts";
import { type DeclaredAccess, declaredAccessAt } from "./baseline-drift.ts";
import { groundsOfSnapshot } from "./grounds.ts";
import { adminLogins, reachedBy } from "./reached-by.ts";
import { revokedMappings } from "./revoked-mappings.ts";
import { talliesUntil } from "./tallies.ts";

/** Whole weeks, so that every hour of the week comes equally often. */
const WINDOW_DAYS = 18 * 7;
const MAX_CHANGES = 250;

const mappingsOf = (view: AuditView, knownFor: Interval, dormantDays: number): ReportMapping[] =>
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
      unprovenHours: view.coverage.uncovered.hoursIn(stood),
    };
  });

const unreadableOf = (snapshot: Snapshot | undefined): ReportData["unreadable"] =>
  sectionNames.flatMap((section) => {
    const found = snapshot?.catalog.sections[section];
    if (found?.status !== "unreadable") return [];
    return [{ section, reason: found.reason, code: found.code }];
  });

const declaredOf = async (
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
const reachingOf = async (
  store: ReadStore,
  cluster: Cluster,
  snapshot: Snapshot | undefined,
  at: Instant,
): Promise<Pick<ReportData, "adminLogins" | "admins" | "walls">> => {
  const logins = await adminLogins(store, cluster, at);
  if (!snapshot) return { adminLogins: logins, admins: null, walls: null };
  const { engine, ways } = groundsOfSnapshot(store, snapshot, at);
  const known = await ways();
  return {
    adminLogins: logins,
    admins: reachedBy(engine, known, logins)(ADMIN),
    walls: snapshot.catalog.iam ? pathsIn(engine, known, logins) : null,
  };
};

/**
 * Everything `renderReport` needs. Verdicts rest on `settings`, else on those of the store. `storeOption` goes into
 * the commands that the report shows ("--store FILE"). A store
 * that knows nothing of the cluster gives a report that says so.
 */
export const loadReportData = async (
  store: ReadStore,
  cluster: Cluster,
  at: Instant,
  { storeOption = "", settings }: { readonly storeOption?: string; readonly settings?: VerdictSettings } = {},
): Promise<ReportData> => {
  const { snapshots, activity, findings } = store;
  const { dormantDays, archetypes, detectorOptions, falseFindingsPerWeek, auditor } =
    settings ?? resolveSettings(await store.settings.read()).values;

  const snapshot = await snapshots.asOf(cluster, at);
  const [first] = await Array.fromAsync(snapshots.list(cluster, { to: at, limit: 1 }));

  const facts = await loadFacts(store, cluster, at, {
    archetypes,
    falseFindingsPerWeek,
    auditor: auditor ?? undefined,
    activity: "all",
  });
  const view = auditView(facts);
  const { settledUntil } = view.coverage;
  const recent = floorTo(DAY, at) - WINDOW_DAYS * DAY;
  const hours = (await activity.hours(cluster, { from: recent, to: at })).map((profile) => ({
    ...profile,
    tallies: talliesUntil([profile], at),
  }));
  const known = view.activity.principals.flatMap(
    (principal) => view.activity.talliesOf(principal)[0]?.firstAt ?? [],
  );
  // The axis begins where anything is known: what lies before is no gap, nobody was looking yet.
  const begun = [first?.manifest.takenAt, facts.coverage[0]?.from, ...known].reduce<Instant>(
    (least, one) => Math.min(least, one ?? least),
    settledUntil,
  );
  const from = Math.max(recent, floorTo(HOUR, begun));

  const changes: ReportChange[] = [];
  let olderChanges = 0;
  for await (const { fromSeq, from: after, toSeq, to: by, change } of snapshots.changes(
    cluster,
    recent,
    at,
  )) {
    // What the first snapshot saw for the first time is no change.
    if (fromSeq === toSeq) continue;
    changes.push({ after, by, text: changeText(change) });
    if (changes.length > MAX_CHANGES) {
      changes.shift();
      olderChanges++;
    }
  }

  const look = await findings.lastLook(cluster);
  const { observations, looks } = judgeWith(detectors, windowOptions(dormantDays, detectorOptions))(view);
  const stored = await findings.list(cluster);
  // Before the last look the stored findings may say what was not known yet.
  const past = look && look.at > at ? findingsAt(stored, at, observations) : undefined;
  const accepted = exemptionsAt(
    await findings.exemptions(cluster),
    await store.acts.list(cluster),
    stored,
    at,
  );
  const window = { from, to: at };
  const { rows } = await activityOf(store, cluster, { interval: window, by: ["principal"] }, at);
  return {
    cluster,
    at,
    snapshot: snapshot
      ? { seq: snapshot.manifest.seq, takenAt: snapshot.manifest.takenAt, hash: snapshot.hash }
      : null,
    history:
      snapshot && first
        ? { from: first.manifest.takenAt, to: snapshot.manifest.takenAt, snapshots: snapshot.manifest.seq }
        : null,
    unreadable: unreadableOf(snapshot),
    incompleteLooks: looks.filter(({ complete }) => !complete),
    judgedAt: look?.at ?? null,
    findings: past?.findings ?? stored,
    pastFindings: past ? { judgedAnew: past.judgedAnew, leftOut: past.leftOut } : null,
    rules: detectors.map(({ id, title, docs, evidence }) => ({
      id,
      title,
      why: docs.why,
      falsePositives: docs.falsePositives,
      blindSpots: docs.blindSpots,
      evidence,
    })),
    ...(snapshot ? reachOfCatalog(snapshot.catalog) : { roles: null, schemas: null, reach: null }),
    mappings:
      facts.firstSnapshotAt === null
        ? null
        : mappingsOf(view, { from: begun, to: settledUntil }, dormantDays),
    ...(await reachingOf(store, cluster, snapshot, at)),
    declared: await declaredOf(store, cluster, snapshot, at),
    exemptions: accepted.exemptions,
    // A look since then makes it the past: people may have withdrawn what stood.
    exemptionsUntold: past ? accepted.untold : null,
    activity: view.activity.principals.length ? { window, hours, principals: rows } : null,
    coverage: {
      window: { from: Math.min(from, settledUntil), to: settledUntil },
      covered: facts.coverage,
      doubts: facts.doubts,
    },
    revoked: revokedMappings(facts, view, at),
    changes: changes.toReversed(),
    olderChanges,
    storeOption,
  };
};
