// Reads from the store what a report shows: one cluster as of one instant.

import type { Cluster } from "../core/base/ids.ts";
import { DAY, floorTo, HOUR, type Instant, type Interval } from "../core/base/time.ts";
import { sectionNames } from "../core/catalog/catalog.ts";
import { peerDoubts, peerProofs } from "../core/coverage/peer-coverage.ts";
import { withDeclaredOptions } from "../core/findings/baseline-options.ts";
import { windowOptions } from "../core/findings/dormant-window.ts";
import { exemptionsAt } from "../core/findings/exemptions-at.ts";
import type { Facts } from "../core/findings/facts.ts";
import { type DetectorOptions, judgeWith } from "../core/findings/judge.ts";
import { resolveSettings, type VerdictSettings } from "../core/findings/settings.ts";
import { type AuditView, auditView } from "../core/findings/view.ts";
import { detectors } from "../detectors/index.ts";
import { loadFacts } from "../jobs/load-facts.ts";
import { findingsAt } from "../report/findings-at.ts";
import { reachOfCatalog } from "../report/reach-of-catalog.ts";
import type { ReportChange, ReportData } from "../report/report-data.ts";
import type { Snapshot } from "../store/history/snapshots.ts";
import type { ReadStore } from "../store/open-store.ts";
import { changeText } from "../wording/change-text.ts";
import { activityOf } from "./activity.ts";
import { shownArchetypes } from "./archetypes.ts";
import { basisOf, goneAsOf } from "./basis.ts";
import { connectionsOf, type Database, databaseAt, peerLines } from "./database.ts";
import { declaredOf, mappingsOf, reachingOf } from "./report-access.ts";
import { revokedMappings } from "./revoked-mappings.ts";
import { talliesUntil } from "./tallies.ts";

/** Whole weeks, so that every hour of the week comes equally often. */
const WINDOW_DAYS = 18 * 7;
const MAX_CHANGES = 250;

const unreadableOf = ({ catalog }: Snapshot): ReportData["unreadable"] =>
  sectionNames.flatMap((section) => {
    const found = catalog.sections[section];
    if (found.status !== "unreadable") return [];
    return [{ section, reason: found.reason, code: found.code }];
  });

/** What the detectors are and what their findings rest on, for the words beside a finding. */
const rules: ReportData["rules"] = detectors.map(({ id, title, docs, evidence }) => ({
  id,
  title,
  why: docs.why,
  falsePositives: docs.falsePositives,
  blindSpots: docs.blindSpots,
  evidence,
}));

/** The newest changes first; of those that are too many only the number is told. */
const changesOf = async (
  { snapshots }: ReadStore,
  cluster: Cluster,
  { from, to }: Interval,
): Promise<Pick<ReportData, "changes" | "olderChanges">> => {
  const changes: ReportChange[] = [];
  let olderChanges = 0;
  for await (const { fromSeq, from: after, toSeq, to: by, change } of snapshots.changes(cluster, from, to)) {
    // What the first snapshot saw for the first time is no change.
    if (fromSeq === toSeq) continue;
    changes.push({ after, by, text: changeText(change) });
    if (changes.length > MAX_CHANGES) {
      changes.shift();
      olderChanges++;
    }
  }
  return { changes: changes.toReversed(), olderChanges };
};

/** The stored findings as of `at`, what was accepted of them then, and which looks could not see everything. */
const findingsOf = async (
  { findings, acts }: ReadStore,
  cluster: Cluster,
  at: Instant,
  view: AuditView,
  options: DetectorOptions,
): Promise<
  Pick<
    ReportData,
    "incompleteLooks" | "judgedAt" | "findings" | "pastFindings" | "exemptions" | "exemptionsUntold"
  >
> => {
  const look = await findings.lastLook(cluster);
  const { observations, looks } = judgeWith(detectors, options)(view);
  const stored = await findings.list(cluster);
  // Before the last look the stored findings may say what was not known yet.
  const past = look && look.at > at ? findingsAt(stored, at, observations) : undefined;
  const accepted = exemptionsAt(await findings.exemptions(cluster), await acts.list(cluster), stored, at);
  return {
    incompleteLooks: looks.filter(({ complete }) => !complete),
    judgedAt: look?.at ?? null,
    findings: past?.findings ?? stored,
    pastFindings: past ? { judgedAnew: past.judgedAnew, leftOut: past.leftOut } : null,
    exemptions: accepted.exemptions,
    // A look since then makes it the past: people may have withdrawn what stood.
    exemptionsUntold: past ? accepted.untold : null,
  };
};

/** Who connected in `window`, hour by hour; null: nobody is known. */
const activityFor = async (
  store: ReadStore,
  database: Database,
  recent: Interval,
  window: Interval,
  view: AuditView,
): Promise<ReportData["activity"]> => {
  const hours = (await connectionsOf(store, database, "hours", recent)).map((profile) => ({
    ...profile,
    tallies: talliesUntil([profile], recent.to),
  }));
  const { rows } = await activityOf(
    store,
    database.cluster,
    { interval: window, by: ["principal"] },
    recent.to,
  );
  const isKnown = [view.activity, ...view.activity.peers].some(({ principals }) => principals.length > 0);
  return isKnown ? { window, hours, principals: rows } : null;
};

/** The axis begins where anything is known: what lies before is no gap, nobody was looking yet. */
const begunAt = (firstTakenAt: Instant | undefined, { coverage }: Facts, view: AuditView): Instant => {
  const known = view.activity.principals.flatMap(
    (principal) => view.activity.talliesOf(principal)[0]?.firstAt ?? [],
  );
  return [firstTakenAt, coverage[0]?.from, ...known].reduce<Instant>(
    (least, one) => Math.min(least, one ?? least),
    view.coverage.settledUntil,
  );
};

/** The snapshot that a report shows, and the stretch of history that it stands at the end of. */
const snapshotOf = (
  snapshot: Snapshot | undefined,
  firstTakenAt: Instant | undefined,
): Pick<ReportData, "snapshot" | "history" | "unreadable" | "roles" | "schemas" | "reach"> => {
  if (!snapshot) {
    return { snapshot: null, history: null, unreadable: [], roles: null, schemas: null, reach: null };
  }
  const { seq, takenAt } = snapshot.manifest;
  return {
    snapshot: { seq, takenAt, hash: snapshot.hash },
    history: firstTakenAt === undefined ? null : { from: firstTakenAt, to: takenAt, snapshots: seq },
    unreadable: unreadableOf(snapshot),
    ...reachOfCatalog(snapshot.catalog),
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
  const { dormantDays, archetypes, detectorOptions, falseFindingsPerWeek, auditor } =
    settings ?? resolveSettings(await store.settings.read()).values;
  const snapshot = await store.snapshots.asOf(cluster, at);
  const [first] = await Array.fromAsync(store.snapshots.list(cluster, { to: at, limit: 1 }));
  const facts = await loadFacts(store, cluster, at, {
    archetypes,
    falseFindingsPerWeek,
    auditor: auditor ?? undefined,
    activity: "all",
  });
  const declared = withDeclaredOptions(detectors, facts.baseline, cluster, detectorOptions);
  const view = auditView(facts);
  const { settledUntil, peers, peersUnread = null } = view.coverage.database;
  const database = await databaseAt(store, cluster, at);
  const gone = await goneAsOf(store, cluster, at);
  const begun = begunAt(first?.manifest.takenAt, facts, view);
  const recent = { from: floorTo(DAY, at) - WINDOW_DAYS * DAY, to: at };
  const window = { from: Math.max(recent.from, floorTo(HOUR, begun)), to: at };
  const proven = { from: Math.min(window.from, settledUntil), to: settledUntil };
  return {
    cluster,
    at,
    ...(gone && { gone }),
    ...snapshotOf(snapshot, first?.manifest.takenAt),
    basis: snapshot ? await basisOf(store, cluster, snapshot, at) : null,
    ...(await findingsOf(store, cluster, at, view, windowOptions(dormantDays, declared))),
    rules,
    archetypes: shownArchetypes(view, at),
    mappings:
      facts.firstSnapshotAt === null
        ? null
        : mappingsOf(view, { from: begun, to: settledUntil }, dormantDays),
    ...(await reachingOf(store, cluster, snapshot, at)),
    declared: await declaredOf(store, cluster, snapshot, at),
    activity: await activityFor(store, database, recent, window, view),
    coverage: {
      window: proven,
      covered: facts.coverage,
      doubts: [...facts.doubts, ...peerDoubts(facts.coverage, peers)],
      // Who may be one is told with all else that is not known.
      peers: peerLines({ peers: peerProofs(peers, proven), peersUnread: null }),
      peersUnread,
    },
    revoked: revokedMappings(facts, view, at),
    ...(await changesOf(store, cluster, recent)),
    storeOption,
  };
};
