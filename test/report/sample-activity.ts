// The connects of the sample estate, hour by hour, with one outage and one bad evening.
import type { Profile, Tally } from "../../lib/core/activity/activity.ts";
import type { ActivityRow } from "../../lib/core/activity/activity-row.ts";
import { DAY, HOUR, type Instant, iso } from "../../lib/core/base/time.ts";
import { weekdayOf } from "../../lib/report/activity-figures.ts";
import { cluster, END, estate, outage, principal, START } from "./sample-estate.ts";

const tally = (who: string, at: Instant, count: number, more: Partial<Tally> = {}): Tally => ({
  principal: principal(who),
  action: "DbConnect",
  outcome: "allowed",
  network: "10.20.4.0/24",
  client: "aurora-dsql-nodejs-pg/0.1.9",
  session: `${who}-*`,
  role: "",
  count,
  firstAt: at + 60_000,
  lastAt: at + 50 * 60_000,
  firstEventId: `e-${who}-${at}`,
  ...more,
});

const tallyAt = (at: Instant, i: number): Tally | undefined => {
  const one = estate[i];
  if (!one || one.perDay === 0) return undefined;
  const hour = (at % DAY) / HOUR;
  const workday = weekdayOf(at) < 5;
  const { who, network, perDay } = one;
  // A shape per principal: services all day, people in working hours, jobs at their hour.
  const shape =
    who === "nightly-report" || who === "backup"
      ? hour === 2
        ? 24
        : 0
      : who === "analysts"
        ? workday && hour >= 7 && hour < 17
          ? 2.4
          : 0
        : (workday ? 1.15 : 0.6) * (hour >= 6 && hour < 21 ? 1.4 : 0.4);
  const wobble = ((Math.floor(at / HOUR) * (i + 7) * 2654435761) % 1000) / 1000;
  const n = Math.floor((perDay / 24) * shape + wobble);
  return n > 0 ? tally(who, at, n, { network }) : undefined;
};

export const hoursOf = (): Profile[] => {
  const hours: Profile[] = [];
  for (let from = START; from < END; from += HOUR) {
    if (from >= outage.from && from < outage.to) continue;
    const tallies = estate.flatMap((_, i) => tallyAt(from, i) ?? []);
    if (from === START + 96 * DAY + 21 * HOUR) {
      tallies.push(tally("analysts", from, 3, { network: "185.220.101.0/24", client: "psql/16.2" }));
      tallies.push(tally("intern", from, 2, { network: "185.220.101.0/24", outcome: "refused" }));
    }
    if (tallies.length) hours.push({ cluster, from, to: from + HOUR, tallies, folded: 0 });
  }
  return hours;
};

/** By principal, as the query would add the hours up. */
export const rowsOf = (hours: readonly Profile[]): ActivityRow[] =>
  [
    ...Map.groupBy(
      hours.flatMap(({ tallies }) => tallies),
      ({ principal }) => principal,
    ),
  ].map(([principal, tallies]) => {
    const sum = (outcome: string) =>
      tallies.reduce((total, tally) => total + (tally.outcome === outcome ? tally.count : 0), 0);
    const last = Math.max(...tallies.map(({ lastAt }) => lastAt));
    return {
      principal,
      allowed: sum("allowed"),
      refused: sum("refused"),
      admin: 0,
      firstAt: iso(Math.min(...tallies.map(({ firstAt }) => firstAt))),
      lastAt: iso(last),
      lastUseAt: sum("allowed") ? iso(last) : null,
      lastUse: sum("allowed") ? ("seen" as const) : ("unknown" as const),
      networks: [...new Set(tallies.map(({ network }) => network))],
      clients: [],
      mappedTo: [],
    };
  });
