// Connections and habits of a whole database: of all its endpoints, as one endpoint would have them that had all connections.
import type { Tally } from "../activity/activity.ts";
import { mergeTallies } from "../activity/tally.ts";
import { type Elsewhere, EMPTY_ESTATE, type Estate } from "../anomaly/estate.ts";
import { asOf, joinEstates } from "../anomaly/join-estates.ts";
import type { SignRule } from "../anomaly/sign-rule.ts";
import { type SurpriseAt, type SurpriseFacts, surprises } from "../anomaly/surprise.ts";
import { DAY, floorTo, HOUR } from "../base/time.ts";
import type { Facts, PeerFacts } from "./facts.ts";

export type CountedDays = Pick<SurpriseFacts, "estate" | "days" | "talliesOn">;

const countedAt = ({ activity, estate }: Pick<PeerFacts, "activity" | "estate">): CountedDays => ({
  estate: estate ?? EMPTY_ESTATE,
  days: activity.days(),
  talliesOn: activity.talliesOn,
});

/** Of single hours: what was counted alike in one hour through two endpoints is one tally. */
const joinedDay = (lists: readonly (readonly Tally[])[]): readonly Tally[] => {
  const [only, ...more] = lists.filter(({ length }) => length > 0);
  if (!only || !more.length) return only ?? [];
  const byHour = Map.groupBy([only, ...more].flat(), ({ firstAt }) => floorTo(HOUR, firstAt));
  return [...byHour.values()].flatMap(mergeTallies).sort((a, b) => a.firstAt - b.firstAt);
};

/** The estate of one endpoint as of the end of a later day: what is kept of one may be older than what is kept of another. */
const upTo = (
  one: CountedDays,
  day: number | null,
  rest: Omit<SurpriseFacts, keyof CountedDays>,
  rules: readonly SignRule[],
): Estate => {
  if (day === null || one.estate.day === day) return one.estate;
  return { ...surprises({ ...rest, ...one }, rules).estateBefore((day + 1) * DAY), day };
};

/**
 * What surprise rests on, of all endpoints of the database; of one without peers what it is. Habits are joined as of the newest
 * day that is kept at some endpoint, and worked out together from then on: by `rules`.
 */
export const databaseDays = (
  facts: Pick<Facts, "activity" | "estate" | "peers">,
  rest: Omit<SurpriseFacts, keyof CountedDays>,
  rules: readonly SignRule[],
): CountedDays => {
  const own = countedAt(facts);
  const { peers = [] } = facts;
  if (!peers.length) return own;
  const all: readonly [CountedDays, ...CountedDays[]] = [own, ...peers.map(countedAt)];
  const newest = Math.max(...all.map(({ estate }) => estate.day ?? Number.NEGATIVE_INFINITY));
  const day = Number.isFinite(newest) ? newest : null;
  const brought = all.map((one) => upTo(one, day, rest, rules));
  return {
    estate: joinEstates([brought[0] ?? own.estate, ...brought.slice(1)]),
    days: [...new Set(all.flatMap(({ days }) => days))].sort((a, b) => a - b),
    talliesOn: (one) => joinedDay(all.map(({ talliesOn }) => talliesOn(one))),
  };
};

/** So many are held: a replay asks for one day after the other. */
const HELD_DAYS = 4;

/**
 * The other endpoints, as the day of one of them is held against. What is kept of habits there may be newer than the day that is asked
 * about, by the two days that late records take; what is older is brought up to it by `rules`.
 */
export const elsewhereOf = (
  [first, ...more]: readonly [PeerFacts, ...PeerFacts[]],
  rest: Omit<SurpriseFacts, keyof CountedDays>,
  rules: readonly SignRule[],
): Elsewhere => {
  const at = (peer: PeerFacts): SurpriseAt => surprises({ ...rest, ...countedAt(peer) }, rules);
  const made = new Map<number, Estate>();
  const before = (peer: SurpriseAt, day: number): Estate => asOf(peer.estateBefore(day * DAY), day);
  const [one, ...others] = [at(first), ...more.map(at)] as [SurpriseAt, ...SurpriseAt[]];
  return {
    allowedOn: (day) =>
      [first, ...more]
        .flatMap(({ activity }) => activity.talliesOn(day))
        .filter(({ outcome }) => outcome === "allowed")
        .sort((a, b) => a.firstAt - b.firstAt),
    estateBefore: (day) => {
      const known =
        made.get(day) ?? joinEstates([before(one, day), ...others.map((other) => before(other, day))]);
      made.set(day, known);
      if (made.size > HELD_DAYS) made.delete(Math.min(...made.keys()));
      return known;
    },
  };
};
