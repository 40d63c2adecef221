// Judges one cluster and brings its findings up to date. Used by the detect function and by the command line.

import type { Estate } from "../core/anomaly/estate.ts";
import type { Cluster } from "../core/base/ids.ts";
import { DAY, type Instant } from "../core/base/time.ts";
import type { Baseline } from "../core/baseline/baseline.ts";
import { activityDays } from "../core/findings/activity-days.ts";
import { withDeclaredOptions } from "../core/findings/baseline-options.ts";
import { DORMANT_DAYS, windowOptions } from "../core/findings/dormant-window.ts";
import type { Exemption } from "../core/findings/exemption.ts";
import type { Finding, Look } from "../core/findings/finding.ts";
import { type DetectorOptions, type Judged, judgeWith } from "../core/findings/judge.ts";
import { firstLooksOf, observedUntil } from "../core/findings/observe.ts";
import { reconcileFindings } from "../core/findings/reconcile-findings.ts";
import { isOfSharedState, spokenFor } from "../core/findings/shared-state.ts";
import { auditView } from "../core/findings/view.ts";
import type { Gone } from "../core/history/cluster-life.ts";
import { joinIncidents } from "../core/incidents/threads.ts";
import { detectors } from "../detectors/index.ts";
import type { Store } from "../store/open-store.ts";
import { CANARY_DAYS, proveByCanaries } from "./canary-proof.ts";
import { type CapturePorts, checkCapture } from "./check-capture.ts";
import { closeCluster, goneNow } from "./gone-cluster.ts";
import { type FactOptions, loadAll } from "./load-facts.ts";
import { lookCloser } from "./look-closer.ts";
import { peerFindings } from "./peer-findings.ts";
import { withWhoChanged } from "./who-changed.ts";

export type DetectOptions = FactOptions & {
  /** Asks AWS about its trails; without, nothing is asked and nothing is claimed. */
  readonly capture?: CapturePorts;
  readonly detectorOptions?: DetectorOptions;
  /** The window of the verdicts on mappings; 90. */
  readonly dormantDays?: number;
  /** Judges what is stored as it is, and stores nothing: neither findings nor what a look prepares for itself. */
  readonly dryRun?: boolean;
};

/** All findings of the cluster after this look, closed ones included, and what each detector could look at. */
export type Detected = {
  readonly findings: readonly Finding[];
  readonly looks: readonly Look[];
  /** The cluster is gone, so nothing was evaluated: its findings are closed. */
  readonly gone?: Gone;
};

const shared = new Set(detectors.filter(isOfSharedState).map(({ id }) => id));
const isShared = (detector: string): boolean => shared.has(detector);

/** What a look needs to be up to date: counts, what AWS says of its trails, which hours own logins prove. */
const prepare = async (
  store: Store,
  cluster: Cluster,
  now: Instant,
  capture: CapturePorts | undefined,
): Promise<void> => {
  await store.activity.fold(cluster, now);
  if (capture) await checkCapture(store, cluster, now, capture);
  // After a time without evaluations also what came meanwhile: nobody else matches it.
  const last = await store.findings.lastLook(cluster);
  const since = Math.min(now, last?.at ?? now);
  await proveByCanaries(store, cluster, { from: since - CANARY_DAYS * DAY, to: now });
};

type All = Awaited<ReturnType<typeof loadAll>>;

/** What a look found, and what is known of the looks before it. */
type Found = Pick<Judged, "observations" | "looks" | "gone"> & {
  readonly lastLookAt: Instant | undefined;
  readonly firstLooks: ReturnType<typeof firstLooksOf>;
  readonly peers: Awaited<ReturnType<typeof peerFindings>>;
};

/** What the findings are after the look, of those that there were: it is asked again where somebody else wrote meanwhile. */
const changeOf =
  (store: Store, facts: All["facts"], now: Instant, found: Found) =>
  async (before: readonly Finding[], exemptions: readonly Exemption[]): Promise<readonly Finding[]> => {
    const { observations, looks, gone, lastLookAt, firstLooks, peers } = found;
    const after = reconcileFindings(before, observations, looks, now, {
      ...{ exemptions, lastLookAt, gone },
      observedUntil: (finding) => observedUntil(firstLooks, finding, now),
    });
    const said = await withWhoChanged(store, facts, before, after);
    return joinIncidents(spokenFor(said, facts.snapshot?.takenAt ?? null, peers, isShared));
  };

/** What the next look need not work out again. `estate`: what was usual, where it can change no more. */
const keepPrepared = async (
  store: Store,
  cluster: Cluster,
  { facts, ledger, peerLedgers }: All,
  estate: Estate | undefined,
  revision: Awaited<ReturnType<Store["estates"]["revision"]>>,
): Promise<void> => {
  if (estate && estate.day !== facts.estate?.day) await store.estates.keep(cluster, estate, revision);
  if (ledger) await store.ledgers.keep(cluster, ledger, revision);
  for (const one of peerLedgers) await store.ledgers.ofPeer(cluster).keep(one.peer, one.ledger, one.revision);
};

/**
 * One look at `now`. Twice is the same as once; a look that is older than the newest one recorded changes nothing.
 * AuditError("config") names an option that does not parse. A cluster that is gone is not judged: its findings are closed.
 */
export const detectCluster = async (
  store: Store,
  cluster: Cluster,
  now: Instant,
  {
    detectorOptions = {},
    dormantDays = DORMANT_DAYS,
    capture,
    dryRun = false,
    ...options
  }: DetectOptions = {},
): Promise<Detected> => {
  // What the deployment says is wrong is told before anything is stored.
  judgeWith(detectors, windowOptions(dormantDays, detectorOptions));
  const optionsBy = (baseline: Baseline | undefined): DetectorOptions =>
    windowOptions(dormantDays, withDeclaredOptions(detectors, baseline, cluster, detectorOptions));
  const isGone = await goneNow(store, cluster, now, !dryRun);
  if (isGone) return closeCluster(store, cluster, isGone, now, { dryRun, capture });
  if (!dryRun) await prepare(store, cluster, now, capture);
  const revision = await store.estates.revision(cluster);
  const all = await loadAll(store, cluster, now, {
    ...options,
    activityDays: (baseline) => activityDays(detectors, optionsBy(baseline), baseline),
    ...(!dryRun && { fold: (peer) => store.activity.fold(peer, now) }),
  });
  const { facts, findings: known, exemptions: accepted } = all;
  const judge = judgeWith(detectors, optionsBy(facts.baseline));
  const judgement = judge(auditView(facts));
  const { looks } = judgement;
  const peers = await peerFindings(store, facts.snapshot?.catalog, now);
  const existing = [...known.values()].map(({ finding }) => finding);
  const endpoints = [facts, ...(facts.peers ?? [])] as const;
  const observations = await lookCloser(store, endpoints, existing, judgement.observations);
  const kept = store.findings;
  // Read anew, and as late as can be: another look may have run beside this one, and a newer one is not undone.
  const lastLook = await kept.lastLook(cluster);
  const firstLooks = firstLooksOf(
    lastLook,
    looks.map(({ detector }) => detector),
    now,
  );
  const found = { ...judgement, observations, lastLookAt: lastLook?.at, firstLooks, peers };
  const change = changeOf(store, facts, now, found);
  if (dryRun) return { findings: await change(existing, accepted), looks };
  // Where somebody else wrote meanwhile, it may have been an exemption.
  const changeAgain = async (before: readonly Finding[], round: number): Promise<readonly Finding[]> =>
    change(before, round === 0 ? accepted : await kept.exemptions(cluster));
  const findings = await kept.update(cluster, changeAgain, known);
  // Whoever retired it since this began has closed the findings before these were written.
  const goneSince = (await store.clusters.entry(cluster))?.gone;
  if (goneSince) return closeCluster(store, cluster, goneSince, now, { dryRun, capture });
  await keepPrepared(store, cluster, all, judgement.settled(), revision);
  await kept.looked(cluster, { at: now, snapshotAt: facts.snapshot?.takenAt ?? null, firstLooks });
  return { findings, looks };
};
