// A seeded run of the second estate, made with other shapes than the first: what holds on one only is no improvement.
import { DAY } from "../../../lib/core/base/time.ts";
import { chance } from "../chance.ts";
import type { Run, RunOptions } from "../simulate.ts";
import { castOf } from "./cast.ts";
import { happeningsOf } from "./happenings.ts";
import { intrusionsInto, usualOf } from "./intrusions.ts";

const FIRST_START = Date.UTC(2025, 8, 1);

export const simulateSecond = ({ seed, principals, days, attacks: count }: RunOptions): Run => {
  const random = chance(seed * 7_919 + 13);
  const start = FIRST_START + random.int(0, 300) * DAY;
  const parties = castOf(random.fork("cast"), principals, days);
  const plan = happeningsOf(random.fork("plan"), parties, days);
  const usual = usualOf(plan, random.fork("days"), random.fork("lines"), start);
  const { attacks, events, rests } = intrusionsInto(
    { random: random.fork("intrusions"), parties, plan, start, days, usual },
    count,
  );
  const hostile = Map.groupBy(events, ({ at }) => Math.floor((at - start) / DAY));
  const leaves = new Map([...plan.leaves].map(([{ arn }, n]) => [arn, start + n * DAY]));
  const mapped = new Set(parties.map(({ arn }) => arn));
  return {
    start,
    days,
    attacks,
    members: parties,
    mappingAt: (principal, at) =>
      !mapped.has(principal)
        ? "never"
        : at >= (leaves.get(principal) ?? Number.POSITIVE_INFINITY)
          ? "revoked"
          : "mapped",
    eventsOf: (n) => {
      const day = start + n * DAY;
      const ordinary = parties.flatMap((party) =>
        rests(party, n) || n >= (plan.leaves.get(party) ?? Number.POSITIVE_INFINITY) ? [] : usual(party, n),
      );
      return [...ordinary, ...(hostile.get(n) ?? [])]
        .filter(({ at }) => at >= day && at < day + DAY)
        .sort((a, b) => a.at - b.at);
    },
  };
};
