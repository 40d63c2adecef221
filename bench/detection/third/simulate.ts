// A seeded run of the third estate: written apart from the signs, and from the raw fields of records, as a check of the other two.
import { DAY } from "../../../lib/core/base/time.ts";
import { type Chance, chance } from "../chance.ts";
import type { Run, RunOptions } from "../simulate.ts";
import { type Actor, actorsOf, isPerson } from "./actors.ts";
import { ordinaryOf, type Today, type World } from "./days.ts";
import { heistsOn } from "./heists.ts";
import { eventOf, type Raw } from "./raw.ts";

const FIRST_START = Date.UTC(2026, 0, 5);

const worldOf = (random: Chance, start: number, days: number): World => {
  const peak = random.int(18, days - 4);
  return {
    start,
    days,
    gatewayMoves: random.int(20, days - 5),
    libraryFrom: random.int(16, days - 12),
    outage: random.int(15, days - 3),
    peaks: new Set([peak, peak + 1]),
    holidays: new Set([random.int(5, days - 5), random.int(5, days - 5)]),
  };
};

export const simulateThird = ({ seed, principals, days, attacks: count }: RunOptions): Run => {
  const random = chance(seed * 104_729 + 5);
  const start = FIRST_START + random.int(0, 250) * DAY;
  const world = worldOf(random, start, days);
  const actors = actorsOf(random.fork("actors"), principals, days);
  const lines = random.fork("lines");
  const todayOf = (actor: Actor, n: number): Today => ({
    world,
    n,
    day: start + n * DAY,
    random: random.fork(`${actor.arn} ${n}`),
    lines,
  });
  const { attacks, stolen, isSilent } = heistsOn({ actors, world, todayOf }, random, count);
  const mapped = new Set<string>(actors.map(({ arn }) => arn));
  const stolenOn = Map.groupBy(stolen, ({ at }) => Math.floor((at - start) / DAY));
  const usual = (actor: Actor, n: number): readonly Raw[] =>
    n < 0 || isSilent(actor, n) ? [] : ordinaryOf(actor, todayOf(actor, n));
  return {
    start,
    days,
    attacks,
    members: actors,
    mappingAt: (principal) => (mapped.has(principal) ? "mapped" : "never"),
    eventsOf: (n) => {
      const day = start + n * DAY;
      // Evenings in the west and mornings in the east lie on a neighbouring UTC day.
      const ordinary = actors.flatMap((actor) =>
        (isPerson(actor) ? [-1, 0, 1] : [0]).flatMap((other) => usual(actor, n + other)),
      );
      return [
        ...ordinary.map(eventOf),
        ...(stolenOn.get(n) ?? []).map((raw) => ({ ...eventOf(raw), attack: raw.attack })),
      ]
        .filter(({ at }) => at >= day && at < day + DAY)
        .sort((a, b) => a.at - b.at);
    },
  };
};
