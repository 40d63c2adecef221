// What the actors of the third estate do on an ordinary day.
import { HOUR, type Instant, MINUTE } from "../../../lib/core/base/time.ts";
import type { Chance } from "../chance.ts";
import { weekdayOf } from "../second/calendar.ts";
import { type Actor, isPerson, type Person } from "./actors.ts";
import { cable, cloud, gateway, hosting, mobile, otherCloud } from "./places.ts";
import type { Raw } from "./raw.ts";

/** What happens to the whole estate, by day number. */
export type World = {
  readonly start: Instant;
  readonly days: number;
  readonly gatewayMoves: number;
  /** All open functions get a new library within a week. */
  readonly libraryFrom: number;
  /** The cluster fails for two hours: everybody tries again, and some are refused. */
  readonly outage: number;
  readonly peaks: ReadonlySet<number>;
  readonly holidays: ReadonlySet<number>;
};
/** One actor's day. `lines` is the same on every day: where somebody lives does not change. */
export type Today = {
  readonly world: World;
  readonly n: number;
  readonly day: Instant;
  readonly random: Chance;
  readonly lines: Chance;
};

const LEASE_DAYS = 9;
const home = ({ home, hasIpv6, gateway }: Person, n: number, random: Chance, lines: Chance): string => {
  const lease = Math.floor(n / LEASE_DAYS);
  const line = lines.fork(`${home} ${hasIpv6 ? 0 : lease}`);
  if (!hasIpv6) return cable(line);
  const prefix = `2a00:23c${gateway % 8}:${line.int(0x1000, 0xffff).toString(16)}`;
  return `${prefix}:${(lease % 256).toString(16)}00::${random.int(1, 9_999).toString(16)}`;
};

/** Where a person sits today: behind the company's gateway, at home, on the way, in a hotel. */
export const placeOf = (person: Person, { world, n, random, lines }: Today): string => {
  const roll = random.next();
  if (roll < 0.55) return gateway(n >= world.gatewayMoves, person.gateway, random);
  if (roll < 0.96) return home(person, n, random, lines);
  return roll < 0.985 ? mobile(random) : hosting(random);
};

const addressOf = (actor: Actor, { random, n }: Today): Pick<Raw, "ip" | "vpce"> => {
  const fixed = actor.own.fork("address");
  switch (actor.kind) {
    case "open-function":
      // An environment keeps its address for a day; the fleet has addresses all over the Region.
      return { ip: cloud(actor.own.fork(`environment ${n} ${random.int(0, Math.ceil(actor.rate))}`)) };
    case "vpc-function":
      return {
        ip: `10.${fixed.int(1, 4)}.${random.int(0, 63)}.${random.int(4, 250)}`,
        vpce: `vpce-0${(0xabc0de000 + fixed.int(0, 3)).toString(16)}`,
      };
    case "container":
      return fixed.happens(0.3)
        ? {
            ip: `2a05:d01c:${fixed.int(1, 4)}:${random.int(1, 900).toString(16)}::${random.int(1, 999).toString(16)}`,
          }
        : { ip: `10.${fixed.int(5, 9)}.${random.int(0, 255)}.${random.int(4, 250)}` };
    case "cron":
      return { ip: cloud(fixed) };
    case "extractor":
      return { ip: hosting(fixed.fork(`vendor ${actor.n % 3} ${random.int(0, 3)}`)) };
    case "runner":
      return { ip: otherCloud(random) };
    default:
      return { ip: `62.${fixed.int(30, 40)}.${fixed.int(0, 255)}.${fixed.int(1, 254)}` };
  }
};

const sessionOf = ({ kind, arn }: Actor, random: Chance): string | undefined => {
  switch (kind) {
    case "open-function":
    case "vpc-function":
      return arn.split("/").at(-1);
    case "container":
      return Array.from({ length: 32 }, () => random.int(0, 15).toString(16)).join("");
    case "cron":
      return `i-0${random.int(1e9, 9e9).toString(16)}`;
    case "runner":
      return random.happens(0.9) ? "GitHubActions" : `GitHubActions-${random.int(1e9, 9e9)}`;
    default:
      return undefined;
  }
};

const agentOf = ({ kind, n: number, agent }: Actor, { world, n }: Today): string =>
  kind === "open-function" && n >= world.libraryFrom + (number % 6)
    ? "aurora-dsql-nodejs-postgresjs/0.4.0 md/nodejs#24"
    : agent;

/** One connection of a process as it usually is. */
export const usualOf = (actor: Actor, today: Today, at: Instant): Raw => {
  const session = sessionOf(actor, today.random);
  return {
    at,
    arn: actor.arn,
    ...addressOf(actor, today),
    agent: agentOf(actor, today),
    ...(session && { session }),
    ...(actor.admin && { admin: true }),
  };
};

const isWeekend = (day: Instant): boolean => weekdayOf(day) % 6 === 0;

const serving = (actor: Actor, today: Today): Raw[] => {
  const { day, n, random, world } = today;
  const made: Raw[] = [];
  const weekend = isWeekend(day) ? actor.own.fork("weekend").pick([0.3, 1, 1.3]) : 1;
  const growth = 1 + 0.006 * n * actor.own.fork("growth").pick([0, 0, 1]);
  const level = actor.rate * weekend * growth * (world.peaks.has(n) ? 2.2 : 1);
  for (let hour = 0; hour < 24; hour++) {
    const daily = 0.3 + Math.max(0, Math.sin(((hour - 5) / 16) * Math.PI));
    const spike = random.happens(0.004) ? random.int(2, 4) : 1;
    const fails = n === world.outage && (hour === 14 || hour === 15);
    const count = random.poisson(level * daily * spike * (fails ? 4 : 1));
    for (let i = 0; i < count; i++) {
      const raw = usualOf(actor, today, day + hour * HOUR + random.int(0, HOUR - 1));
      made.push(fails && random.happens(0.3) ? { ...raw, refused: true } : raw);
    }
  }
  // A deployment that names a role which is not mapped yet.
  if (random.happens(0.03)) {
    const at = day + random.int(9, 17) * HOUR;
    for (let i = random.int(2, 14); i > 0; i--)
      made.push({ ...usualOf(actor, today, at + i * 20_000), refused: true });
  }
  return made;
};

const working = (actor: Actor, person: Person, today: Today): Raw[] => {
  const { world, n, day, random } = today;
  const eager = isWeekend(day) ? person.eager / 12 : person.eager;
  const isOnLeave =
    Math.floor(n / 14) % 5 === person.gateway % 5 && random.fork(`leave ${person.home}`).happens(0.2);
  if (isOnLeave || !random.happens(world.holidays.has(n) ? 0.05 : eager)) return [];
  const ip = actor.kind === "cloudshell" ? cloud(random) : placeOf(person, today);
  const late = random.happens(0.04) ? 4 : 0;
  return Array.from({ length: 1 + random.poisson(3) }, (): Raw => {
    const local = person.begins + random.next() * (person.length + late);
    return {
      at: day + Math.round((local - person.zone) * HOUR),
      arn: actor.arn,
      ip,
      agent: person.agent,
      session: person.name,
      ...(actor.admin && random.happens(0.3) && { admin: true }),
      ...(random.happens(0.02) && { refused: true }),
    };
  });
};

/** What an actor does on an ordinary day, in no order; people's evenings may lie on another UTC day. */
export const ordinaryOf = (actor: Actor, today: Today): Raw[] => {
  const { day, random, n } = today;
  if (n < actor.from) return [];
  if (isPerson(actor)) return actor.people.flatMap((person) => working(actor, person, today));
  const runs = (hours: readonly number[], steps: number): Raw[] =>
    hours.flatMap((hour) =>
      Array.from({ length: steps }, (_, i) =>
        usualOf(actor, today, day + hour * HOUR + i * MINUTE + random.int(0, 4 * MINUTE)),
      ),
    );
  const own = actor.own.fork("when");
  switch (actor.kind) {
    case "cron":
      if (own.happens(0.7)) return runs([own.int(0, 5)], own.int(1, 4));
      return weekdayOf(day) === own.int(0, 6) ? runs([own.int(0, 22)], own.int(2, 9)) : [];
    case "extractor":
      return runs([own.int(0, 5), own.int(10, 14), own.int(18, 22)].slice(own.int(0, 2)), own.int(1, 3));
    case "runner":
      return Array.from({ length: isWeekend(day) ? 0 : random.poisson(1.5) }, () =>
        usualOf(actor, today, day + Math.round((9 + random.next() * 9) * HOUR)),
      );
    default:
      return serving(actor, today);
  }
};
