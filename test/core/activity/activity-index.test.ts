import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { activityIndex } from "../../../lib/core/activity/activity-index.ts";
import type { Connection } from "../../../lib/core/activity/connection.ts";
import type { Principal } from "../../../lib/core/base/ids.ts";
import { HOUR } from "../../../lib/core/base/time.ts";
import { connection, talliesByUnit } from "../../support/connections.ts";

const indexOf = (connections: readonly Connection[]) =>
  activityIndex([...talliesByUnit(connections, HOUR).values()].map((tallies) => ({ tallies })));

const attempt = fc.record({
  at: fc.integer({ min: 0, max: 40 * HOUR }),
  principal: fc.constantFrom("a", "b"),
  outcome: fc.constantFrom("allowed", "refused"),
  action: fc.constantFrom("DbConnect", "DbConnectAdmin"),
});
const attempts = fc
  .array(attempt, { maxLength: 60 })
  .map((all) => all.map(({ at, ...rest }, n) => connection(`e${n}`, at, rest)));

describe("activityIndex", () => {
  it("answers at hour boundaries what the connections themselves say", () => {
    fc.assert(
      fc.property(attempts, fc.integer({ min: 0, max: 41 }), fc.integer({ min: 0, max: 41 }), (all, x, y) => {
        const index = indexOf(all);
        const [from, to] = [Math.min(x, y) * HOUR, Math.max(x, y) * HOUR];
        for (const principal of ["a", "b"] as Principal[]) {
          const own = all.filter((c) => c.principal === principal);
          const inside = own.filter(({ at }) => at >= from && at < to);
          const tallies = index.talliesOf(principal, { from, to });
          expect(tallies.reduce((sum, { count }) => sum + count, 0)).toBe(inside.length);
        }
        expect(index.principals()).toEqual([...new Set(all.map(({ principal }) => principal))].sort());
      }),
    );
  });

  it("gives tallies in the order of time", () => {
    const index = indexOf([connection("x", 5 * HOUR), connection("y", 2 * HOUR), connection("z", 9 * HOUR)]);
    expect(
      index
        .talliesOf(connection("x", 0).principal, { from: 2 * HOUR, to: 9 * HOUR })
        .map(({ firstAt }) => firstAt),
    ).toEqual([2 * HOUR, 5 * HOUR]);
  });
});
