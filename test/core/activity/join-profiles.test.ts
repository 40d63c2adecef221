// Profiles of the endpoints of one database, joined.
import fc from "fast-check";
import { expect, it } from "vitest";
import { joinProfiles } from "../../../lib/core/activity/join-profiles.ts";
import { mergeTallies, tallyOf } from "../../../lib/core/activity/tally.ts";
import { DAY, HOUR } from "../../../lib/core/base/time.ts";
import { EXAMPLE_CLUSTER } from "../../../lib/core/findings/example-facts.ts";
import { connection } from "../../support/connections.ts";

it("has the connections of one cluster that had all of them, by hour and by day", () => {
  const CELLS = [HOUR, DAY];
  const event = fc.record({
    id: fc.uuid(),
    at: fc.integer({ min: 0, max: 3 * DAY - 1 }),
    there: fc.boolean(),
    sourceIp: fc.constantFrom("10.0.0.7", "10.1.0.7"),
  });
  fc.assert(
    fc.property(fc.uniqueArray(event, { selector: ({ id }) => id, maxLength: 30 }), (events) => {
      for (const cell of CELLS) {
        const profiles = (some: typeof events) =>
          [...Map.groupBy(some, ({ at }) => Math.floor(at / cell) * cell)]
            .sort(([a], [b]) => a - b)
            .map(([from, mine]) => ({
              ...{ cluster: EXAMPLE_CLUSTER, from, to: from + cell, folded: 0 },
              tallies: mergeTallies(
                mine.map(({ id, at, sourceIp }) => tallyOf(connection(id, at, { sourceIp }))),
              ),
            }));
        const [here, there] = [false, true].map((side) => profiles(events.filter((e) => e.there === side)));
        expect(joinProfiles([here ?? [], there ?? []])).toEqual(profiles(events));
      }
    }),
    { numRuns: 100 },
  );
});
