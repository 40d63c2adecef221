// How a verdict on a mapping reads: its title, what its evidence is called, and what changed when it is over.
import { counted } from "../base/counted.ts";
import type { WordsOf } from "../base/evidence.ts";
import { DAY, dayOf, type Instant, minute } from "../base/time.ts";
import { principalName, visible } from "../base/visible-text.ts";
import type { PeerProof } from "../coverage/peer-coverage.ts";
import { mappingGoneText } from "./after-revoke.ts";
import type { DetectorView, KnownSubject } from "./detector.ts";
import type { Judged } from "./verdict.ts";
import type { MappingSubject } from "./view-mappings.ts";

export type MappingEvidence = {
  readonly window: { readonly days: number };
  readonly reason: string;
  readonly lastUseAt: string | null;
  readonly lastUseEventId?: string;
  readonly lastPossibleUseAt?: string;
  readonly lastPossibleUseEventId?: string;
  readonly captureProvenSince: string | null;
  /** Where the verdict is unknown: the covered stretch before the gap, in which nobody used it. */
  readonly provenUnused?: { readonly from: string; readonly to: string };
  readonly uncoveredHours: number;
  readonly uncovered?: readonly {
    readonly from: string;
    readonly to: string;
    readonly reasons?: readonly string[];
  }[];
  /** The other endpoints of the database, where it has any: use through them counts, and hours without proof there too. */
  readonly peers?: readonly PeerProof[];
  readonly mappingAgeAssumed: boolean;
  readonly mappingFirstSeenAt: string | null;
  readonly mappingNotSeenAt: string | null;
  readonly otherRoles?: readonly string[];
};

export const mappingWords: WordsOf<MappingEvidence> = {
  window: { label: "Window", fields: { days: { label: "", unit: ["day", "days"] } } },
  reason: { label: "Because", hidden: true },
  lastUseAt: { label: "Last use", whenEmpty: "none is known" },
  lastUseEventId: "Its CloudTrail event",
  lastPossibleUseAt: "Last possible use",
  lastPossibleUseEventId: "Its CloudTrail event",
  captureProvenSince: { label: "Capture is proven since", whenEmpty: "" },
  provenUnused: "Proven unused",
  uncoveredHours: { label: "Without capture", unit: ["hour", "hours"] },
  uncovered: { label: "Capture gap", lines: true, fields: { reasons: "because" } },
  peers: {
    label: "Peer in another Region",
    lines: true,
    fields: {
      cluster: "",
      region: { label: "", hidden: true },
      until: "a peer until",
      unprovenHours: { label: "without capture", unit: ["hour", "hours"] },
    },
  },
  mappingAgeAssumed: { label: "Age of the mapping was assumed", whenEmpty: "" },
  mappingFirstSeenAt: { label: "Mapping first seen", whenEmpty: "" },
  mappingNotSeenAt: { label: "Mapping not yet there at", whenEmpty: "" },
  otherRoles: "Other roles of the principal",
};

/** What is known beyond the verdict, for its title. */
export type MappingBasis = {
  readonly uncoveredHours: number;
  readonly provenUnusedUntil: Instant | undefined;
  readonly captureProvenSince: Instant | undefined;
  readonly rivals: number;
  readonly peers: readonly PeerProof[];
};

const hoursText = (hours: number): string => `${counted(hours, "hour")} without capture`;

/** Named are the peers that lack a proof; of all hours, as those of two peers may be the same ones. */
const unprovenPeers = (peers: readonly PeerProof[], hours: number): string => {
  const open = peers.filter(({ unprovenHours }) => unprovenHours > 0);
  const regions = open.map(({ region }) => region).join(" and ");
  const kind = open.every(({ until }) => until !== undefined) ? "former peer" : "peer";
  return `no use seen, but ${hoursText(hours)} at its ${kind}${open.length === 1 ? "" : "s"} in ${regions}`;
};

const unknownBecause = (mapping: MappingSubject, judged: Judged, basis: MappingBasis): string => {
  if (judged.reason === "not an IAM role or user") return "its ARN names no single IAM role or user";
  if (judged.reason === "age not known") {
    return `no use seen, and the mapping is known only since ${dayOf(mapping.period.firstSeenAt)}`;
  }
  if (judged.reason === "peers not known")
    return "no use seen in this Region, and whether the database has a peer in another could not be read";
  const { uncoveredHours, provenUnusedUntil, captureProvenSince } = basis;
  if (judged.reason === "a peer is not covered") return unprovenPeers(basis.peers, uncoveredHours);
  if (provenUnusedUntil !== undefined) {
    return `proven unused until ${dayOf(provenUnusedUntil)}; unknown since, ${hoursText(uncoveredHours)}`;
  }
  if (uncoveredHours > 0) return `no use seen, but ${hoursText(uncoveredHours)}`;
  return captureProvenSince === undefined
    ? "no use seen, but capture was never proven"
    : `no use seen, but capture is proven only since ${dayOf(captureProvenSince)}`;
};

export const mappingTitle = (
  { mappings, coverage }: DetectorView,
  mapping: MappingSubject,
  judged: Judged,
  basis: MappingBasis,
): string => {
  const who = `${principalName(mapping.principal)} as ${visible(mapping.role, 63)}`;
  switch (judged.verdict) {
    case "dormant": {
      const last = judged.lastUse ?? judged.lastPossibleUse;
      const days = Math.floor(
        (coverage.database.settledUntil - (last?.at ?? coverage.database.settledUntil)) / DAY,
      );
      return `Unused mapping: ${who}, last used ${counted(days, "day")} ago`;
    }
    case "never-used": {
      const since = Math.max(
        basis.captureProvenSince ?? 0,
        mappings.agesAssumed ? 0 : mapping.period.firstSeenAt,
      );
      return `Unused mapping: ${who}, never used${since > 0 ? ` since ${dayOf(since)}` : ""}`;
    }
    case "unknown":
      return `Mapping whose use is unknown: ${who}, ${unknownBecause(mapping, judged, basis)}`;
    case "ambiguous":
      return `Mapping whose use is ambiguous: ${who}, one of ${basis.rivals + 1} roles of an active principal`;
    case "active":
    case "grace":
      return `${who}: ${judged.reason}`;
    default:
      return judged.verdict satisfies never;
  }
};

/** What changed for a mapping that has no finding any more. */
export const mappingGone = (
  view: DetectorView,
  subject: KnownSubject,
  { days }: { readonly days: number },
): string | undefined => {
  const { mappings } = view;
  const known = mappings.standing.find(
    ({ principal, roleOid, role }) =>
      principal === subject.principal &&
      (subject.roleOid === undefined ? role === subject.role : roleOid === subject.roleOid),
  );
  if (!known) return mappingGoneText(view, subject);
  const { verdict, lastUse } = mappings.useOf(known, days);
  // It may be read days later, of a mapping that is gone by then.
  if (verdict === "active" && lastUse) return `It was used at ${minute(lastUse.at)}.`;
  if (verdict === "grace")
    return `The mapping was made again, first seen ${minute(known.period.firstSeenAt)}.`;
  return undefined;
};
