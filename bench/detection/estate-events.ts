// What moves the whole estate at once, and harmlessly: an office's new line, an exercise, a retry storm, an upgrade, travel.
import { HOUR, type Instant, MINUTE } from "../../lib/core/base/time.ts";
import type { Chance } from "./chance.ts";
import { type Member, publicNetwork, vpcNetwork } from "./population.ts";
import type { SimEvent } from "./routine.ts";

/** How one day differs from others for everybody. */
export type EstateDay = {
  readonly networkOf: (member: Member, random: Chance) => string;
  readonly clientOf: (member: Member) => string;
  readonly load: (member: Member, hour: number) => number;
  readonly isAway: (member: Member) => boolean;
  readonly travelNetwork: (member: Member) => string | undefined;
  /** Attempts on top of the routine. */
  readonly extra: (member: Member, random: Chance, day: Instant) => readonly SimEvent[];
};

type Stretch = { readonly from: number; readonly to: number };
const holds = ({ from, to }: Stretch, day: number): boolean => day >= from && day <= to;

type Attempt = Omit<SimEvent, "at" | "outcome" | "network"> & { readonly member: Member };

/** What single members do on their own: leave, travel, move to another network. */
const plansOf = (random: Chance, members: readonly Member[], days: number) => {
  const leave = new Map<Member, Stretch[]>();
  const travel = new Map<Member, (Stretch & { readonly network: string })[]>();
  const replaced = new Map<Member, { readonly from: number; readonly network: string }>();
  for (const member of members) {
    const own = random.fork(`plans of ${member.arn}`);
    if (member.habit === "person") {
      const start = own.int(0, days);
      if (own.happens(0.4)) leave.set(member, [{ from: start, to: start + own.int(4, 20) }]);
      const trips: (Stretch & { network: string })[] = [];
      for (let day = own.int(5, 60); day < days; day += own.int(20, 90)) {
        if (own.happens(0.35))
          trips.push({ from: day, to: day + own.int(1, 5), network: publicNetwork(own) });
      }
      travel.set(member, trips);
    } else if (own.happens(0.06)) {
      const network = own.happens(0.5) ? publicNetwork(own) : vpcNetwork(own.int(16, 20), own.int(13, 20));
      replaced.set(member, { from: own.int(12, days - 3), network });
    }
  }
  return { leave, travel, replaced };
};

/** A storm of refused retries, most of which work in the end. */
const stormOf = (attempt: Attempt, own: Chance, from: Instant): SimEvent[] => {
  const tries = own.int(20, 120);
  const refused = Array.from({ length: tries }, (): SimEvent => {
    const at = from + own.int(0, 25 * MINUTE);
    return { ...attempt, at, outcome: "refused", network: own.pick(attempt.member.networks) };
  });
  const allowed = Array.from({ length: Math.ceil(tries / 2) }, (): SimEvent => {
    const at = from + own.int(25 * MINUTE, 45 * MINUTE);
    return { ...attempt, at, outcome: "allowed", network: own.pick(attempt.member.networks) };
  });
  return [...refused, ...allowed];
};

/** Connections from the range that an exercise runs in, for three hours. */
const exerciseOf = (attempt: Attempt, own: Chance, from: Instant, vpc: number): SimEvent[] =>
  Array.from({ length: own.poisson(attempt.member.rate / 6) }, () => ({
    ...attempt,
    at: from + own.int(0, 3 * HOUR - 1),
    outcome: "allowed",
    network: vpcNetwork(vpc, own.int(0, 3)),
  }));

/** Plans the run; the function it gives tells how day `n` is. */
export const estateEvents = (
  random: Chance,
  members: readonly Member[],
  days: number,
): ((day: number) => EstateDay) => {
  const between = (): number => random.int(10, days - 3);
  const move = { day: between(), office: random.int(0, 2), network: publicNetwork(random) };
  const exercise = { day: between(), hour: random.int(9, 20), vpc: 30 };
  const storm = { day: between(), hour: random.int(0, 22) };
  const upgrade = { day: between(), from: "aurora-dsql-nodejs-pg", to: "aurora-dsql-node-postgres" };
  const loadTest = { day: between(), hour: random.int(10, 16) };
  const { leave, travel, replaced } = plansOf(random, members, days);
  const inStorm = new Set(members.filter(({ habit }) => habit === "pool" && random.happens(0.6)));
  const inExercise = new Set(members.filter(({ habit }) => habit === "pool" && random.happens(0.5)));

  return (day) => ({
    networkOf: (member, own) => {
      const its = replaced.get(member);
      if (its && day >= its.from) return its.network;
      if (member.habit === "person")
        return day >= move.day && member.office === move.office
          ? move.network
          : (member.networks[0] ?? "unknown");
      return own.pick(member.networks);
    },
    clientOf: (member) => {
      const [family = "", version = ""] = member.client.split("/");
      return day >= upgrade.day && family === upgrade.from ? `${upgrade.to}/1.0.0` : `${family}/${version}`;
    },
    load: (member, hour) =>
      day === loadTest.day && hour === loadTest.hour && member.habit === "pool" && member.rate > 250 ? 6 : 1,
    isAway: (member) => (leave.get(member) ?? []).some((stretch) => holds(stretch, day)),
    travelNetwork: (member) => (travel.get(member) ?? []).find((stretch) => holds(stretch, day))?.network,
    extra: (member, own, start) => {
      const attempt: Attempt = {
        member,
        action: "DbConnect",
        client: member.client,
        session: own.pick(member.sessions),
      };
      return [
        ...(day === storm.day && inStorm.has(member) ? stormOf(attempt, own, start + storm.hour * HOUR) : []),
        ...(day === exercise.day && inExercise.has(member)
          ? exerciseOf(attempt, own, start + exercise.hour * HOUR, exercise.vpc)
          : []),
      ];
    },
  });
};
