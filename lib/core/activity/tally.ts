// Adds connections up: those alike in all that a detector looks at make one tally. Merging is associative and commutative.

import type { Instant } from "../base/time.ts";
import { accessKeyMark } from "./access-key.ts";
import type { Tally } from "./activity.ts";
import { ADMIN } from "./admin-logins.ts";
import { clientOf } from "./client-family.ts";
import type { Connection } from "./connection.ts";
import { networkOf } from "./network.ts";
import { sessionShape } from "./session-shape.ts";

/** What stands in network, client and session of the tally that gathers a principal's rarest kinds. */
export const FOLDED = "…";

/** What had begun before `to`: of a tally that went on afterwards its first connection alone is known to have. */
export const talliesBefore = (tallies: readonly Tally[], to: Instant): Tally[] =>
  tallies
    .filter(({ firstAt }) => firstAt < to)
    .map((tally) => (tally.lastAt < to ? tally : { ...tally, count: 1, lastAt: tally.firstAt }));

/** Two tallies with one key count the same kind of connection. */
export const tallyKey = (t: Omit<Tally, "count" | "firstAt" | "lastAt" | "firstEventId">): string =>
  `${t.principal}\n${t.action}\n${t.outcome}\n${t.network}\n${t.client}\n${t.session}\n${t.role}${t.accessKey === undefined ? "" : `\n${t.accessKey}`}`;

/** Who has no ARN may have made up the key that it was refused with. */
const keyOf = ({ accessKeyId, principal }: Connection): string =>
  accessKeyId === undefined || principal.startsWith("unknown:") ? "" : accessKeyMark(accessKeyId);

/** One connection as a tally of one. */
export const tallyOf = (c: Connection): Tally => {
  const accessKey = keyOf(c);
  const tally = plainTally(c);
  if (accessKey !== "") tally.accessKey = accessKey;
  return tally;
};

const plainTally = (c: Connection): Tally => ({
  principal: c.principal,
  action: c.action,
  outcome: c.outcome,
  network: networkOf(c),
  client: clientOf(c.userAgent),
  session: sessionShape(c.sessionName),
  role: c.action === "DbConnectAdmin" ? ADMIN : (c.databaseRole ?? ""),
  count: 1,
  firstAt: c.at,
  lastAt: c.at,
  firstEventId: c.eventId,
});

/** Adds `b` to the sum `a`, in place: sums are ours, and this runs for every connection. */
export const addTo = (a: Tally, b: Tally): void => {
  if (b.firstAt < a.firstAt || (b.firstAt === a.firstAt && b.firstEventId < a.firstEventId)) {
    a.firstAt = b.firstAt;
    a.firstEventId = b.firstEventId;
  }
  if (b.lastAt > a.lastAt) a.lastAt = b.lastAt;
  a.count += b.count;
};

const byKey = (a: readonly [string, Tally], b: readonly [string, Tally]): number =>
  a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;

/** Adds one tally to sums by key; the sums are copies, what is added stays as it is. */
export const addTally = (sums: Map<string, Tally>, tally: Tally): void => {
  const key = tallyKey(tally);
  const sum = sums.get(key);
  if (sum === undefined) sums.set(key, { ...tally });
  else addTo(sum, tally);
};

/** Sums by key as a list in the order of their keys: equal sums make equal lists. */
export const sortedTallies = (sums: ReadonlyMap<string, Tally>): Tally[] =>
  [...sums].sort(byKey).map(([, tally]) => tally);

/** Sums tallies of equal key, sorted by key. */
export const mergeTallies = (tallies: Iterable<Tally>): Tally[] => {
  const sums = new Map<string, Tally>();
  for (const tally of tallies) addTally(sums, tally);
  return sortedTallies(sums);
};
