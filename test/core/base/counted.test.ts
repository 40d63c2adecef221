// One of something is never several, wherever a sentence counts.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { footer } from "../../../cli/findings/list-footer.ts";
import { counted, lengthOf } from "../../../lib/core/base/counted.ts";
import { fromTo, HOUR, MINUTE } from "../../../lib/core/base/time.ts";
import { type TrialRow, trialText } from "../../../lib/queries/policy-trial.ts";
import type { LastLook } from "../../../lib/store/findings/looks.ts";
import { changeText } from "../../../lib/wording/change-text.ts";
import { couldGrantText } from "../../../lib/wording/could-grant-text.ts";
import { coverageText } from "../../../lib/wording/coverage-text.ts";

const stretch = { from: "2026-11-01 10:00", to: "2026-11-01 11:00", settledUntil: "2026-11-01 11:00" };
const tried: Omit<TrialRow, "verdict"> = {
  ...{ principal: "arn:aws:iam::111122223333:role/app", connections: 1, statement: null, firstAt: null },
  ...{ action: "connect", conditions: [], reasons: [], networks: [], lastAt: null },
};
/** "1 hours", "all 1 rows", but not "21 hours". */
const SLIP = /(?<![\d,.])1 [a-z]+s\b/;

describe("a number with its noun", () => {
  it("takes the plural for all but one", () => {
    fc.assert(
      fc.property(fc.nat(5_000), (n) => {
        expect(counted(n, "hour")).toBe(`${n.toLocaleString("en-US")} ${n === 1 ? "hour" : "hours"}`);
        expect(counted(n, "identity", "identities").endsWith("identity")).toBe(n === 1);
      }),
    );
  });

  it("is right in the sentences on coverage, grants and sections, for one as for many", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.nat(3), (hours, unproven) => {
        const unprovenHours = Math.min(hours, unproven);
        const texts = [
          coverageText({ ...stretch, hours, unprovenHours }),
          couldGrantText({
            ...{ from: 0, to: 3_600_000, admins: [], grantors: [], peersUnread: null },
            ...{ hours, unprovenHours },
          }),
        ];
        for (const text of texts) expect(text).not.toMatch(SLIP);
      }),
    );
    const row = { oid: 5, name: "postgres", owner: 10, acl: null };
    const text = changeText({ kind: "section-readable", section: "database", first: [row] });
    expect(text).not.toMatch(SLIP);
  });

  it("is right in what a policy trial says, for one connection as for many", () => {
    const verdicts = ["denied", "conditional", "unknown", "allowed"] as const;
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...verdicts), { maxLength: 2 }), (found) => {
        const rows = found.map((verdict) => ({ ...tried, verdict }));
        expect(trialText(rows)).not.toMatch(SLIP);
      }),
    );
    expect(trialText([{ ...tried, verdict: "denied" }])).toBe(
      "Of 1 connection it would have refused 1 and let in 0.",
    );
  });
});

describe("a stretch of time", () => {
  it.each([
    [85 * HOUR, "3 days 13 hours"],
    [48 * HOUR, "2 days"],
    [49 * HOUR, "2 days 1 hour"],
    [25 * HOUR, "25 hours"],
    [HOUR + 59 * MINUTE, "1 hour 59 minutes"],
    [10 * MINUTE, "10 minutes"],
  ])("of %i ms is %s long", (ms, text) => {
    expect(lengthOf(ms)).toBe(text);
  });

  it("says once what begins and ends within one minute", () => {
    const at = Date.UTC(2026, 10, 28, 9, 14, 7);
    expect(fromTo(at, at + 50_000)).toBe("2026-11-28 09:14 UTC");
    expect(fromTo(at, at + MINUTE)).toBe("2026-11-28 09:14 UTC to 2026-11-28 09:15 UTC");
  });

  it("that an evaluation lies back loses no hours", () => {
    const look = { at: 0, snapshotAt: null } as unknown as LastLook;
    expect(footer(1, look, 85 * HOUR)).toMatch(/1 resolved finding is not shown.*, 3 days 13 hours ago\.$/s);
    expect(footer(0, look, HOUR)).toContain("less than two hours ago");
  });
});
