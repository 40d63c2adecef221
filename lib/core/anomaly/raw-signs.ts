// What the days of principals show, sign by sign, before it is known how strange that is; read once for each state of a day.
import type { Principal } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import type { DayFigures } from "./day-figures.ts";
import type { DayContext } from "./estate.ts";
import type { Reached, SignRule } from "./sign-rule.ts";

/** All that the days show, by principal and rule; kept for as long as the figures of a day stay the same. */
export type Raw = { readonly rule: SignRule; readonly reached: Reached };
/** `days`: all that the day shows so far, `figures` among them. */
export type RawSigns = (figures: DayFigures, days: readonly DayFigures[]) => readonly Raw[];

/** Whether it is held against the habits at all endpoints of the database: see `usualOf`. */
export const isOfDatabase = ({ measure, ofDatabase }: Pick<SignRule, "measure" | "ofDatabase">): boolean =>
  measure === "categorical" || ofDatabase === true;

/**
 * What a sign is held against: what happened or not, such as a new place, by the habits at all endpoints of the database, so that
 * a stolen credential gains nothing by the way in; what happens by degrees, by the days of this endpoint.
 */
export const usualOf = (context: DayContext, rule: SignRule): DayContext =>
  isOfDatabase(rule) ? context.database() : context;

/**
 * Reads the signs of habit once for each state of a day: most principals look the same at each judgement. Facts are read
 * once for each moment, because what is known of mappings grows; without `moment` it stays as it is.
 */
export const rawSigns = (
  context: DayContext,
  rules: readonly SignRule[],
  moment: () => Instant = () => 0,
): RawSigns => {
  const known = new WeakMap<DayFigures, readonly Raw[]>();
  const told = new WeakMap<DayFigures, { readonly at: Instant; readonly all: readonly Raw[] }>();
  const facts = rules.filter(({ measure }) => measure === "fact");
  const habits = rules.filter(({ measure }) => measure !== "fact");
  const read = (figures: DayFigures, own: readonly SignRule[]): readonly Raw[] =>
    own.flatMap((rule) => {
      const around = usualOf(context, rule);
      return rule
        .reached(figures, around.ownOf(figures.principal), around.surroundingsOf(figures.principal))
        .map((reached) => ({ rule, reached }));
    });
  // On the first day there are no habits to differ from: facts only.
  const ofHabits = (figures: DayFigures): readonly Raw[] =>
    read(
      figures,
      habits.filter((rule) => usualOf(context, rule).ownOf(figures.principal).tenure > 0),
    );
  const alone = (figures: DayFigures): readonly Raw[] => {
    const at = moment();
    const before = told.get(figures);
    if (before?.at === at) return before.all;
    const ofHabit = known.get(figures) ?? ofHabits(figures);
    known.set(figures, ofHabit);
    const all = [...ofHabit, ...read(figures, facts)];
    told.set(figures, { at, all });
    return all;
  };
  const among = rawTogether(context, rules);
  return (figures, days) => {
    if (figures.principal === context.facts.auditor) return [];
    const joint = among(days).get(figures.principal);
    return joint ? [...alone(figures), ...joint] : alone(figures);
  };
};

/** What several show only together; worked out once for each state of the whole day. */
const rawTogether = (
  context: DayContext,
  rules: readonly SignRule[],
): ((days: readonly DayFigures[]) => ReadonlyMap<Principal, readonly Raw[]>) => {
  const known = new WeakMap<readonly DayFigures[], ReadonlyMap<Principal, readonly Raw[]>>();
  return (days) => {
    const before = known.get(days);
    if (before) return before;
    const found = new Map<Principal, Raw[]>();
    const others = days.filter(({ principal }) => principal !== context.facts.auditor);
    for (const rule of rules) {
      for (const [principal, all] of rule.together?.(others, usualOf(context, rule).ownOf) ?? [])
        found.set(principal, [...(found.get(principal) ?? []), ...all.map((reached) => ({ rule, reached }))]);
    }
    known.set(days, found);
    return found;
  };
};
