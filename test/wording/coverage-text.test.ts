// How much of a stretch capture is proven for, in words.
import { expect, it } from "vitest";
import { coverageText } from "../../lib/wording/coverage-text.ts";

const stretch = {
  from: "2026-03-01 00:00",
  to: "2026-03-02 00:00",
  hours: 24,
  settledUntil: "2026-03-01 21:00",
};

it("says that every hour is proven only where none is unproven", () => {
  expect(coverageText({ ...stretch, unprovenHours: 0 })).toBe(
    "From 2026-03-01 00:00 to 2026-03-02 00:00 UTC: capture is proven for all 24 hours.",
  );
  expect(coverageText({ ...stretch, unprovenHours: 3 })).toBe(
    "From 2026-03-01 00:00 to 2026-03-02 00:00 UTC: capture is not proven for 3 of 24 hours; somebody may have connected in them unseen. Hours after 2026-03-01 21:00 may still be proven.",
  );
});
