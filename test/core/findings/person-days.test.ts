// On how many days a person sat behind a principal: the same by what is kept of the days as by all that was counted.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Tally } from "../../../lib/core/activity/activity.ts";
import { activityIndex } from "../../../lib/core/activity/activity-index.ts";
import { surprises } from "../../../lib/core/anomaly/surprise.ts";
import { DAY, HOUR, type Instant } from "../../../lib/core/base/time.ts";
import { personDaysOf } from "../../../lib/core/findings/person-days.ts";
import { role, START, surpriseFacts, tally } from "../anomaly/support.ts";

const DAYS = 30;
const CENTER = "aws-reserved/sso.amazonaws.com/AWSReservedSSO_Dev_0123456789abcdef";
const seen = fc
  .record({
    day: fc.nat(DAYS - 1),
    hour: fc.nat(23),
    by: fc.constantFrom("Jane", "team/Jane", "Service"),
    session: fc.constantFrom("jane.doe", "jane@example.com", "orders-api-*", ""),
    client: fc.constantFrom("psql/16", "aurora-dsql-nodejs-pg/0.1.9"),
    count: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ day, hour, by, ...more }) => tally(by, START + day * DAY + hour * HOUR, more));
const all = fc.array(seen, { maxLength: 40 });

const at = (tallies: readonly Tally[], now: Instant, keptDays?: number) => {
  const activity = activityIndex([{ tallies }]);
  const kept = keptDays === undefined ? undefined : START + keptDays * DAY;
  const estate = kept === undefined ? undefined : surprises(surpriseFacts(tallies), []).estateBefore(kept);
  const day = kept === undefined ? null : kept / DAY - 1;
  // What is kept stands for its days: they are not at hand any more.
  const left =
    kept === undefined
      ? activity
      : activityIndex([{ tallies: tallies.filter((one) => one.firstAt >= kept) }]);
  const ofAll = personDaysOf([{ activity: left, ...(estate && { estate: { ...estate, day } }) }]);
  return ["Jane", "Service"].map((name) => ofAll(role(name), now));
};

describe("the days of a person", () => {
  it("are the same by the days that are kept, however many, and those since", () => {
    fc.assert(
      fc.property(all, fc.nat(DAYS), fc.nat(DAYS * 24), (tallies, keptDays, hours) => {
        const now = START + Math.max(keptDays * 24, hours) * HOUR;
        expect(at(tallies, now, keptDays)).toEqual(at(tallies, now));
      }),
      { numRuns: 200 },
    );
  });

  it("know nothing of what came later, and all that came before at another endpoint", () => {
    fc.assert(
      fc.property(all, all, fc.nat(DAYS * 24), (here, there, hours) => {
        const now = START + hours * HOUR;
        const before = (tallies: readonly Tally[]) => tallies.filter(({ firstAt }) => firstAt < now);
        expect(at(here, now)).toEqual(at(before(here), now));
        const of = (tallies: readonly Tally[]) => ({ activity: activityIndex([{ tallies }]) });
        const both = personDaysOf([of(here), of(there)])(role("Jane"), now);
        const [own, other] = [here, there].map((tallies) => at(tallies, now)[0]);
        expect(both).toEqual({
          days: (own?.days ?? 0) + (other?.days ?? 0),
          ofPerson: (own?.ofPerson ?? 0) + (other?.ofPerson ?? 0),
        });
      }),
      { numRuns: 100 },
    );
  });

  it("count where a name of one word is known from a role of Identity Center", () => {
    const now = START + 3 * DAY;
    const jane = [
      tally("Jane", START + HOUR, { session: "jane" }),
      tally("Jane", START + DAY, { session: "jane" }),
    ];
    expect(at(jane, now)[0]).toEqual({ days: 2, ofPerson: 0 });
    const known = [tally(CENTER, START, { session: "jane" }), ...jane];
    expect(at(known, now)[0]).toEqual({ days: 2, ofPerson: 2 });
    expect(at(known, now, 1)[0]).toEqual({ days: 2, ofPerson: 2 });
  });
});
