// Who is in two places at once is, whichever endpoints of a multi-Region database the connections came through.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DaySign } from "../../../lib/core/anomaly/judge-day.ts";
import { floorTo, HOUR, MINUTE } from "../../../lib/core/base/time.ts";
import { rulesOf } from "../../../lib/core/findings/detector.ts";
import { daily, daysAgo, exampleArn, EXAMPLE_NOW as NOW } from "../../../lib/core/findings/example-facts.ts";
import type { Facts } from "../../../lib/core/findings/facts.ts";
import { judgeWith } from "../../../lib/core/findings/judge.ts";
import { auditView } from "../../../lib/core/findings/view.ts";
import { detectors } from "../../../lib/detectors/index.ts";
import { type Shown, seenBy } from "../../support/two-endpoints.ts";

const HOME = "198.51.100.0/24";
/** Known for long, but at the peer alone. */
const SECOND = "192.0.2.0/24";
const STRANGE = "203.0.113.0/24";
const jane = { by: "Analyst", session: "jane.doe@example.com", client: "DBeaver/24.1" };
const BEGIN = floorTo(HOUR, NOW) - 3 * HOUR;

const rules = detectors.flatMap((detector) => (detector.rule ? rulesOf(detector) : []));
/** The signs of the running day that tell of two places, without event ids, which are numbered within an example. */
const signsIn = (facts: Facts, by = "Analyst"): readonly DaySign[] =>
  auditView(facts)
    .activity.surprise(rules)
    .episodes.filter(({ principal }) => principal === exampleArn(by))
    .flatMap(({ signs }) => signs)
    .filter(({ detector, firstAt }) => detector === "concurrent-networks" && firstAt >= BEGIN);

const habits = (there: boolean): Shown[] =>
  [
    ...daily("Analyst", 60, daysAgo(1), HOME),
    // Never within the same hour.
    ...(there ? daily("Analyst", 60, daysAgo(1) - 5 * HOUR, SECOND) : []),
  ].map((one) => ({ ...one, ...jane, there }));
const usual = [...habits(false), ...habits(true)];

const today: fc.Arbitrary<Shown> = fc
  .record({
    at: fc.integer({ min: 0, max: 80 }).map((minutes) => BEGIN + minutes * MINUTE),
    network: fc.constantFrom(HOME, SECOND, STRANGE),
    session: fc.constantFrom(jane.session, jane.session, jane.session, "john.roe@example.com"),
    fails: fc.constantFrom(false, false, false, false, true),
    there: fc.boolean(),
    by: fc.constant(jane.by),
    client: fc.constant(jane.client),
  })
  .map(({ fails, ...one }) => ({ ...one, ...(fails && { outcome: "refused" as const }) }));

describe("a person in two places within one hour", () => {
  it("is found at one endpoint at least where one that had all connections would find it, and only there", () => {
    let found = 0;
    fc.assert(
      fc.property(fc.array(today, { minLength: 2, maxLength: 6 }), (made) => {
        const { here, there, whole } = seenBy([...usual, ...made]);
        const [own, peer, all] = [here, there, whole].map((facts) => signsIn(facts).length > 0);
        expect(own || peer).toBe(all);
        if (all) found++;
      }),
      { numRuns: 60 },
    );
    // About one of three, so that the law is held against both.
    expect(found).toBeGreaterThan(3);
    expect(found).toBeLessThan(57);
  });

  it("is named by both places, and by the one that was seen elsewhere, in a finding that is told once", () => {
    const at = BEGIN + HOUR;
    const made = [
      { ...jane, at, network: HOME, there: false },
      { ...jane, at: at + 10 * MINUTE, network: STRANGE, there: true },
    ];
    const { here, there, alone } = seenBy([...usual, ...made]);
    expect(signsIn(alone)).toEqual([]);
    const judge = judgeWith(detectors, {});
    const found = [here, there].map((facts) => {
      const { observations } = judge(auditView(facts));
      return observations.filter(({ subject }) => subject.principal === exampleArn("Analyst"));
    });
    const [own, peer] = found.map(([first]) => first);
    expect(own).toMatchObject({
      detector: "concurrent-networks",
      title: expect.stringContaining("203.0.0.0/16, through another endpoint of the database,"),
      evidence: { throughPeer: ["203.0.0.0/16"], networks: ["198.51.0.0/16", "203.0.0.0/16"] },
    });
    expect([peer?.detector, peer?.subject.facet]).toEqual([own?.detector, own?.subject.facet]);
    expect(detectors.find(({ id }) => id === "concurrent-networks")?.ofDatabase).toBe(true);
  });

  it("is found also where it never used the other endpoint before", () => {
    const at = BEGIN + HOUR;
    const made = [
      { ...jane, at, network: HOME, there: false },
      { ...jane, at: at + 10 * MINUTE, network: STRANGE, there: true },
    ];
    const { here } = seenBy([...habits(false), ...made]);
    expect(signsIn(here)).toHaveLength(1);
  });

  it("is no news where the second place is known for long at the peer", () => {
    const at = BEGIN + HOUR;
    const made = [
      { ...jane, at, network: HOME, there: false },
      { ...jane, at: at + 10 * MINUTE, network: SECOND, there: false },
    ];
    const { here, alone } = seenBy([...usual, ...made]);
    expect(signsIn(alone)).toHaveLength(1);
    expect(signsIn(here)).toEqual([]);
  });

  it("uses a key that another principal used at the peer", () => {
    const accessKey = "5f3a09c1…WXYZ";
    const { here, alone } = seenBy([
      ...usual.map((one) => (one.there ? { ...one, accessKey } : one)),
      ...daily("Other", 60, daysAgo(1)).map((one) => ({ ...one, there: false })),
      { by: "Other", at: BEGIN, accessKey, there: false },
    ]);
    expect(signsIn(alone, "Other")).toEqual([]);
    expect(signsIn(here, "Other")).toHaveLength(1);
  });
});
