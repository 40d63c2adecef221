// On how many days a finding was found: whatever looks are made twice, late, or see nothing.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Cluster } from "../../../lib/core/base/ids.ts";
import { DAY, dayOf, HOUR } from "../../../lib/core/base/time.ts";
import type { Finding, Observation } from "../../../lib/core/findings/finding.ts";
import { reconcileFindings } from "../../../lib/core/findings/reconcile-findings.ts";
import { foundAgainText, foundDaysText } from "../../../lib/wording/found-days-text.ts";

const T = Date.UTC(2026, 3, 1, 18);
const observation: Observation = {
  ...{ id: "shared-role-1", detector: "shared-role", category: "over-privileged", life: "state" },
  ...{ severity: "low", cluster: Cluster.parse("arn:aws:dsql:us-east-1:111122223333:cluster/abc") },
  ...{ subject: { role: "app", facet: "" }, title: "shared", evidence: {}, firstSeenAt: T, lastSeenAt: T },
};
/** A look that finds it, or a complete one that does not. */
const look = (before: readonly Finding[], at: number, found = true): Finding[] =>
  reconcileFindings(before, found ? [observation] : [], [{ detector: "shared-role", complete: true }], at);

describe("the days on which a finding was found", () => {
  it("are those of the looks that found it since it last began, however often each is made", () => {
    const looks = fc.array(
      fc.record({ hours: fc.integer({ min: 0, max: 40 }), found: fc.boolean(), times: fc.integer({ min: 1, max: 3 }) }),
      { minLength: 1, maxLength: 30 },
    ); // biome-ignore format: one glance
    fc.assert(
      fc.property(looks, (steps) => {
        let at = T;
        let days = new Set<string>();
        let findings = look([], at);
        days.add(dayOf(at));
        for (const { hours, found, times } of steps) {
          at += hours * HOUR;
          const [before] = findings;
          // Beginning again takes a look that is later than the one that resolved it.
          if (found && before?.status === "resolved" && at > (before.closedAt ?? 0)) days = new Set();
          for (let n = 0; n < times; n++) findings = look(findings, at, found);
          if (found && findings[0]?.status === "open") days.add(dayOf(at));
          expect(findings).toMatchObject([{ seenDays: days.size }]);
        }
      }),
    );
  });

  it("do not grow by a look that comes too late", () => {
    const newer = look(look([], T), T + 2 * DAY);
    expect(look(newer, T + DAY)).toEqual(newer);
    expect(newer).toMatchObject([{ seenDays: 2 }]);
  });

  it("are not known of what an earlier release began, and are counted when it comes back", () => {
    const { seenDays: _, ...old } = look([], T)[0] as Finding;
    const [again] = look([old], T + DAY);
    expect(again).not.toHaveProperty("seenDays");
    expect(look(look([old], T + DAY, false), T + 2 * DAY)).toMatchObject([{ seenDays: 1, reopened: 1 }]);
  });

  it("are told from the second on", () => {
    const once = look([], T);
    expect(once.map(foundDaysText)).toEqual([undefined]);
    expect(once.map(foundAgainText)).toEqual([undefined]);
    expect(look(once, T + DAY).map(foundAgainText)).toEqual([
      "Evaluations found it on 2 days in all, last at 2026-04-02 18:00 UTC.",
    ]);
  });
});
