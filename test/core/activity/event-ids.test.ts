import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventIds, unpackedIds } from "../../../lib/core/activity/event-ids.ts";

/** UUIDs, and what nearly looks like one. */
const id = fc.oneof(
  fc.uuid(),
  fc.uuid().map((uuid) => uuid.toUpperCase()),
  fc.uuid().map((uuid) => uuid.replaceAll("-", "")),
  fc.uuid().map((uuid) => `${uuid.slice(0, 9)}g${uuid.slice(10)}`),
  fc.uuid().map((uuid) => uuid.replace("-", "é")),
  fc.string({ maxLength: 128, unit: "binary" }),
);

describe("eventIds", () => {
  it("gives every id as it was set last, whatever it is", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat({ max: 40 }), id)), fc.nat({ max: 20 }), (written, capacity) => {
        const column = eventIds(capacity);
        const expected = new Map<number, string>();
        for (const [row, text] of written) {
          column.set(row, text);
          expected.set(row, text);
        }
        for (const [row, text] of expected) expect(column.get(row)).toBe(text);
      }),
    );
  });

  it("takes over rows of another column, which may have come from another thread", () => {
    fc.assert(
      fc.property(
        fc.array(id, { minLength: 1, maxLength: 12 }),
        fc.array(id, { maxLength: 12 }),
        (from, to) => {
          const [one, other] = [eventIds(), eventIds()];
          for (const [row, text] of from.entries()) one.set(row, text);
          for (const [row, text] of to.entries()) other.set(row, text);
          const sent = unpackedIds(structuredClone(one.packed()));
          for (const row of from.keys()) other.copy(row, sent, from.length - 1 - row);
          for (const [row, text] of from.toReversed().entries()) expect(other.get(row)).toBe(text);
          for (const [row, text] of to.entries()) if (row >= from.length) expect(other.get(row)).toBe(text);
        },
      ),
    );
  });
});
