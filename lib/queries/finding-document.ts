// A finding as it is given out, by the command line and the API alike: its subject flat, its times as text.
import { iso } from "../core/base/time.ts";
import type { Exemption } from "../core/findings/exemption.ts";
import type { Finding } from "../core/findings/finding.ts";
import { incidentOf } from "../core/incidents/threads.ts";

/** Flat, times as ISO 8601 in UTC; a field that does not apply is left out. */
export const findingDocument = (finding: Finding) => {
  const { principal, role, object } = finding.subject;
  return {
    id: finding.id,
    detector: finding.detector,
    category: finding.category,
    severity: finding.severity,
    status: finding.status,
    cluster: finding.cluster,
    ...(principal !== undefined && { principal }),
    ...(role !== undefined && { role }),
    ...(object !== undefined && { object }),
    title: finding.title,
    ...(finding.verdict && { verdict: finding.verdict }),
    firstSeenAt: iso(finding.firstSeenAt),
    lastSeenAt: iso(finding.lastSeenAt),
    detectedAt: iso(finding.detectedAt),
    confirmedAt: iso(finding.confirmedAt),
    ...(finding.seenDays !== undefined && { seenDays: finding.seenDays }),
    ...(finding.observedUntil !== undefined && { observedUntil: iso(finding.observedUntil) }),
    ...(finding.sameAs && { sameAs: finding.sameAs }),
    ...(finding.endedAt !== undefined && { endedAt: iso(finding.endedAt) }),
    ...(finding.ends !== undefined && { ends: finding.ends }),
    ...(finding.closedAt !== undefined && { closedAt: iso(finding.closedAt) }),
    ...(finding.closedBecause !== undefined && { closedBecause: finding.closedBecause }),
    ...(finding.acknowledged && {
      acknowledged: { ...finding.acknowledged, at: iso(finding.acknowledged.at) },
    }),
    ...(finding.reopened > 0 && { reopened: finding.reopened }),
    incident: incidentOf(finding),
    evidence: finding.evidence,
    ...(finding.eventIds && { eventIds: finding.eventIds }),
    ...(finding.fix !== undefined && { fix: finding.fix }),
  };
};
/** What was accepted: who answers for it and why, until when, and who said so when. */
export const exemptionDocument = ({ owner, reason, until, createdBy, createdAt }: Exemption) => ({
  owner,
  reason,
  until: iso(until),
  ...(createdBy !== undefined && { by: createdBy }),
  at: iso(createdAt),
});

/** One finding, with who accepted it. */
export const acceptedDocument = (finding: Finding, exemption: Exemption | undefined) => ({
  ...findingDocument(finding),
  ...(exemption && { exemption: exemptionDocument(exemption) }),
});

export type FindingDocument = ReturnType<typeof findingDocument>;
