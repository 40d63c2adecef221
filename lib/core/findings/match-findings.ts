// Which observation goes on for which finding: by identity, by family, and of what lasts by overlapping in time.
import { EPISODE_QUIET_MS as QUIET_MS } from "../anomaly/episodes.ts";
import type { Finding, Observation } from "./finding.ts";
import { continuing, isClosed } from "./join-families.ts";
import { toldInChat, toldOfWhole } from "./told-of-it.ts";

/** About a stretch of time, which late events move: then the facet alone does not tell that it is the same one. */
const isOfTime = ({ life }: Observation): boolean => life !== "state";

/**
 * Is it the same stretch? Of one principal's episode with less than a day between; of one detector's gap where they
 * overlap and the finding is still open: a gap that is filled from its beginning is no new gap.
 */
const isSameStretch = (finding: Finding, observation: Observation): boolean => {
  const { life, subject } = observation;
  if (finding.cluster !== observation.cluster || finding.life !== life) return false;
  if (life === "episode") {
    return (
      finding.subject.principal === subject.principal &&
      finding.firstSeenAt - observation.lastSeenAt < QUIET_MS &&
      observation.firstSeenAt - finding.lastSeenAt < QUIET_MS
    );
  }
  return (
    finding.detector === observation.detector &&
    finding.subject.object === subject.object &&
    finding.subject.roleOid === subject.roleOid &&
    !isClosed(finding) &&
    finding.firstSeenAt < observation.lastSeenAt &&
    observation.firstSeenAt < finding.lastSeenAt
  );
};

/** Observations by the id of the finding that they continue. */
export const matched = (
  existing: readonly Finding[],
  observations: readonly Observation[],
): ReadonlyMap<string, Observation> => {
  const known = new Set(existing.map(({ id }) => id));
  const stretches = existing
    .filter(isOfTime)
    .toSorted((a, b) => a.firstSeenAt - b.firstSeenAt || (a.id < b.id ? -1 : 1));
  const ofFamily = continuing(existing);
  const byId = new Map<string, Observation>();
  for (const observation of observations) {
    if (isOfTime(observation) && !known.has(observation.id)) continue;
    const same = observation.family === undefined ? undefined : ofFamily.get(observation.id);
    byId.set(same?.id ?? observation.id, observation);
  }
  const matchedAlready = new Set(byId.values());
  for (const observation of observations) {
    if (matchedAlready.has(observation)) continue;
    const same = stretches.find((finding) => !byId.has(finding.id) && isSameStretch(finding, observation));
    byId.set(same?.id ?? observation.id, observation);
  }
  return byId;
};

const isTold = (finding: Finding): boolean =>
  finding.noticedAt !== undefined || toldInChat(finding)?.noticedAt !== undefined;

/** What late files leave of a gap in two pieces is no news: people know of the whole. */
export const toldAlready = (before: readonly Finding[], piece: Finding): Finding => {
  const whole =
    piece.life === "stretch" && before.find((finding) => isTold(finding) && isSameStretch(finding, piece));
  return whole ? toldOfWhole(piece, whole) : piece;
};
