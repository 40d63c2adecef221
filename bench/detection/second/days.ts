// What the parties of the second estate do on a day: connections that nobody needs to hear about.
import { DAY, HOUR, type Instant, MINUTE } from "../../../lib/core/base/time.ts";
import type { Chance } from "../chance.ts";
import type { SimEvent } from "../routine.ts";
import { isMonthEnd, offsetOf, weekdayOf, weekOf, worksOn } from "./calendar.ts";
import { type Human, type Party, PROVIDERS, REGION, somewhere, within } from "./cast.ts";
import type { Happenings } from "./happenings.ts";

type Today = {
  readonly n: number;
  readonly start: Instant;
  readonly plan: Happenings;
  readonly random: Chance;
};

/** Where a process connects from in an hour. */
export const addressOf = (party: Party, { n, plan, random }: Today, hour: number): string => {
  const fixed = plan.addressesOf(party, n);
  switch (party.shape) {
    // A cluster hands out addresses from all over its range.
    case "pods":
      return `10.${plan.rangeOf(party, n, hour)}.${random.int(0, 255)}.0/24`;
    // Instances come and go with public addresses of the region.
    case "scaling-group":
      return within(
        random.fork(`instance ${Math.floor(random.next() * 3)} ${Math.floor(n / 4)}`),
        random.pick(REGION.slice(0, 3)),
      );
    case "hosted-pipeline":
      return random.happens(0.03)
        ? somewhere(random)
        : within(random, random.pick(["20.83", "20.84", "52.234", "40.71", "40.76", "13.68"]));
    case "nightly":
    case "weekly":
    case "month-end":
      return `10.${plan.rangeOf(party, n, hour)}.${random.int(0, 5)}.0/24`;
    default:
      return random.pick(fixed);
  }
};

const attempt = (party: Party, today: Today, at: Instant, hour: number): SimEvent => ({
  at,
  member: party,
  action: party.isAdmin ? "DbConnectAdmin" : "DbConnect",
  outcome: "allowed",
  network: addressOf(party, today, hour),
  client: today.plan.libraryOf(party, today.n),
  session: party.session,
});

/** Always on: more by day, now and then far more. */
const serving = (party: Party, today: Today): SimEvent[] => {
  const { n, start, plan, random } = today;
  const events: SimEvent[] = [];
  const weekend = [0, 6].includes(weekdayOf(start)) ? 0.5 : 1;
  const rollsOut = random.happens(0.2) ? random.int(6, 16) : -1;
  for (let hour = 0; hour < 24; hour++) {
    const local = (hour + offsetOf(party.zone, start) / HOUR + 24) % 24;
    const daily = 0.25 + 0.75 * Math.exp(-(((local - 14) / 5) ** 2));
    const surge = random.happens(0.02) ? 1 + party.wild * 4 * random.next() : 1;
    const mean = party.load * daily * weekend * surge * plan.loadOf(party, n, hour);
    const count = random.poisson(mean) + (hour === rollsOut ? random.int(2, Math.ceil(4 + party.load)) : 0);
    for (let i = 0; i < count; i++)
      events.push(attempt(party, today, start + hour * HOUR + random.int(0, HOUR - 1), hour));
    const refused = plan.refusedOf(party, n, hour);
    for (let i = 0; i < refused; i++) {
      const at = start + hour * HOUR + random.int(0, 20 * MINUTE);
      events.push({ ...attempt(party, today, at, hour), outcome: "refused" });
    }
  }
  return events;
};

/** A job with several steps at a fixed time of its own clock; a failed one is tried again. */
const running = (party: Party, today: Today, hourLocal: number, steps: number): SimEvent[] => {
  const { start, random } = today;
  const at = start + hourLocal * HOUR - offsetOf(party.zone, start);
  const begun = at < start ? at + DAY : at >= start + DAY ? at - DAY : at;
  const runs = random.happens(0.03) ? 2 : 1;
  return Array.from({ length: steps * runs }, (_, i) => {
    const when = Math.min(start + DAY - 1, begun + i * 40 * 1_000 + random.int(0, 30 * 1_000));
    return attempt(party, today, when, Math.floor((when - start) / HOUR));
  });
};

const pipeline = (party: Party, today: Today): SimEvent[] => {
  const { start, random } = today;
  const builds = random.poisson([0, 6].includes(weekdayOf(start)) ? party.load / 4 : party.load);
  return Array.from({ length: builds }, () => {
    const at = start + Math.round(Math.min(23.9, Math.max(0, random.normal(13, 3.5))) * HOUR);
    return Array.from({ length: random.int(1, 3) }, (_, i) =>
      attempt(party, today, Math.min(start + DAY - 1, at + i * 15 * 1_000), 12),
    );
  }).flat();
};

const homeOf = (human: Human, n: number, random: Chance): string => {
  const prefixes = PROVIDERS[human.provider] ?? PROVIDERS[0];
  const line = random.fork(`line of ${human.session}`);
  // A line keeps its range for long and its address for the length of a lease.
  const prefix = line.pick(prefixes);
  return within(
    line.fork(`${Math.floor(n / human.lease)}`),
    line.happens(0.2) ? line.pick(prefixes) : prefix,
  );
};

/** A day of one human in one role. `lines` is the same on every day: where somebody lives does not change. */
const working = (party: Party, human: Human, today: Today, lines: Chance): SimEvent[] => {
  const { n, start, plan, random } = today;
  if (n < human.joins || plan.isAway(human, n)) return [];
  const isCalled = plan.isOnCall(human, weekOf(start)) && random.happens(0.25);
  const works = worksOn(human.week, start) ? random.happens(0.75) : random.happens(0.02);
  const share = party.humans.length > 2 ? 0.6 : 1;
  const events: SimEvent[] = [];
  const add = (local: number, network: string): void => {
    const at = start + Math.round(local * HOUR) - offsetOf(human.zone, start);
    if (at < start || at >= start + DAY) return;
    events.push({
      at,
      member: party,
      action: party.isAdmin && random.happens(0.2) ? "DbConnectAdmin" : "DbConnect",
      outcome: random.happens(0.015) ? "refused" : "allowed",
      network,
      client: human.tool,
      session: human.session,
    });
  };
  const home = homeOf(human, n, lines);
  if (works && random.happens(share)) {
    const place = plan.hotelOf(human, n) ?? (random.happens(human.homeShare) ? home : plan.siteOf(human, n));
    const count = 1 + random.poisson(human.perDay);
    const late = random.happens(0.03) ? random.int(1, 4) : 0;
    for (let i = 0; i < count; i++) {
      const local = human.starts + random.next() * (human.hours + (random.happens(0.3) ? late : 0));
      add(local, random.happens(0.015) ? within(random, "100.128") : place);
    }
  }
  if (isCalled) {
    const local = random.int(-2, 6) + random.next();
    for (let i = 0; i < random.int(1, 5); i++) add(local + i * 0.1, home);
  }
  return events;
};

/** All that a party does on day `n`, in no order. */
export const usualDay = (party: Party, today: Today, lines: Chance): SimEvent[] => {
  const { start, random, n } = today;
  const own = party.arn.length % 7;
  switch (party.shape) {
    case "people":
      return party.humans.flatMap((human, i) =>
        working(party, human, { ...today, random: random.fork(`human ${i}`) }, lines),
      );
    case "nightly":
      return running(party, today, own % 5, Math.ceil(party.load) + (isMonthEnd(start) ? 4 : 0));
    case "weekly":
      return weekdayOf(start) === own ? running(party, today, 2 + own, Math.ceil(party.load)) : [];
    case "month-end":
      return isMonthEnd(start) || n === 3 ? running(party, today, 6, Math.ceil(party.load)) : [];
    case "hosted-pipeline":
      return pipeline(party, today);
    default:
      return serving(party, today);
  }
};
