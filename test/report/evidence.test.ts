import { describe, expect, it } from "vitest";
import { evidenceList } from "../../lib/report/evidence.ts";

const textOf = (evidence: Record<string, unknown>): string =>
  evidenceList(evidence)
    .markup.replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();

describe("evidenceList", () => {
  it("reads field names and instants aloud", () => {
    expect(
      textOf({
        lastUseAt: "2026-03-30T02:00:00.000Z",
        idleDays: 92,
        seenFrom: Date.UTC(2026, 0, 2),
        window: { days: 90 },
      }),
    ).toBe("last use at 2026-03-30 02:00 UTC idle days 92 seen from 2026-01-02 00:00 UTC window days 90");
  });

  it("keeps figures that only look like instants", () => {
    expect(textOf({ connections: 1_767_312_000_000 })).toBe("connections 1,767,312,000,000");
  });

  it("is bounded in width, length and depth, and says what it left off", () => {
    const wide = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`k${i}`, i]));
    expect(textOf(wide)).toMatch(/and 24 more$/);
    expect(textOf({ list: Array.from({ length: 30 }, (_, i) => i) })).toMatch(/and 22 more$/);
    expect(textOf({ text: "x".repeat(1_000) })).toMatch(/\(400 characters more\)$/);
    let deep: unknown = "end";
    for (let i = 0; i < 5_000; i++) deep = [deep];
    expect(textOf({ deep })).toBe("deep more inside");
  });

  it("tells nothing known from nothing and from no", () => {
    expect(textOf({ a: null, b: [], c: "", d: false, e: 0 })).toBe("a none known b none c empty d no e 0");
  });
});
