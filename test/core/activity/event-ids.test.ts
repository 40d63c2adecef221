import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventIds } from "../../../lib/core/activity/event-ids.ts";

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

  it("knows nothing of rows beyond", () => {
    const column = eventIds(8);
    expect(column.get(0)).toBe("");
  });
});
