// Which findings belong together: those of one outage, and the same attack on several principals.
import { createHash } from "node:crypto";
import { EPISODE_QUIET_MS } from "../anomaly/episodes.ts";
import { HOUR, type Instant } from "../base/time.ts";
import type { Finding } from "../findings/finding.ts";
import { isClosed } from "../findings/join-families.ts";

/** The same network or client on another principal within this time is the same attack. */
const ATTACK_WITHIN_MS = HOUR;
/** What fails again this soon after it was mended is the same outage. */
const OUTAGE_WITHIN_MS = 6 * HOUR;

/** "inc-3f9a1c2b": of the finding that begins it, in this life of it. */
export const ownIncident = ({ cluster, id, reopened }: Finding): string =>
  `inc-${createHash("sha256")
    .update(JSON.stringify([cluster, id, reopened]))
    .digest("hex")
    .slice(0, 8)}`;

/** The incident that a finding belongs to; one that stands alone is an incident by itself. */
export const incidentOf = (finding: Finding): string => finding.incident ?? ownIncident(finding);

/** Nothing of it goes on any more. */
export const isOver = (finding: Finding): boolean => finding.status === "ended" || isClosed(finding);

/**
 * Since when nothing of it goes on; undefined while it does. A stretch has an end of its own and an episode ends by quiet,
 * whenever the finding was closed.
 */
export const overSince = (finding: Finding): Instant | undefined => {
  if (!isOver(finding)) return undefined;
  const { closedAt, endedAt, lastSeenAt, life, status } = finding;
  if (status === "resolved") return closedAt ?? lastSeenAt;
  if (life === "episode")
    return Math.min(lastSeenAt + EPISODE_QUIET_MS, closedAt ?? Number.POSITIVE_INFINITY);
  return endedAt ?? closedAt ?? lastSeenAt;
};

const overlap = (a: Finding, b: Finding, slack: number): boolean =>
  a.firstSeenAt - slack <= (overSince(b) ?? Number.POSITIVE_INFINITY) &&
  b.firstSeenAt - slack <= (overSince(a) ?? Number.POSITIVE_INFINITY);

/** "network:203.0.113.0/24" and "client:psql" tell an attack; a word alone names a state of things. */
const isAttack = (thread: string): boolean => thread.includes(":");

const belongTogether = (a: Finding, b: Finding): boolean =>
  a.cluster === b.cluster &&
  (a.threads ?? []).some(
    (thread) =>
      b.threads?.includes(thread) &&
      (isAttack(thread)
        ? Math.abs(a.firstSeenAt - b.firstSeenAt) <= ATTACK_WITHIN_MS
        : overlap(a, b, OUTAGE_WITHIN_MS)),
  );

const inOrder = (a: Finding, b: Finding): number =>
  a.detectedAt - b.detectedAt || a.firstSeenAt - b.firstSeenAt || (a.id < b.id ? -1 : 1);

/** Whether the incident of a finding is settled: others joined it, people know it by that reference, or it is past. */
const settledAmong = (findings: readonly Finding[]): ((finding: Finding) => boolean) => {
  const joined = new Set(findings.flatMap(({ incident }) => incident ?? []));
  return (finding) =>
    finding.incident !== undefined ||
    finding.toldAt !== undefined ||
    finding.chat?.toldAt !== undefined ||
    isClosed(finding) ||
    joined.has(ownIncident(finding));
};

/**
 * The findings, each new one in the incident that it belongs to. The same objects where nothing changed; twice is once.
 */
export const joinIncidents = (findings: readonly Finding[]): readonly Finding[] => {
  const threaded = findings.filter(({ threads }) => threads?.length).sort(inOrder);
  if (threaded.length < 2) return findings;
  const joined = new Map<string, string>();
  const isPlaced = settledAmong(threaded);
  const placed = threaded.filter(isPlaced);
  for (const finding of threaded) {
    if (isPlaced(finding)) continue;
    const other = placed.findLast((known) => belongTogether(known, finding));
    const incident = other && incidentOf(other);
    if (incident) joined.set(finding.id, incident);
    placed.push(incident ? { ...finding, incident } : finding);
  }
  if (!joined.size) return findings;
  return findings.map((finding) => {
    const incident = joined.get(finding.id);
    return incident ? { ...finding, incident } : finding;
  });
};
