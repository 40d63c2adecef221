// A seeded run of an estate: every connection of so many days, in order, with the attacks among them.
import type { Principal } from "../../lib/core/base/ids.ts";
import { DAY, type Instant } from "../../lib/core/base/time.ts";
import { type Attack, attacksOn } from "./attacks.ts";
import { chance } from "./chance.ts";
import { estateEvents } from "./estate-events.ts";
import { population } from "./population.ts";
import { ordinaryDay, type SimEvent } from "./routine.ts";

export type RunOptions = {
  readonly seed: number;
  readonly principals: number;
  readonly days: number;
  readonly attacks: number;
};

export type Run = {
  readonly start: Instant;
  readonly days: number;
  /** Everybody who is mapped at the beginning. */
  readonly members: readonly { readonly arn: Principal }[];
  /** How the newest capture of mappings has a principal. */
  readonly mappingAt: (principal: Principal, at: Instant) => "mapped" | "revoked" | "never";
  readonly attacks: readonly Attack[];
  /** By day, each by time. */
  readonly eventsOf: (day: number) => readonly SimEvent[];
};

const YEAR = Date.UTC(2026, 0, 1);

export const simulate = ({ seed, principals, days, attacks: count }: RunOptions): Run => {
  const random = chance(seed);
  const start = YEAR + random.int(0, 364 - days) * DAY;
  const members = population(random.fork("population"), principals, days);
  const events = estateEvents(random.fork("events"), members, days);
  const { attacks, events: hostile, silent } = attacksOn(random.fork("attacks"), members, start, days, count);
  const mapped = new Set(members.map(({ arn }) => arn));
  const hostileByDay = Map.groupBy(hostile, ({ at }) => Math.floor((at - start) / DAY));
  return {
    start,
    days,
    members,
    mappingAt: (principal) => (mapped.has(principal) ? "mapped" : "revoked"),
    attacks,
    eventsOf: (n) => {
      const today = events(n);
      const day = start + n * DAY;
      const usual = members.flatMap((member) => {
        const quiet = silent.get(member);
        if (n < member.from || (quiet && n >= quiet.from && n < quiet.to)) return [];
        return ordinaryDay(member, random.fork(`${member.arn} ${n}`), day, today);
      });
      return [...usual, ...(hostileByDay.get(n) ?? [])]
        .filter(({ at }) => at >= day && at < day + DAY)
        .sort((a, b) => a.at - b.at);
    },
  };
};
