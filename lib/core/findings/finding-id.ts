// The stable identity of a finding: the same subject judged by the same detector is the same finding, ever.
import { createHash } from "node:crypto";
import type { Cluster } from "../base/ids.ts";
import type { Subject } from "./finding.ts";

/** Unambiguous whatever the names hold: JSON of a fixed list. */
const digest = (parts: readonly unknown[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);

/**
 * A role counts by its OID, so that a rename keeps the finding, and by its name only where no OID is known. Likewise an
 * object: a facet names it by OID, so its name counts only where there is no facet.
 */
const identityOf = ({ principal, role, roleOid, object, facet }: Subject): unknown[] => [
  principal ?? null,
  roleOid ?? role ?? null,
  facet === "" ? (object ?? null) : null,
];

/** "dormant-mapping-3f9a1c2b7d8e4a10": detector + cluster + subject + facet, never an event id. */
export const findingId = (detector: string, cluster: Cluster, subject: Subject): string =>
  `${detector}-${digest([detector, cluster, ...identityOf(subject), subject.facet])}`;

/** What an exemption is keyed by: the finding without its facet, but for over-privileged access, where each grant counts. */
export const exemptionKey = (finding: {
  readonly detector: string;
  readonly cluster: Cluster;
  readonly category: string;
  readonly subject: Subject;
}): string =>
  findingId(finding.detector, finding.cluster, {
    ...finding.subject,
    facet: finding.category === "over-privileged" ? finding.subject.facet : "",
  });
