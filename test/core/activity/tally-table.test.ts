import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Tally } from "../../../lib/core/activity/activity.ts";
import { activityIndex } from "../../../lib/core/activity/activity-index.ts";
import type { Connection } from "../../../lib/core/activity/connection.ts";
import { eventIds } from "../../../lib/core/activity/event-ids.ts";
import { tallyOf } from "../../../lib/core/activity/tally.ts";
import { tallyColumns } from "../../../lib/core/activity/tally-columns.ts";
import { tallySums } from "../../../lib/core/activity/tally-sums.ts";
import {
  connectionsIn,
  joinedTables,
  stretchesOf,
  type TallyTable,
  tableIndex,
} from "../../../lib/core/activity/tally-table.ts";
import { DAY, floorTo, HOUR } from "../../../lib/core/base/time.ts";
import { connection, talliesByUnit } from "../../support/connections.ts";

const attempt = fc.record({
  id: fc.oneof(fc.uuid(), fc.string({ minLength: 1, maxLength: 8 })),
  at: fc.integer({ min: 0, max: 200 }).map((n) => (n * DAY) / 40),
  principal: fc.constantFrom("a", "b", "unknown:c"),
  outcome: fc.constantFrom("allowed", "refused"),
  userAgent: fc.constantFrom("psql/16", "psql/17", undefined),
});
const attempts = fc
  .array(attempt, { maxLength: 60 })
  .map((all) => all.map(({ id, at, ...rest }) => connection(id, at, rest)));

const tableOf = (connections: readonly Connection[]): TallyTable => {
  const sums = tallySums(HOUR);
  for (const one of connections) {
    const ids = eventIds();
    ids.set(0, one.eventId);
    sums.add(sums.kindOf(tallyOf(one)), one.at, ids, 0);
  }
  return sums.table();
};
const indexOf = (connections: readonly Connection[]) =>
  activityIndex([...talliesByUnit(connections, HOUR).values()].map((tallies) => ({ tallies })));

const ALWAYS = { from: 0, to: Number.MAX_SAFE_INTEGER };
const allOf = ({ principals, talliesOf }: ReturnType<typeof tableIndex>): Tally[] =>
  principals().flatMap((principal) => talliesOf(principal, ALWAYS));

describe("a table of tallies", () => {
  it("answers what an index of the same tallies answers, in the same order", () => {
    fc.assert(
      fc.property(attempts, fc.nat({ max: 120 }), fc.nat({ max: 120 }), (all, x, y) => {
        const [own, other] = [tableIndex(tableOf(all)), indexOf(all)];
        const interval = { from: Math.min(x, y) * HOUR, to: Math.max(x, y) * HOUR };
        expect(own.principals()).toEqual(other.principals());
        expect(allOf(own)).toEqual(allOf(other));
        for (const principal of own.principals())
          expect(own.talliesOf(principal, interval)).toEqual(other.talliesOf(principal, interval));
        expect(own.days()).toEqual(other.days());
        for (const day of own.days()) expect(own.talliesOn(day)).toEqual(other.talliesOn(day));
      }),
    );
  });

  it("gathered one after the other, answers what an index of the same tallies answers", () => {
    fc.assert(
      fc.property(attempts, fc.nat({ max: 120 }), fc.nat({ max: 120 }), (all, x, y) => {
        const hours = [...talliesByUnit(all, HOUR).values()];
        const columns = tallyColumns();
        for (const tallies of hours) columns.add(tallies);
        const [own, other] = [columns.index(), activityIndex(hours.map((tallies) => ({ tallies })))];
        const interval = { from: Math.min(x, y) * HOUR, to: Math.max(x, y) * HOUR };
        expect(own.principals()).toEqual(other.principals());
        expect(JSON.stringify(allOf(own))).toBe(JSON.stringify(allOf(other)));
        for (const principal of own.principals()) {
          expect(own.talliesOf(principal, interval)).toEqual(other.talliesOf(principal, interval));
          const [line, same] = [own.timelineOf(principal), other.timelineOf(principal)];
          expect(line?.length).toBe(same?.length);
          for (let n = 0; n < (line?.length ?? 0); n++) expect(line?.count(n)).toBe(same?.count(n));
        }
        for (const day of own.days()) expect(own.talliesOn(day)).toEqual(other.talliesOn(day));
      }),
    );
  });

  it("is the same whatever the order of what it adds up", () => {
    const shuffled = attempts.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([all, other]) => {
        expect(allOf(tableIndex(tableOf(other)))).toEqual(allOf(tableIndex(tableOf(all))));
      }),
    );
  });

  it("joins another one, and counts all connections", () => {
    fc.assert(
      fc.property(attempts, attempts, (one, other) => {
        const joined = joinedTables([tableOf(one), tableOf(other)]);
        const tallies = [one, other].flatMap((all) => [...talliesByUnit(all, HOUR).values()]);
        expect(allOf(tableIndex(joined))).toEqual(
          allOf(activityIndex(tallies.map((own) => ({ tallies: own })))),
        );
        expect(connectionsIn(joined)).toBe(one.length + other.length);
      }),
    );
  });

  it("knows the stretches that it sums up", () => {
    fc.assert(
      fc.property(attempts, (all) => {
        const hours = [...new Set(all.map(({ at }) => floorTo(HOUR, at)))].sort((a, b) => a - b);
        expect([...stretchesOf(tableOf(all), HOUR)]).toEqual(hours);
      }),
    );
  });

  it("holds more rows than it began with", () => {
    const many = Array.from({ length: 5_000 }, (_, n) => connection(`e${n}`, n * HOUR, { principal: "a" }));
    const table = tableOf([...many, ...many]);
    expect(table.length).toBe(5_000);
    expect(connectionsIn(table)).toBe(10_000);
    expect(allOf(tableIndex(table)).map(({ firstEventId }) => firstEventId)).toEqual(
      many.map(({ eventId }) => eventId),
    );
  });
});
