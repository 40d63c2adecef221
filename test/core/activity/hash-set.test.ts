import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventHash, halfOfHash } from "../../../lib/core/activity/event-hash.ts";
import { hashSet } from "../../../lib/core/activity/hash-set.ts";

describe("a set of hashes", () => {
  const half = fc.oneof(fc.constantFrom(0, 1, 0xffff_ffff), fc.integer({ min: 0, max: 0xffff_ffff }));

  it("knows what was added, whatever the hashes", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(half, half), { maxLength: 300 }), (hashes) => {
        const [set, known] = [hashSet(), new Set<string>()];
        for (const [high, low] of hashes) {
          expect(set.add(high, low)).toBe(!known.has(`${high} ${low}`));
          known.add(`${high} ${low}`);
        }
        expect(set.size()).toBe(known.size);
      }),
    );
  });

  it("grows, also where all hashes end alike", () => {
    const set = hashSet();
    for (let n = 0; n < 5_000; n++) expect(set.add(n, 7)).toBe(true);
    for (let n = 0; n < 5_000; n++) expect(set.add(n, 7)).toBe(false);
  });

  it("takes a hash for the number that its bytes are", () => {
    const hash = eventHash("an event");
    const bytes = Buffer.from(hash, "latin1");
    expect([halfOfHash(hash, 0), halfOfHash(hash, 1)]).toEqual([
      bytes.readUInt32BE(0),
      bytes.readUInt32BE(4),
    ]);
  });
});
