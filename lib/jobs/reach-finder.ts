// Looks up what the principals of incidents can reach, for the notices about them.
import type { Cluster } from "../core/base/ids.ts";
import type { Instant } from "../core/base/time.ts";
import type { Finding } from "../core/findings/finding.ts";
import { immediateNotice } from "../core/incidents/due.ts";
import { incidentsOf } from "../core/incidents/incident.ts";
import { partiesOf } from "../core/incidents/parties.ts";
import { AuditError } from "../errors.ts";
import type { ReachOf } from "../notices/reach-of-all.ts";
import type { Reach } from "../notices/reach-text.ts";
import type { ReadStore } from "../store/open-store.ts";

/** Whether a notice is due of an incident that somebody is behind; of one that is over nobody is told what was within reach. */
const asksForIt = (findings: readonly Finding[], now: Instant): boolean =>
  incidentsOf(findings).some((incident) => {
    const { first, refused } = partiesOf(incident.findings);
    const kind = first.length + refused.length > 0 ? immediateNotice(incident, now) : undefined;
    return kind !== undefined && kind !== "over";
  });

const unread = (why: string): Reach => ({ roles: [], notKnown: `What it can reach is not known: ${why}.` });

/** What a principal can reach by the newest snapshot, which is read only where a notice will ask for it. */
export const reachFinder = async (
  store: ReadStore,
  cluster: Cluster,
  findings: readonly Finding[],
  now: Instant,
): Promise<ReachOf> => {
  if (!asksForIt(findings, now)) return () => undefined;
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
