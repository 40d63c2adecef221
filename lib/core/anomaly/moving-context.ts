// What a day is judged by while it runs: the estate before it, with what people vouched for, and mappings as known by then.
import type { Principal } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import { dayNumber } from "./day-figures.ts";
import { type DayContext, dayContext, type Estate, type EstateFacts } from "./estate.ts";
import { joinEstates } from "./join-estates.ts";
import { type RawSigns, rawSigns } from "./raw-signs.ts";
import type { SignRule, Surroundings } from "./sign-rule.ts";

/** The days of one principal's episode that somebody vouched for, as of the moment of doing so. */
export type Acknowledged = {
  readonly principal: Principal;
  readonly from: Instant;
  readonly to: Instant;
  readonly at: Instant;
};

/** The facts that grow with time. */
export type MovingFacts = Omit<EstateFacts, "mappingAt" | "isMappedThroughout"> & {
  /** How mappings were, by what is known at `now`. */
  readonly mappingStates: (now: Instant) => Surroundings["mappingAt"];
  /** The same for whole stretches, where that is cheaper to say. */
  readonly standingMappings?: (now: Instant) => Surroundings["isMappedThroughout"];
  /** Episodes that somebody acknowledged: their days are learned like any others. */
  readonly acknowledged: readonly Acknowledged[];
};

/** The estate with the days of acknowledged episodes marked so. */
const withAcknowledged = (estate: Estate, acknowledged: readonly Acknowledged[], now: Instant): Estate => {
  const known = acknowledged.filter(({ at }) => at <= now);
  if (!known.length) return estate;
  const principals = new Map(estate.principals);
  for (const { principal, from, to } of known) {
    const habits = principals.get(principal);
    if (!habits) continue;
    const days = habits.days.map((record) =>
      record.flagged && record.day >= dayNumber(from) && record.day <= dayNumber(to)
        ? { ...record, acknowledged: true as const }
        : record,
    );
    principals.set(principal, { ...habits, days });
  }
  return { ...estate, principals };
};

/** What a day is judged by, at any of its moments: what is known of mappings grows within it. */
export type MovingContext = {
  readonly context: DayContext;
  readonly raw: RawSigns;
  readonly moveTo: (now: Instant) => void;
};

/** `estate`: as of the end of an earlier day; the days that were acknowledged by `knownAt` are taken for usual. */
export const movingContext = (
  estate: Estate,
  day: number,
  knownAt: Instant,
  facts: MovingFacts,
  rules: readonly SignRule[],
): MovingContext => {
  let states: Surroundings["mappingAt"] = () => "unknown";
  let standing: Surroundings["isMappedThroughout"];
  let moment = Number.NEGATIVE_INFINITY;
  const known = withAcknowledged(estate, facts.acknowledged, knownAt);
  const moving: EstateFacts = {
    ...facts,
    mappingAt: (...question) => states(...question),
    isMappedThroughout: (...question) => standing?.(...question) ?? false,
  };
  const here = dayContext(known, day, moving);
  let database: DayContext | undefined;
  const ofDatabase = (): DayContext => {
    if (!facts.elsewhere) return here;
    database ??= dayContext(joinEstates([known, facts.elsewhere.estateBefore(day)]), day, moving);
    return database;
  };
  const context: DayContext = { ...here, database: ofDatabase };
  return {
    context,
    raw: rawSigns(context, rules, () => moment),
    moveTo: (now) => {
      moment = now;
      states = facts.mappingStates(now);
      standing = facts.standingMappings?.(now);
    },
  };
};
