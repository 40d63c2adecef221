// The stable identity of a finding: the same subject judged by the same detector is the same finding, ever.
import { createHash } from "node:crypto";
import type { Cluster } from "../base/ids.ts";
import { familyOfDetector, mappingDetectors } from "./family.ts";
import type { Life, Subject } from "./finding.ts";

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

/** "capture-gap-3f9a1c2b7d8e4a10": detector (or family) + cluster + subject + facet, never an event id. */
export const findingId = (detector: string, cluster: Cluster, subject: Subject): string =>
  `${detector}-${digest([detector, cluster, ...identityOf(subject), subject.facet])}`;

/** What tells findings apart at a glance: commands take it in place of the whole id. */
export const shortId = (id: string): string => id.slice(id.lastIndexOf("-") + 1).slice(0, 8);

type Identified = {
  readonly detector: string;
  readonly family?: string | undefined;
  readonly life: Life;
  readonly cluster: Cluster;
  readonly subject: Subject;
};

/** What the finding is the same by, whichever detector of its family found it last. */
export const familyId = ({ detector, family, cluster, subject }: Identified): string =>
  findingId(family ?? detector, cluster, subject);

/**
 * What an exemption is keyed by. The facet of a state is part of it, for each grant counts by itself; that of a stretch
 * or an episode is its time, and the next one is accepted too.
 */
export const exemptionKey = (finding: Identified): string =>
  familyId({
    ...finding,
    subject: { ...finding.subject, facet: finding.life === "state" ? finding.subject.facet : "" },
  });

/** That key, and those under which earlier releases kept the same exemption: each detector's own, without a facet. */
export const exemptionKeys = (finding: Identified): readonly string[] => {
  const { detector, cluster, subject } = finding;
  const before = familyOfDetector(detector) === undefined ? [detector] : mappingDetectors;
  return [exemptionKey(finding), ...before.map((id) => findingId(id, cluster, { ...subject, facet: "" }))];
};
