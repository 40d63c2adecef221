// What happens to the second estate as a whole or to one of its parties, without harm: moves, roll-outs, exercises, storms.
import type { Chance } from "../chance.ts";
import { type Human, type Party, SITES, somewhere, within } from "./cast.ts";

type Span = { readonly from: number; readonly to: number };
export const holds = (span: Span | undefined, day: number): boolean =>
  span !== undefined && day >= span.from && day <= span.to;

export type Happenings = {
  /** The address of a site for one of its people: an office moves within a week, desk by desk. */
  readonly siteOf: (human: Human, day: number) => string;
  /** The library that a process speaks through: some roll a new one out within a fortnight. */
  readonly libraryOf: (party: Party, day: number) => string;
  /** Private range in use: a party may have been moved for good, or be in an exercise for some hours. */
  readonly rangeOf: (party: Party, day: number, hour: number) => number;
  /** Load of an hour against its usual. */
  readonly loadOf: (party: Party, day: number, hour: number) => number;
  /** Refused attempts within an hour that harm nobody: a storm of retries, a key that was rotated. */
  readonly refusedOf: (party: Party, day: number, hour: number) => number;
  readonly addressesOf: (party: Party, day: number) => readonly string[];
  readonly isAway: (human: Human, day: number) => boolean;
  /** Where a travelling human sleeps. */
  readonly hotelOf: (human: Human, day: number) => string | undefined;
  readonly isOnCall: (human: Human, week: number) => boolean;
  /** Someone left: the mapping was revoked on this day. */
  readonly leaves: ReadonlyMap<Party, number>;
};

/** What befalls each party. */
const fatesOf = (random: Chance, parties: readonly Party[], days: number) =>
  new Map(
    parties.map((party) => {
      const its = random.fork(`fate of ${party.arn}`);
      return [
        party,
        {
          rollOutDelay: its.int(0, 13),
          moves: its.happens(0.08) ? { day: its.int(9, days), range: its.int(47, 50) } : undefined,
          inExercise: its.happens(0.5),
          inStorm: its.happens(0.45),
          tested: party.load >= 5 && its.happens(0.3),
          rotates: its.int(5, 90),
          rotated: its.int(2, 45),
          added: its.happens(0.25) ? { day: its.int(9, days), address: somewhere(its) } : undefined,
          replaced: its.happens(0.1) ? { day: its.int(9, days), address: within(its, "18.196") } : undefined,
        },
      ] as const;
    }),
  );

/** When each human is away, travels and is on call. */
const livesOf = (random: Chance, parties: readonly Party[], days: number) =>
  new Map(
    parties.flatMap(({ humans }) =>
      humans.map((human, n) => {
        const its = random.fork(`life of ${human.session} ${n}`);
        const leave = its.int(0, days);
        const trip = its.int(0, days);
        return [
          human,
          {
            deskDelay: its.int(0, 4),
            leave: its.happens(0.5) ? { from: leave, to: leave + its.int(3, 24) } : undefined,
            trip: its.happens(0.3) ? { from: trip, to: trip + its.int(0, 6) } : undefined,
            hotel: somewhere(its),
            rota: its.happens(0.25) ? its.int(0, 4) : undefined,
          },
        ] as const;
      }),
    ),
  );

/** Who leaves for good, and on which day. */
const leavesOf = (random: Chance, parties: readonly Party[], days: number): ReadonlyMap<Party, number> => {
  const leavers = parties.filter(({ joins, isAdmin }) => joins === 0 && !isAdmin);
  const leaves = new Map<Party, number>();
  for (let n = 0; n < Math.ceil(parties.length / 12); n++)
    leaves.set(random.pick(leavers), random.int(Math.floor(days / 4), Math.floor(days / 2)));
  return leaves;
};

/** Plans all of it; `random` is used here only. */
export const happeningsOf = (random: Chance, parties: readonly Party[], days: number): Happenings => {
  const some = (least = 9): number => random.int(Math.min(least, days - 4), days - 4);
  const site = { index: random.int(0, SITES.length - 1), day: some(), to: somewhere(random) };
  const rollOut = { from: "aurora-dsql-nodejs-pg", to: "aurora-dsql-connector-js/1.0.2", day: some() };
  const exercise = { day: some(), hour: random.int(7, 18), range: 90 };
  const storm = { day: some(), hour: random.int(0, 23) };
  const test = { day: some(), hour: random.int(8, 20), length: random.int(1, 3) };
  const season = { from: some(), to: 0 };
  season.to = season.from + 3;
  const own = fatesOf(random, parties, days);
  const lives = livesOf(random, parties, days);
  return {
    leaves: leavesOf(random, parties, days),
    siteOf: (human, day) =>
      human.site === site.index && day >= site.day + (lives.get(human)?.deskDelay ?? 0)
        ? site.to
        : (SITES[human.site] ?? SITES[0]),
    libraryOf: (party, day) =>
      party.library.startsWith(`${rollOut.from}/`) && day >= rollOut.day + (own.get(party)?.rollOutDelay ?? 0)
        ? rollOut.to
        : party.library,
    rangeOf: (party, day, hour) => {
      const its = own.get(party);
      const inExercise =
        its?.inExercise && day === exercise.day && hour >= exercise.hour && hour < exercise.hour + 4;
      return inExercise ? exercise.range : its?.moves && day >= its.moves.day ? its.moves.range : party.range;
    },
    loadOf: (party, day, hour) =>
      (own.get(party)?.tested && day === test.day && hour >= test.hour && hour < test.hour + test.length
        ? 7
        : 1) * (holds(season, day) ? 1.8 : 1),
    refusedOf: (party, day, hour) => {
      const its = own.get(party);
      if (!its) return 0;
      if (its.inStorm && day === storm.day && hour === storm.hour) return 4 * its.rotated;
      return day > 0 && day % 90 === its.rotates % 90 && hour === its.rotates % 24 ? its.rotated : 0;
    },
    addressesOf: (party, day) => {
      const its = own.get(party);
      const added =
        its?.added && party.shape === "partner" && day >= its.added.day ? [its.added.address] : [];
      const replaced = party.shape === "behind-nat" && its?.replaced && day >= its.replaced.day;
      return replaced ? [its.replaced.address, ...party.addresses.slice(1)] : [...party.addresses, ...added];
    },
    isAway: (human, day) => holds(lives.get(human)?.leave, day),
    hotelOf: (human, day) => {
      const its = lives.get(human);
      return its && holds(its.trip, day) ? its.hotel : undefined;
    },
    isOnCall: (human, week) => lives.get(human)?.rota === week % 5,
  };
};
