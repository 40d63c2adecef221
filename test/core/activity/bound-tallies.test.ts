import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Tally } from "../../../lib/core/activity/activity.ts";
import { boundTallies } from "../../../lib/core/activity/bound-tallies.ts";
import { callerOf, OTHERS } from "../../../lib/core/activity/principal.ts";
import { FOLDED, mergeTallies, tallyOf } from "../../../lib/core/activity/tally.ts";
import { packTallies } from "../../../lib/store/activity/tally-codec.ts";
import { connection } from "../../support/connections.ts";
import { anyTally, countOf } from "../../support/random-tallies.ts";
import { uuidOf } from "../../support/records.ts";

const HOME = "111122223333";
const HOUR = { kinds: 1_000, bytes: 300_000 };
const SMALL = { kinds: 12, bytes: 100_000 };
const principalsOf = (tallies: readonly Tally[]) => new Set(tallies.map(({ principal }) => principal));

/** Hard to compress, as an attacker would have it. */
const noise = (n: number, length: number): string =>
  createHash("shake128", { outputLength: length }).update(`${n}`).digest("base64url").slice(0, length);

type Stranger = { readonly n: number; readonly length: number };
const nameOf = ({ n, length }: Stranger): string =>
  n % 3 === 0
    ? `arn:aws:iam::${444400000000 + (n % 7)}:role/${noise(n, length)}`
    : `unknown:AWSAccount/${444400000000 + (n % 900)}/${noise(n, length)}`;

/** `count` attempts of as many principals. */
const crowd = (count: number, length: number, allowed: boolean): Tally[] =>
  Array.from({ length: count }, (_, n) =>
    tallyOf(
      connection(uuidOf(n), n, {
        principal: nameOf({ n, length }),
        outcome: allowed ? "allowed" : "refused",
        userAgent: `${noise(n, 20)}/1`,
        sessionName: noise(n, 60),
      }),
    ),
  );

describe("boundTallies", () => {
  it("loses no connection and no principal while kinds alone are too many, and says how many lost their kind", () => {
    fc.assert(
      fc.property(fc.array(anyTally, { minLength: 30, maxLength: 80 }), (all) => {
        const merged = mergeTallies(all);
        const { tallies, folded, others } = boundTallies(merged, SMALL);
        expect(countOf(tallies)).toBe(all.length);
        expect(tallies.length).toBeLessThanOrEqual(12 / 2 + 3 * 2);
        expect(countOf(tallies.filter(({ network }) => network === FOLDED))).toBe(folded);
        expect(others).toBe(0);
        expect(principalsOf(tallies)).toEqual(principalsOf(merged));
        expect(boundTallies(merged, HOUR)).toEqual({ tallies: merged, folded: 0, others: 0 });
      }),
    );
  });

  it("stays within an item of the database whatever the number of principals, and its counts add up", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0, 1, 700, 1_001, 6_000, 20_000),
        fc.constantFrom(4, 64, 1_900),
        fc.boolean(),
        (count, length, allowed) => {
          const merged = mergeTallies(crowd(count, length, allowed));
          const { tallies, others } = boundTallies(merged, HOUR, { home: HOME });
          expect(countOf(tallies)).toBe(count);
          expect(tallies.length).toBeLessThanOrEqual(HOUR.kinds);
          expect(packTallies(tallies).length).toBeLessThan(350_000);
          const shown = principalsOf(tallies);
          expect(others > 0).toBe(shown.has(OTHERS));
        },
      ),
      { numRuns: 8 },
    );
  }, 120_000);

  it("ends in the same bytes in whatever order the connections came", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ n: fc.nat(60), length: fc.constantFrom(3, 40), allowed: fc.boolean() }), {
          maxLength: 120,
        }),
        fc.nat(),
        (crowded, seed) => {
          const all = crowded.map(({ allowed, ...stranger }, n) =>
            tallyOf(
              connection(uuidOf(n), n % 50, {
                principal: nameOf(stranger),
                outcome: allowed ? "allowed" : "refused",
                sourceIp: `10.0.${n % 9}.1`,
              }),
            ),
          );
          const shuffled = all.toSorted(
            (a, b) => ((a.firstAt * 7919 + seed) % 101) - ((b.firstAt * 7919 + seed) % 101),
          );
          const tight = { kinds: 20, bytes: 3_000 };
          const bytesOf = (tallies: readonly Tally[]) => {
            const bounded = boundTallies(mergeTallies(tallies), tight, { home: HOME });
            return [
              Buffer.from(packTallies(bounded.tallies)).toString("hex"),
              bounded.folded,
              bounded.others,
            ];
          };
          expect(bytesOf(shuffled)).toEqual(bytesOf(all));
        },
      ),
    );
  });

  it("keeps who was let in, then who has an ARN of the cluster's account, before refused strangers", () => {
    const app = tallyOf(connection("app", 1, { principal: `arn:aws:iam::${HOME}:role/App` }));
    const denied = tallyOf(
      connection("denied", 1, { principal: `arn:aws:iam::${HOME}:role/Denied`, outcome: "refused" }),
    );
    const merged = mergeTallies([...crowd(20_000, 200, false), app, denied]);
    const { tallies } = boundTallies(merged, HOUR, { home: HOME });
    expect(tallies).toContainEqual(app);
    expect(principalsOf(tallies)).toContain(denied.principal);
    expect(countOf(tallies)).toBe(20_002);
  });

  it("makes of refused callers without an ARN their type and account before it gives up anybody", () => {
    const merged = mergeTallies(
      Array.from({ length: 3_000 }, (_, n) =>
        tallyOf(
          connection(uuidOf(n), n, { principal: `unknown:AWSAccount/444455556666/${n}`, outcome: "refused" }),
        ),
      ),
    );
    const { tallies, others } = boundTallies(merged, HOUR, { home: HOME });
    expect([...principalsOf(tallies)]).toEqual(["unknown:AWSAccount/444455556666"]);
    expect({ others, counted: countOf(tallies) }).toEqual({ others: 0, counted: 3_000 });
  });

  it("says how many principals stand in the remainder", () => {
    const merged = mergeTallies(crowd(5_000, 30, true));
    const { tallies, others } = boundTallies(merged, HOUR, { home: HOME });
    expect(others).toBe(5_000 - (principalsOf(tallies).size - 1));
    expect(countOf(tallies.filter(({ principal }) => principal === OTHERS))).toBe(others);
  });
});

it("no record names its caller as those who are too many to be kept apart", () => {
  for (const identity of [
    { type: "others" },
    { userName: "others" },
    { principalId: "others:x" },
    { invokedBy: "others" },
  ])
    expect(callerOf(identity).principal).toBe("unknown:others/");
  expect(OTHERS).toBe("unknown:others");
});
