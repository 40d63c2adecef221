// On how many days a person sat behind a principal, whatever path its ARN is written with: who is a person is told from
// all of its days, for people do not connect on each of them.
import type { Tally } from "../activity/activity.ts";
import type { Timeline } from "../activity/activity-index.ts";
import { dayNumber } from "../anomaly/day-figures.ts";
import { type Habits, isIdentityCenterRole } from "../anomaly/habits.ts";
import { isPersonDay, isPersonLike } from "../anomaly/person-like.ts";
import { type Principal, withoutPath } from "../base/ids.ts";
import { lazily } from "../base/lazily.ts";
import { DAY, type Instant } from "../base/time.ts";
import type { Facts } from "./facts.ts";

/** Days on which a principal connected or tried to, and on how many of them it was at least half of the time a person. */
export type PersonDays = { readonly days: number; readonly ofPerson: number };

const NO_DAYS: PersonDays = { days: 0, ofPerson: 0 };
const sum = (a: PersonDays, b: PersonDays): PersonDays => ({
  days: a.days + b.days,
  ofPerson: a.ofPerson + b.ofPerson,
});

type Seen = Pick<Tally, "principal" | "session" | "client" | "count" | "firstAt">;

/** Names seen as sessions of roles of Identity Center: these are people's, whoever else bears them. */
export const directoryNamesIn = (seen: Iterable<Pick<Tally, "principal" | "session">>): Set<string> => {
  const names = new Set<string>();
  for (const { principal, session } of seen)
    if (session !== "" && !session.includes("*") && isIdentityCenterRole(principal)) names.add(session);
  return names;
};

/** By number of the day, whether it was a person's. `names`: see `directoryNamesIn`. */
const daysIn = (seen: Iterable<Seen>, names: ReadonlySet<string>): Map<number, boolean> => {
  const byDay = Map.groupBy(seen, ({ firstAt }) => dayNumber(firstAt));
  const isNamed = (session: string): boolean => isPersonLike(session, (name) => names.has(name));
  return new Map([...byDay].map(([day, tallies]) => [day, isPersonDay(tallies, isNamed)]));
};

const counted = (days: Iterable<boolean>): PersonDays => {
  const all = [...days];
  return { days: all.length, ofPerson: all.filter(Boolean).length };
};

/** Of one identity's tallies, in any order. */
export const personDaysIn = (seen: Iterable<Seen>, names: ReadonlySet<string>): PersonDays =>
  counted(daysIn(seen, names).values());

const seenOn = (line: Timeline): Seen[] =>
  Array.from({ length: line.length }, (_, n) => {
    const { principal, session, client } = line.texts(n);
    return { principal, session, client, count: line.count(n), firstAt: line.firstAt(n) };
  });

type Source = Pick<Facts, "activity" | "estate">;

/** Of one endpoint: by the estate up to the end of its day, by activity after it. */
const atEndpoint = ({ activity, estate }: Source): ((identity: string, now: Instant) => PersonDays) => {
  const since = ((estate?.day ?? -1) + 1) * DAY;
  const names = lazily((_: "") => {
    const center = [...activity.principals()].filter(isIdentityCenterRole);
    const seen = center.flatMap((principal) => activity.talliesOf(principal, { from: since, to: Infinity }));
    return new Set([...(estate?.directoryNames.keys() ?? []), ...directoryNamesIn(seen)]);
  });
  const kept = Map.groupBy(estate?.principals ?? [], ([principal]) => withoutPath(principal));
  const byIdentity = Map.groupBy(activity.principals(), withoutPath);
  const later = lazily((principal: Principal): ReadonlyMap<number, boolean> => {
    const line = activity.timelineOf(principal);
    return line
      ? daysIn(
          seenOn(line).filter(({ firstAt }) => firstAt >= since),
          names(""),
        )
      : new Map();
  });
  const ofHabits = ([, { days }]: readonly [Principal, Habits]): PersonDays =>
    counted(days.map(({ personLike }) => personLike));
  const ofDaysBefore = (principal: Principal, now: Instant): PersonDays => {
    const today = dayNumber(now);
    const before = [...later(principal)].flatMap(([day, isPerson]) => (day < today ? [isPerson] : []));
    const running = activity
      .talliesOf(principal, { from: Math.max(since, today * DAY), to: now })
      .filter(({ firstAt }) => firstAt >= today * DAY);
    return sum(counted(before), personDaysIn(running, names("")));
  };
  return (identity, now) =>
    [
      ...(kept.get(identity) ?? []).map(ofHabits),
      ...(byIdentity.get(identity) ?? []).map((principal) => ofDaysBefore(principal, now)),
    ].reduce(sum, NO_DAYS);
};

/** What is known of a principal at an instant, at whichever endpoint of the database. */
export const personDaysOf = (
  sources: readonly Source[],
): ((principal: string, now: Instant) => PersonDays) => {
  const each = sources.map(atEndpoint);
  return (principal, now) => each.map((at) => at(withoutPath(principal), now)).reduce(sum, NO_DAYS);
};
