import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Principal } from "../../../lib/core/base/ids.ts";
import { HOUR } from "../../../lib/core/base/time.ts";
import { ascribe, couldBeOf, lastUseBefore } from "../../../lib/core/findings/mapping-uses.ts";
import { byUse, type Use } from "../../../lib/core/findings/use-ledger.ts";
import { usesOf } from "../../../lib/core/findings/uses.ts";
import type { MappingPeriod } from "../../../lib/core/history/mapping-period.ts";

const START = Date.UTC(2026, 0, 1);
const hour = fc.integer({ min: 0, max: 24 }).map((n) => START + n * HOUR);
const arn = fc.constantFrom("arn:aws:iam::111122223333:role/app", "arn:aws:iam::111122223333:role/team/app");

const use: fc.Arbitrary<Use> = fc
  .record({ principal: arn, at: hour, hours: fc.nat({ max: 3 }), role: fc.constantFrom("", "r0", "r1") })
  .chain(({ principal, at, hours, role }) =>
    fc.uuid().map((firstEventId) => ({
      principal: Principal.parse(principal),
      role,
      firstAt: at,
      lastAt: at + hours * HOUR,
      firstEventId,
    })),
  );

const period: fc.Arbitrary<MappingPeriod> = fc
  .record({ arn, role: fc.nat({ max: 1 }), seen: hour, notSeenAt: fc.option(hour), goneAt: fc.option(hour) })
  .map(({ role, seen, ...rest }) => ({
    ...rest,
    iamOid: role,
    roleOid: role,
    roleName: `r${role}`,
    firstSeenAt: seen,
    lastSeenAt: seen,
  }));

/** The last use of a list before `now`, by its definition. */
const lastOf = (uses: readonly Use[], now: number) => {
  const known = uses.filter(({ firstAt }) => firstAt < now);
  const latest = known.at(-1);
  if (!latest) return undefined;
  const newest = known.reduce((best, one) => (one.lastAt >= best.lastAt ? one : best));
  return { at: newest.lastAt < now ? newest.lastAt : latest.firstAt, eventId: newest.firstEventId };
};

describe("ascribe", () => {
  it("gives each use to the mappings that it may have been through, whatever came before it", () => {
    fc.assert(
      fc.property(
        fc.array(use, { maxLength: 12 }).map((uses) => uses.toSorted(byUse)),
        fc.array(period, { maxLength: 4 }),
        hour,
        (uses, periods, now) => {
          const ascribed = ascribe(usesOf(uses), periods);
          for (const one of periods) {
            const own = uses.filter((each) => couldBeOf(each, periods).includes(one));
            const isCertain = (each: Use) =>
              new Set(couldBeOf(each, periods).map(({ roleOid }) => roleOid)).size === 1;
            const found = ascribed.get(one);
            expect(found && lastUseBefore(found.certain, now)).toEqual(lastOf(own.filter(isCertain), now));
            expect(found && lastUseBefore(found.possible, now)).toEqual(
              lastOf(
                own.filter((each) => !isCertain(each)),
                now,
              ),
            );
          }
        },
      ),
    );
  });
});
