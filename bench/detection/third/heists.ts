// Puts thefts into a run of the third estate, with labels: nobody is robbed twice within five days, nor while silent before one.
import { DAY, HOUR, MINUTE } from "../../../lib/core/base/time.ts";
import type { Attack, Strength } from "../attacks.ts";
import type { Chance } from "../chance.ts";
import type { Actor } from "./actors.ts";
import { ordinaryOf, type Today, type World } from "./days.ts";
import type { Raw } from "./raw.ts";
import { type Scene, THEFTS, type Theft } from "./thefts.ts";

export type Stage = {
  readonly actors: readonly Actor[];
  readonly world: World;
  readonly todayOf: (actor: Actor, n: number) => Today;
};
export type Heists = {
  readonly attacks: readonly Attack[];
  readonly stolen: readonly (Raw & { readonly attack: number })[];
  /** Whether an actor does nothing that day, so that it can be awakened. */
  readonly isSilent: (actor: Actor, n: number) => boolean;
};

const GRADES: readonly Strength[] = ["strong", "medium", "weak"];
const LEARNING_DAYS = 18;
const APART_DAYS = 5;
const TRIES = 300;

const some = (random: Chance, from: readonly Actor[], count: number): Actor[] => {
  const left = [...from];
  return Array.from({ length: Math.min(count, left.length) }, () =>
    left.splice(random.int(0, left.length - 1), 1),
  ).flat();
};

export const heistsOn = ({ actors, world, todayOf }: Stage, random: Chance, count: number): Heists => {
  const attacks: Attack[] = [];
  const stolen: (Raw & { attack: number })[] = [];
  const silent = new Map<Actor, { readonly from: number; readonly to: number }>();
  const robbed = new Map<Actor, readonly number[]>();
  const isSilent = (actor: Actor, n: number): boolean => {
    const its = silent.get(actor);
    return its !== undefined && n >= its.from && n <= its.to;
  };
  const isFree = (actor: Actor, n: number): boolean =>
    actor.from === 0 &&
    !(robbed.get(actor) ?? []).some((day) => Math.abs(day - n) < APART_DAYS) &&
    n < (silent.get(actor)?.from ?? Number.POSITIVE_INFINITY) - APART_DAYS;
  const busiestBefore = (actor: Actor, n: number): number => {
    const hours = new Map<number, number>();
    for (let day = Math.max(0, n - 30); day < n; day++)
      for (const { at } of isSilent(actor, day) ? [] : ordinaryOf(actor, todayOf(actor, day)))
        hours.set(Math.floor(at / HOUR), (hours.get(Math.floor(at / HOUR)) ?? 0) + 1);
    return Math.max(0, ...hours.values());
  };
  const attempt = (theft: Theft, grade: Scene["grade"], id: number, chosen: Chance): boolean => {
    const fit = actors.filter((actor) => actor.from === 0 && theft.who(actor));
    const silence = theft.silence?.[grade] ?? 0;
    const least = Math.max(LEARNING_DAYS, silence && silence + 10);
    if (!fit.length || least > world.days - 4) return false;
    const actor = chosen.pick(fit);
    const n = chosen.int(least, world.days - 4);
    if (!isFree(actor, n) || (silence && robbed.has(actor))) return false;
    if (silence) silent.set(actor, { from: n - silence, to: n });
    const made = theft.make({
      random: chosen.fork("make"),
      actor,
      today: { ...todayOf(actor, n), random: chosen.fork("today") },
      at: world.start + n * DAY + chosen.int(0, 21) * HOUR + chosen.int(0, 50) * MINUTE,
      grade,
      engineers: actors.filter(({ kind }) => kind === "engineer"),
      busiest: () => busiestBefore(actor, n),
      others: (wanted) =>
        some(
          chosen,
          actors.filter((other) => other !== actor && isFree(other, n)),
          wanted,
        ),
    });
    const arns = new Set(made.map(({ arn }) => arn));
    for (const arn of arns) {
      const who = actors.find((other) => other.arn === arn) ?? actor;
      robbed.set(who, [...(robbed.get(who) ?? []), n]);
    }
    const instants = made.map(({ at }) => at);
    attacks.push({
      id,
      kind: theft.name,
      strength: GRADES[grade] ?? "weak",
      principals: [...arns],
      from: Math.min(...instants),
      to: Math.max(...instants),
      names: theft.names,
    });
    stolen.push(...made.map((raw) => ({ ...raw, attack: id })));
    return true;
  };
  for (let id = 0; id < count; id++) {
    const theft = THEFTS[id % THEFTS.length];
    const grade = (Math.floor(id / THEFTS.length) % 3) as Scene["grade"];
    const chosen = random.fork(`theft ${id}`);
    for (let tries = 0; theft && tries < TRIES && !attempt(theft, grade, id, chosen); tries++);
  }
  return { attacks, stolen, isSilent };
};
