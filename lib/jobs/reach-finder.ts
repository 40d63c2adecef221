// Looks up what the principals of urgent findings can reach, for the notices about them.
import type { Cluster } from "../core/base/ids.ts";
import type { Instant } from "../core/base/time.ts";
import { type Finding, worstFirst } from "../core/findings/finding.ts";
import { isNews } from "../core/incidents/due.ts";
import { partiesOf } from "../core/incidents/parties.ts";
import { incidentOf } from "../core/incidents/threads.ts";
import { AuditError } from "../errors.ts";
import type { ReachOf } from "../notices/reach-of-all.ts";
import type { Reach } from "../notices/reach-text.ts";
import type { ReadStore } from "../store/open-store.ts";

/** Whether a notice about its incident will be due at once: also of what is over, whoever it was still has the access. */
const isUrgentNews = (finding: Finding): boolean =>
  isNews(finding) && worstFirst(finding.severity, "high") <= 0;

const asksForIt = (findings: readonly Finding[]): boolean => {
  const urgent = new Set(findings.filter(isUrgentNews).map(incidentOf));
  const { first, refused } = partiesOf(findings.filter((finding) => urgent.has(incidentOf(finding))));
  return first.length + refused.length > 0;
};

const unread = (why: string): Reach => ({ roles: [], notKnown: `What it can reach is not known: ${why}.` });

/** What a principal can reach by the newest snapshot, which is read only where a notice will ask for it. */
export const reachFinder = async (
  store: ReadStore,
  cluster: Cluster,
  findings: readonly Finding[],
  now: Instant,
): Promise<ReachOf> => {
  if (!asksForIt(findings)) return () => undefined;
  try {
    const [{ accessEngine }, { principalReach }] = await Promise.all([
      import("../core/privileges/effective.ts"),
      import("../queries/principal-reach.ts"),
    ]);
    const snapshot = await store.snapshots.asOf(cluster, now);
    const engine = snapshot && accessEngine(snapshot.catalog);
    return (principal) => (engine ? principalReach(engine, principal) : unread("no snapshot was taken yet"));
  } catch (error) {
    // A snapshot that was tampered with must not stop the mail about who may have done it.
    if (!(error instanceof AuditError)) throw error;
    return () => unread("the newest snapshot cannot be read");
  }
};
