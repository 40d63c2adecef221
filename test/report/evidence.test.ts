import { describe, expect, it } from "vitest";
import type { EvidenceWords } from "../../lib/core/base/evidence.ts";
import { evidenceList } from "../../lib/report/evidence.ts";

const textOf = (evidence: Record<string, unknown>, words: EvidenceWords = {}): string =>
  evidenceList(evidence, words)
    .markup.replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();

describe("evidenceList", () => {
  it("reads by the detector's words, and by field names where there are none", () => {
    const evidence = { lastUseAt: "2026-03-30T02:00:00.000Z", idle: 92, window: { days: 90 }, secret: 1 };
    expect(textOf(evidence)).toBe("Last use 2026-03-30 02:00 UTC Idle 92 Window days: 90 Secret 1");
    const words: EvidenceWords = {
      lastUseAt: "Last used",
      idle: { label: "Unused for", unit: ["day", "days"] },
      window: { label: "Window", fields: { days: { label: "", unit: ["day", "days"] } } },
      secret: { label: "", hidden: true },
    };
    expect(textOf(evidence, words)).toBe("Last used 2026-03-30 02:00 UTC Unused for 92 days Window 90 days");
  });

  it("is bounded in width, length and depth, and says what it left off", () => {
    const wide = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`k${i}`, i]));
    expect(textOf(wide)).toMatch(/And 24 more$/);
    expect(textOf({ list: Array.from({ length: 30 }, (_, i) => i) })).toMatch(/and 10 more$/);
    expect(textOf({ text: "x".repeat(1_000) }).length).toBeLessThan(300);
    let deep: unknown = "end";
    for (let i = 0; i < 5_000; i++) deep = [deep];
    expect(textOf({ deep })).toBe("Deep more inside");
  });

  it("tells nothing known from nothing and from no", () => {
    expect(textOf({ a: null, b: [], c: "", d: false, e: 0 })).toBe("A not known B none C empty D no E 0");
    const words = { a: { label: "A", whenEmpty: "" }, d: { label: "D", whenEmpty: "never" } };
    expect(textOf({ a: null, d: false }, words)).toBe("D never");
  });

  it("shows no name as markup", () => {
    expect(evidenceList({ "<b>": "<script>" }).markup).not.toMatch(/<b>|<script>/);
  });
});
