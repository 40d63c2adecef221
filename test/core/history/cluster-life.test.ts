// Whether a cluster is gone, folded from signs in any order.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  deletedBy,
  goneOf,
  type LifeSign,
  retiredBy,
  withSign,
} from "../../../lib/core/history/cluster-life.ts";

const anySign: fc.Arbitrary<LifeSign> = fc.record(
  {
    kind: fc.constantFrom("deleted", "seen", "retired", "restored"),
    at: fc.nat(6),
    by: fc.constantFrom("ana", "ben"),
    note: fc.constantFrom("x", "y"),
  },
  { requiredKeys: ["kind", "at"] },
);
const folded = (signs: readonly LifeSign[]) => signs.reduce(withSign, [] as readonly LifeSign[]);

describe("the life of a cluster", () => {
  it("is the same in whatever order its signs come, and however often", () => {
    fc.assert(
      fc.property(
        fc
          .array(anySign, { maxLength: 8 })
          .chain((signs) =>
            fc.tuple(
              fc.constant(signs),
              fc.shuffledSubarray([...signs, ...signs], { minLength: signs.length * 2 }),
            ),
          ),
        ([signs, shuffled]) => {
          expect(folded(shuffled)).toEqual(folded(signs));
          expect(goneOf(shuffled)).toEqual(goneOf(signs));
        },
      ),
    );
  });

  it("ends with the first deletion that nothing was seen after", () => {
    const deleted = (at: number): LifeSign => ({ kind: "deleted", at });
    const seen = (at: number): LifeSign => ({ kind: "seen", at });
    expect(goneOf([deleted(5), { ...deleted(3), by: "ana" }])).toEqual({
      at: 3,
      reason: "deleted",
      by: "ana",
    });
    expect(goneOf([deleted(3), seen(3)])).toBeUndefined();
    expect(goneOf([deleted(3), seen(2)])).toEqual({ at: 3, reason: "deleted" });
    expect(goneOf([deleted(3), seen(4), deleted(6), deleted(8)])).toEqual({ at: 6, reason: "deleted" });
    expect(goneOf([seen(1)])).toBeUndefined();
    expect(goneOf([])).toBeUndefined();
  });

  it("stays retired while it is seen, and goes on when a person restores it, deleted or not", () => {
    const retired: LifeSign = { kind: "retired", at: 2, by: "ana", note: "moved" };
    const both = [retired, { kind: "deleted", at: 4 }] as const;
    expect(goneOf([retired, { kind: "seen", at: 3 }])).toEqual({
      ...{ at: 2, reason: "retired", by: "ana", note: "moved" },
    });
    expect(goneOf([...both, { kind: "seen", at: 9 }])?.reason).toBe("retired");
    expect(goneOf([...both, { kind: "restored", at: 5, by: "ben" }])).toBeUndefined();
    expect(goneOf([...both, { kind: "restored", at: 3, by: "ben" }])).toEqual({ at: 4, reason: "deleted" });
    expect([deletedBy(both)?.at, retiredBy(both)?.at]).toEqual([4, 2]);
  });
});
