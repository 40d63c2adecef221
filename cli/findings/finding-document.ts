// A finding as JSON gives it and as people read it: one shape for every command.

import { iso } from "../../lib/core/base/time.ts";
import type { Finding, Severity } from "../../lib/core/findings/finding.ts";
import type { Style } from "../colour.ts";
import type { Column } from "../output.ts";

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
    ...(finding.observedUntil !== undefined && { observedUntil: iso(finding.observedUntil) }),
    ...(finding.endedAt !== undefined && { endedAt: iso(finding.endedAt), ends: finding.ends }),
    ...(finding.closedAt !== undefined && { closedAt: iso(finding.closedAt) }),
    ...(finding.closedBecause !== undefined && { closedBecause: finding.closedBecause }),
    ...(finding.acknowledged && {
      acknowledged: { ...finding.acknowledged, at: iso(finding.acknowledged.at) },
    }),
    ...(finding.reopened > 0 && { reopened: finding.reopened }),
    evidence: finding.evidence,
    ...(finding.eventIds && { eventIds: finding.eventIds }),
    ...(finding.fix !== undefined && { fix: finding.fix }),
  };
};
export type FindingDocument = ReturnType<typeof findingDocument>;

/** What tells findings apart at a glance; commands take it in place of the whole id. */
const shortId = (id: string): string => id.slice(id.lastIndexOf("-") + 1).slice(0, 8);

/** How bad it is, by colour. */
export const severityStyle = (severity: Severity): Style | undefined =>
  ({ critical: "bad", high: "bad", medium: "warn", low: undefined })[severity] as Style | undefined;

export const findingColumns: readonly Column<FindingDocument>[] = [
  {
    head: "severity",
    cell: ({ severity }) => severity,
    style: ({ severity, status }) => (status === "open" ? severityStyle(severity) : "quiet"),
  },
  { head: "status", cell: ({ status }) => status },
  { head: "found", cell: ({ detectedAt }) => detectedAt.slice(0, 10) },
  { head: "what", cell: ({ title }) => title },
  { head: "id", cell: ({ id }) => shortId(id) },
];
