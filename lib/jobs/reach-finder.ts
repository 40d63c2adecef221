// Looks up what the principals of urgent findings can reach, for the notices about them.
import type { Cluster } from "../core/base/ids.ts";
import type { Instant } from "../core/base/time.ts";
import { type Finding, worstFirst } from "../core/findings/finding.ts";
import { isNews } from "../core/incidents/due.ts";
import { incidentOf, isOver } from "../core/incidents/threads.ts";
import { accessEngine } from "../core/privileges/effective.ts";
import { AuditError } from "../errors.ts";
import type { Reach } from "../notices/reach-text.ts";
import { principalReach } from "../queries/principal-reach.ts";
import type { ReadStore } from "../store/open-store.ts";

/** Whether a notice about its incident will be due at once. */
const isUrgentNews = (finding: Finding): boolean =>
  !isOver(finding) && isNews(finding) && worstFirst(finding.severity, "high") <= 0;

const isSomebodyThere = ({ subject, life }: Finding): boolean =>
  subject.principal !== undefined && life === "episode";

const asksForIt = (findings: readonly Finding[]): boolean => {
  const urgent = new Set(findings.filter(isUrgentNews).map(incidentOf));
  return findings.some(
    (finding) => isSomebodyThere(finding) && !isOver(finding) && urgent.has(incidentOf(finding)),
  );
};

const unread = (why: string): Reach => ({ roles: [], notKnown: `What it can reach is not known: ${why}.` });

/** The reach of a finding's principal by the newest snapshot, which is read only where a notice will ask for it. */
export const reachFinder = async (
  store: ReadStore,
  cluster: Cluster,
  findings: readonly Finding[],
  now: Instant,
): Promise<(finding: Finding) => Reach | undefined> => {
  if (!asksForIt(findings)) return () => undefined;
  try {
    const snapshot = await store.snapshots.asOf(cluster, now);
    const engine = snapshot && accessEngine(snapshot.catalog);
    return ({ subject, life }) => {
      if (life !== "episode" || subject.principal === undefined) return undefined;
      return engine ? principalReach(engine, subject.principal) : unread("no snapshot was taken yet");
    };
  } catch (error) {
    // A snapshot that was tampered with must not stop the mail about who may have done it.
    if (!(error instanceof AuditError)) throw error;
    return () => unread("the newest snapshot cannot be read");
  }
};
