// What people say when they decide something: kept bounded, well formed, and only where something of it can be seen.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { named, said } from "../../../lib/core/findings/said.ts";

const unseen = fc.constantFrom(" ", "\n", "\u200b", "\u202e", "\u0000", "\ufeff", "\ue000");
const seen = fc.constantFrom("a", "é", "名", "😀", "\ud83d", ".");

describe("what is kept of what people say", () => {
  it("is bounded, well formed, and shows something; else nothing was said", () => {
    const text = fc.array(fc.oneof(unseen, seen), { maxLength: 30 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 20 }), (words, max) => {
        const kept = said(words, max);
        if (kept === undefined) return;
        expect(kept.length).toBeLessThanOrEqual(max);
        expect(kept.isWellFormed()).toBe(true);
        expect(kept).toMatch(/[^\p{C}\p{Z}]/u);
        expect(kept).toBe(kept.trim());
      }),
      { numRuns: 1_000 },
    );
  });

  it("is what was said, where that fits", () => {
    expect(said("  Ana, on call ", 100)).toBe("Ana, on call");
    expect(said(undefined, 100)).toBeUndefined();
  });

  it("names nobody where what is kept shows nothing", () => {
    expect(() => named(`${"\u200b".repeat(700)}ana`)).toThrow("needs the name");
    expect(named("ana")).toBe("ana");
  });
});
