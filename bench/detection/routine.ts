// What members do on an ordinary day: the connections that no detector has to speak about.

import type { Principal } from "../../lib/core/base/ids.ts";
import { DAY, HOUR, type Instant, MINUTE } from "../../lib/core/base/time.ts";
import type { Chance } from "./chance.ts";
import type { EstateDay } from "./estate-events.ts";
import { type Member, publicNetwork } from "./population.ts";

/** One attempt, as the product tallies it. */
export type SimEvent = {
  readonly at: Instant;
  readonly member: { readonly arn: Principal };
  readonly action: "DbConnect" | "DbConnectAdmin";
  readonly outcome: "allowed" | "refused";
  readonly network: string;
  readonly client: string;
  readonly session: string;
  /** The label: which attack it belongs to. Nothing that judges may look at it. */
  readonly attack?: number;
};

const YEAR_START = Date.UTC(2026, 0, 1);
/** EU rules: summer time from the last Sunday of March to the last Sunday of October. */
const isSummer = (at: Instant): boolean => at >= Date.UTC(2026, 2, 29, 1) && at < Date.UTC(2026, 9, 25, 1);
const HOLIDAYS = new Set([0, 89, 92, 120, 144, 358, 359, 364]);

/** Hours that the member's clock is ahead of UTC. */
export const zoneOf = (member: Member, at: Instant): number =>
  member.zone + (member.hasSummerTime && isSummer(at) ? 1 : 0);

const common = (member: Member, random: Chance, today: EstateDay) => ({
  member,
  action: "DbConnect" as const,
  outcome: "allowed" as const,
  network: today.networkOf(member, random),
  client: today.clientOf(member),
  session: random.pick(member.sessions),
});

const poolDay = (member: Member, random: Chance, day: Instant, today: EstateDay): SimEvent[] => {
  const events: SimEvent[] = [];
  const weekend = new Date(day).getUTCDay() % 6 === 0 ? 0.6 : 1;
  for (let hour = 0; hour < 24; hour++) {
    const local = (hour + zoneOf(member, day) + 24) % 24;
    const daytime = 0.5 + Math.max(0, Math.sin(((local - 6) / 14) * Math.PI));
    const count = random.poisson((member.rate / 24) * daytime * weekend * today.load(member, hour));
    for (let n = 0; n < count; n++)
      events.push({ at: day + hour * HOUR + random.int(0, HOUR - 1), ...common(member, random, today) });
  }
  // A deployment renews the whole pool at once; some attempts fail while the new token's role settles.
  if (random.happens(0.12)) {
    const at = day + random.int(8, 17) * HOUR + random.int(0, 50) * MINUTE;
    const size = random.int(4, Math.max(5, Math.round(member.rate / 12)));
    for (let n = 0; n < size; n++)
      events.push({ at: at + random.int(0, 4 * MINUTE), ...common(member, random, today) });
    if (random.happens(0.2)) {
      const failed = random.int(1, 9);
      for (let n = 0; n < failed; n++)
        events.push({
          ...common(member, random, today),
          at: at + random.int(0, 4 * MINUTE),
          outcome: "refused",
        });
    }
  }
  return events;
};

const scheduleDay = (member: Member, random: Chance, day: Instant, today: EstateDay): SimEvent[] => {
  const every = Math.max(1, Math.round(24 / member.rate));
  const date = new Date(day).getUTCDate();
  const isMonthEnd = date === 1 || new Date(day + DAY).getUTCDate() === 1;
  const repeats = isMonthEnd ? random.int(2, 6) : 1;
  const events: SimEvent[] = [];
  for (let hour = Math.abs(member.rate) % every; hour < 24; hour += every) {
    for (let n = 0; n < repeats; n++) {
      const at = day + hour * HOUR + 5 * MINUTE + random.int(0, 3 * MINUTE);
      events.push({
        at,
        ...common(member, random, today),
        ...(member.isAdmin && { action: "DbConnectAdmin" as const }),
      });
    }
  }
  return events;
};

const ciDay = (member: Member, random: Chance, day: Instant, today: EstateDay): SimEvent[] => {
  if (new Date(day).getUTCDay() % 6 === 0 && random.happens(0.7)) return [];
  const runs = random.poisson(member.rate / 3);
  return Array.from({ length: runs }, () => day + random.int(6, 21) * HOUR + random.int(0, HOUR - 1)).flatMap(
    (at) => {
      const network = random.happens(0.05) ? publicNetwork(random) : random.pick(member.networks);
      return Array.from({ length: random.int(1, 5) }, (_, n) => ({
        ...common(member, random, today),
        at: at + n * 20_000,
        network,
      }));
    },
  );
};

const personDay = (member: Member, random: Chance, day: Instant, today: EstateDay): SimEvent[] => {
  const weekday = new Date(day).getUTCDay();
  const yearDay = Math.round((day - YEAR_START) / DAY);
  const isOff = weekday % 6 === 0 || HOLIDAYS.has(yearDay) || today.isAway(member);
  if (isOff ? !random.happens(0.03) : !random.happens(0.7)) return [];
  const isHome = isOff || random.happens(0.35);
  const travel = today.travelNetwork(member);
  const network =
    travel ?? (isHome ? random.pick(member.networks.slice(1)) : today.networkOf(member, random));
  const count = 1 + random.poisson(member.rate - 1);
  const late = random.happens(0.02);
  return Array.from({ length: count }, () => {
    const local =
      late && random.happens(0.5)
        ? random.normal(21.5, 1)
        : random.normal(random.happens(0.5) ? 10.5 : 15, 1.7);
    const at = Math.min(day + DAY - 1, Math.max(day, day + Math.round((local - zoneOf(member, day)) * HOUR)));
    const refused = random.happens(0.02);
    return {
      ...common(member, random, today),
      at,
      network: random.happens(0.02) ? random.pick(member.networks.slice(1)) : network,
      outcome: refused ? ("refused" as const) : ("allowed" as const),
      ...(member.isAdmin && random.happens(0.1) && { action: "DbConnectAdmin" as const }),
    };
  });
};

const rareDay = (member: Member, random: Chance, day: Instant, today: EstateDay): SimEvent[] =>
  random.happens(member.rate)
    ? Array.from({ length: random.int(1, 6) }, () => ({
        at: day + random.int(7, 18) * HOUR + random.int(0, HOUR - 1),
        ...common(member, random, today),
      }))
    : [];

/** The member's events of one UTC day, in no order. */
export const ordinaryDay = (member: Member, random: Chance, day: Instant, today: EstateDay): SimEvent[] => {
  switch (member.habit) {
    case "pool":
    case "functions":
    case "vendor":
      return [...poolDay(member, random, day, today), ...today.extra(member, random, day)];
    case "schedule":
      return [...scheduleDay(member, random, day, today), ...today.extra(member, random, day)];
    case "ci":
      return ciDay(member, random, day, today);
    case "person":
      return [...personDay(member, random, day, today), ...today.extra(member, random, day)];
    case "rare":
      return rareDay(member, random, day, today);
  }
};
