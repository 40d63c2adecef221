// Findings of what the endpoints of one database share: listed at each, told by one of them.
import type { Cluster } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import { sectionNames } from "../catalog/catalog.ts";
import type { Detector } from "./detector.ts";
import { type Finding, worstFirst } from "./finding.ts";
import { familyId } from "./finding-id.ts";
import { isClosed } from "./join-families.ts";

/**
 * What is the same at every endpoint: the catalog, which of its roles is the auditor's, and the identities of the account. A policy
 * is of one cluster alone.
 */
const SHARED: ReadonlySet<string> = new Set([
  ...sectionNames,
  "auditorRole",
  ...["users", "roles", "groups", "managedPolicies", "accessKeys", "identities"].map((part) => `iam.${part}`),
]);

/** Whether what the detector finds at one endpoint it finds at the others. */
export const isOfSharedState = ({ life, needs = [], ofEndpoint, ofDatabase }: Detector): boolean =>
  ofDatabase === true ||
  (life === "state" &&
    ofEndpoint === undefined &&
    needs.length > 0 &&
    needs.every((need) => SHARED.has(need)));

/** The findings of a peer that is watched, there, and was evaluated lately, and the snapshot that they rest on. */
export type PeerFindings = {
  readonly cluster: Cluster;
  readonly snapshotAt: Instant;
  readonly findings: readonly Finding[];
};

/** Equal for findings of the same at two endpoints. */
const keyAt = (finding: Finding, cluster: Cluster): string => familyId({ ...finding, cluster });

/** Somebody was told of it, wherever, or has it in hand. */
const isKnown = ({ noticedAt, chat, channels, status }: Finding): boolean =>
  noticedAt !== undefined ||
  chat?.noticedAt !== undefined ||
  Object.keys(channels ?? {}).length > 0 ||
  status === "acknowledged" ||
  status === "exempt";

/**
 * Whether the peer's finding speaks for the untold `finding`: people know it already, or it will be told as that of the first
 * endpoint by ARN, and no less severe. One that the peer's newer snapshot found mended is mended here too.
 */
const speaksFor = (
  twin: Finding,
  peer: PeerFindings,
  finding: Finding,
  snapshotAt: Instant | null,
): boolean => {
  if (worstFirst(twin.severity, finding.severity) > 0) return false;
  if (isClosed(twin))
    return twin.status === "resolved" && snapshotAt !== null && peer.snapshotAt > snapshotAt;
  if (twin.sameAs !== undefined || twin.observedUntil !== undefined) return false;
  return isKnown(twin) || peer.cluster < finding.cluster;
};

/**
 * The findings, each with `sameAs` where a peer's finding speaks for it, and without where none does any more. The same
 * objects where nothing changed. Who heard of one goes on hearing of it.
 */
export const spokenFor = (
  findings: readonly Finding[],
  snapshotAt: Instant | null,
  peers: readonly PeerFindings[],
  isShared: (detector: string) => boolean,
): readonly Finding[] => {
  const twins = peers.map((peer) => ({
    peer,
    byKey: new Map(
      peer.findings
        .filter(({ detector }) => isShared(detector))
        .map((one) => [keyAt(one, peer.cluster), one]),
    ),
  }));
  const sameAsOf = (finding: Finding): Finding["sameAs"] => {
    const { principal, role, object } = finding.subject;
    if ((principal ?? role ?? object) === undefined || !isShared(finding.detector)) return undefined;
    for (const { peer, byKey } of twins) {
      const twin = byKey.get(keyAt(finding, peer.cluster));
      if (twin && speaksFor(twin, peer, finding, snapshotAt)) return { cluster: peer.cluster, id: twin.id };
    }
    return undefined;
  };
  return findings.map((finding) => {
    if (isClosed(finding)) return finding;
    const sameAs = isKnown(finding) ? undefined : sameAsOf(finding);
    const { sameAs: before, ...rest } = finding;
    if (sameAs) return before?.id === sameAs.id ? finding : { ...rest, sameAs };
    return before === undefined ? finding : rest;
  });
};
