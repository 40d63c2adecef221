// One of something is never several, wherever a sentence counts.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { counted } from "../../../lib/core/base/counted.ts";
import { changeText } from "../../../lib/wording/change-text.ts";
import { couldGrantText } from "../../../lib/wording/could-grant-text.ts";
import { coverageText } from "../../../lib/wording/coverage-text.ts";

const stretch = { from: "2026-11-01 10:00", to: "2026-11-01 11:00", settledUntil: "2026-11-01 11:00" };
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
          couldGrantText({ from: 0, to: 3_600_000, admins: [], grantors: [], hours, unprovenHours }),
        ];
        for (const text of texts) expect(text).not.toMatch(SLIP);
      }),
    );
    const row = { oid: 5, name: "postgres", owner: 10, acl: null };
    const text = changeText({ kind: "section-readable", section: "database", first: [row] });
    expect(text).not.toMatch(SLIP);
  });
});
