// Puts intrusions into a run of the second estate, with labels.
import { DAY, HOUR, type Instant, MINUTE } from "../../../lib/core/base/time.ts";
import type { Attack, Strength } from "../attacks.ts";
import type { Chance } from "../chance.ts";
import type { SimEvent } from "../routine.ts";
import type { Party } from "./cast.ts";
import { usualDay } from "./days.ts";
import type { Happenings } from "./happenings.ts";
import type { Stage } from "./scene.ts";
import { SHAPES } from "./shapes.ts";

const GRADES: readonly Strength[] = ["strong", "medium", "weak"];

export type Intrusions = {
  readonly attacks: readonly Attack[];
  readonly events: readonly SimEvent[];
  /** Days on which a party rests, so that it can be awakened. */
  readonly rests: (party: Party, n: number) => boolean;
};

/** `count` attacks after the first third of the run; nobody is attacked twice within five days. */
export const intrusionsInto = (given: Omit<Stage, "isSpared">, count: number): Intrusions => {
  const attacks: Attack[] = [];
  const events: SimEvent[] = [];
  const taken = new Map<Party, number[]>();
  const resting = new Map<Party, { from: number; to: number }>();
  const isSpared = (party: Party, n: number): boolean => {
    const rest = resting.get(party);
    return (
      given.plan.leaves.has(party) ||
      (taken.get(party) ?? []).some((day) => Math.abs(day - n) < 5) ||
      (rest !== undefined && n >= rest.from - 5 && n <= rest.to + 5)
    );
  };
  const stage: Stage = { ...given, isSpared };
  const byArn = new Map(stage.parties.map((party) => [party.arn, party]));
  for (let id = 0; id < count; id++) {
    const shape = SHAPES[id % SHAPES.length];
    const grade = Math.floor(id / SHAPES.length) % 3;
    const strength = GRADES[grade];
    if (!shape || !strength) continue;
    const random = stage.random.fork(`intrusion ${id}`);
    const fit = stage.parties.filter(
      (party) =>
        party.joins === 0 &&
        shape.who(party, stage.plan) &&
        (shape.name === "revoked-tries-again" || !stage.plan.leaves.has(party)),
    );
    const silence = shape.silence?.[grade] ?? 0;
    const least = Math.max(Math.ceil(stage.days / 3), silence && silence + 10);
    for (let tries = 0; tries < 200 && fit.length; tries++) {
      const party = random.pick(fit);
      const revokedOn = stage.plan.leaves.get(party);
      const from = revokedOn === undefined ? least : revokedOn + 3;
      if (from > stage.days - 5) continue;
      const n = random.int(from, stage.days - 5);
      const rest = resting.get(party);
      if (
        taken.get(party)?.some((day) => Math.abs(day - n) < 5 + silence) ||
        (rest && n >= rest.from - 5 && n <= rest.to + 5)
      )
        continue;
      if (silence) resting.set(party, { from: n - silence, to: n });
      const when = stage.start + n * DAY + random.int(0, 22) * HOUR + random.int(0, 45) * MINUTE;
      const usual = (of: Party, day: number) =>
        silence && of === party && day >= n - silence ? [] : stage.usual(of, day);
      const made = shape.make({ ...stage, random, usual, party, at: when, n, grade });
      for (const arn of new Set(made.map(({ member }) => member.arn))) {
        const misused = byArn.get(arn) ?? party;
        taken.set(misused, [...(taken.get(misused) ?? []), n]);
      }
      const instants = made.map((event) => event.at);
      attacks.push({
        id,
        kind: shape.name,
        strength,
        principals: [...new Set(made.map(({ member }) => member.arn))],
        from: Math.min(...instants),
        to: Math.max(...instants),
        names: shape.names,
      });
      events.push(...made.map((event) => ({ ...event, attack: id })));
      break;
    }
  }
  return {
    attacks,
    events,
    rests: (party, n) => {
      const rest = resting.get(party);
      return rest !== undefined && n >= rest.from && n <= rest.to;
    },
  };
};

/** What a party did on a day, remembered: intrusions look at the same days again and again. */
export const usualOf = (plan: Happenings, random: Chance, lines: Chance, start: Instant) => {
  const made = new Map<string, readonly SimEvent[]>();
  return (party: Party, n: number): readonly SimEvent[] => {
    if (n < party.joins) return [];
    const key = `${party.arn} ${n}`;
    const known = made.get(key);
    if (known) return known;
    const events = usualDay(party, { n, start: start + n * DAY, plan, random: random.fork(key) }, lines);
    made.set(key, events);
    return events;
  };
};
