// Every number that the measure of surprise rests on, with the reason for which it would hold elsewhere. `npm run bench --
// detection` halves and doubles each of them.

/** False findings a week that are accepted, for people and for machines each, where nobody set it. */
export const FALSE_FINDINGS_PER_WEEK = 1;
/** One day in sixteen is ordinary: less is no sign. */
export const LEAST_BITS = 4;
/** One day in 65,536, 180 years: more cannot be counted by anyone. */
export const MOST_BITS = 16;
/** One chance in 64: a dozen principals make as many active days a week; fewer must not turn every oddity into a finding. */
export const LEAST_THRESHOLD = 6;
/** A sign weaker than the strongest by no more than a factor of four may name the episode: there is no clear winner. */
export const NAME_WITHIN_BITS = 2;
/** The peers' rate is worth one own day at least (Krichevsky and Trofimov's total). */
export const LEAST_WEIGHT = 1;
/** And a month of own days at most. */
export const MOST_WEIGHT = 30;
/** Beyond all that was seen each half-doubling costs half a bit: a doubling is half as likely, the heaviest tail with a mean. */
export const TAIL_BITS = 0.5;
/** A flagged day is as good as any other after so many days: by then somebody has said what it was. */
export const HOLD_DAYS = 14;
/** What lies further back than a quarter says little of today. */
export const HORIZON_DAYS = 90;
/** A network stays new for a week, the shortest cycle of people and jobs. */
export const NEW_DAYS = 7;
/** Full tenure: a week, likewise. */
export const FULL_TENURE_DAYS = 7;
/** Early tenure: two intervals are the least from which regularity shows. */
export const EARLY_TENURE_DAYS = 3;
/** A declaration is wrong, or out of date, on one day in sixteen. */
export const DECLARED_BITS = 4;
/** An hour of the day is off when less than one active day in sixteen comes near it. */
export const OFF_BITS = 4;
/** An hour away from a usual one is half as usual: people shift by an hour (daylight saving, meetings), not by four. */
export const HOUR_AWAY_BITS = 1;
/** A burst is a doubling of the record at least: below it nobody would look. In half-doublings. */
export const LEAST_BURST = 2;
/** A fortnight's leave is ordinary. */
export const LEAST_SILENCE_DAYS = 14;
/** Lockout policies begin at five tries. */
export const LEAST_REFUSALS = 5;
/** Whatever goes on for a week is a condition that stands, not an event. */
export const STANDING_DAYS = 7;
/** Once in three years, per sign and kind: more principals at once than that make an event of the whole estate. */
export const EVENT_BITS = 10;
/** Two may share a mistake or a coincidence; three are a crowd. */
export const LEAST_CROWD = 3;
/** Two to four of many share a place by theft as well as by a move; where the many are fewer than four times as many, by a move. */
export const FEW = 4;
/** A roll-out takes a fortnight: what others took up longer ago spreads no more. */
export const ROLL_OUT_DAYS = 14;
