// The table's contract on values: what comes back as it went in, and what is refused.
import { describe, expect, it } from "vitest";
import type { Item, Key } from "../../../../lib/store/table/table.ts";
import { collect, type Fresh, tableAsks } from "../../../support/table-contract.ts";

const KB = 1024;

export const keepsValues = (adapter: string, fresh: Fresh): void => {
  const { roundTrip } = tableAsks(fresh);

  describe(`a table in ${adapter}: values`, () => {
    it("gives back what was put, byte for byte", async () => {
      const value = {
        text: "naïve 🔑 \u0000 \u202e \\ \"'",
        empty: "",
        yes: true,
        no: false,
        none: null,
        list: [1, "a", null, [], {}, [[{ deep: new Uint8Array([0, 255, 1]) }]]],
        map: { B: "not bytes", N: "not a number", nested: { "": "no name", "odd.name": 1 } },
        bytes: Uint8Array.from({ length: 256 }, (_, n) => n),
        noBytes: new Uint8Array(0),
      };
      expect(await roundTrip(value)).toEqual(value);
    });

    it("gives binary values back as bytes, whatever they were handed in as", async () => {
      const bytes = new Uint8Array([1, 2, 3, 4]);
      const back = await roundTrip({
        buffer: Buffer.from(bytes),
        part: new Uint8Array([0, 1, 2, 3, 4, 5]).subarray(1, 5),
        words: new Uint16Array(bytes.buffer),
        raw: bytes.buffer,
      });
      for (const value of Object.values(back)) {
        expect(value).toBeInstanceOf(Uint8Array);
        expect(Uint8Array.from(value as Uint8Array)).toEqual(bytes);
      }
    });

    it("keeps numbers exactly, integers of 38 digits included", async () => {
      const numbers = {
        a: 0,
        b: 1,
        c: -1.5,
        d: 0.1 + 0.2,
        e: Number.MAX_SAFE_INTEGER,
        f: Number.MIN_SAFE_INTEGER,
        g: 1e-100,
        h: 99999999999999999999999999999999999999n,
        i: -12345678901234567890n,
        j: 1.25e-120,
      };
      expect(await roundTrip(numbers)).toEqual(numbers);
      expect(Object.is((await roundTrip({ zero: -0 })).zero, 0)).toBe(true);
    });

    it("leaves out what is undefined, inside as well", async () => {
      const back = await roundTrip({ gone: undefined, map: { gone: undefined, v: 1 }, list: [undefined, 1] });
      expect(back).toEqual({ map: { v: 1 }, list: [1] });
      expect(Object.keys(back)).not.toContain("gone");
    });

    it("keeps sets", async () => {
      const sets = {
        texts: new Set(["a", "b", ""]),
        numbers: new Set([1, 2.5]),
        bytes: new Set([new Uint8Array([1]), new Uint8Array([2, 3])]),
      };
      const back = (await roundTrip(sets)) as typeof sets;
      expect(new Set([...back.texts].sort())).toEqual(new Set(["", "a", "b"]));
      expect([...back.numbers].sort()).toEqual([1, 2.5]);
      expect([...back.bytes].map((one) => [...one]).sort()).toEqual([[1], [2, 3]]);
    });

    it("hands out values that nobody else holds", async () => {
      const table = await fresh();
      const bytes = new Uint8Array([1, 2]);
      await table.put({ pk: "p", sk: "s", bytes });
      bytes[0] = 9;
      const first = (await table.get({ pk: "p", sk: "s" })) as unknown as { bytes: Uint8Array };
      first.bytes[1] = 9;
      expect((await table.get({ pk: "p", sk: "s" }))?.bytes).toEqual(new Uint8Array([1, 2]));
    });

    const refused: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
      ["over 400 KB", { v: "x".repeat(400 * KB) }, /Item size has exceeded the maximum allowed size/],
      ["over 400 KB of bytes", { v: new Uint8Array(400 * KB) }, /Item size has exceeded/],
      ["a number that is none", { v: Number.NaN }, /not allowed/],
      ["a number that lost digits", { v: 2 ** 60 }, /MAX_SAFE_INTEGER/],
      ["an integer of 39 digits", { v: 10n ** 38n + 1n }, /38 significant digits/],
      ["a number too small", { v: Number.MIN_VALUE }, /underflow/],
      ["an empty set", { v: new Set() }, /non-empty set/],
      ["an object of a class", { v: new Date(0) }, /Unsupported type/],
      ["an empty sort key", { sk: "" }, /empty string value/],
      ["an empty partition key", { pk: "" }, /empty string value/],
      ["a sort key over 1,024 bytes", { sk: "x".repeat(1025) }, /1024 bytes/],
      ["a partition key over 2,048 bytes", { pk: "x".repeat(2049) }, /2048 bytes/],
      ["a sort key that is no text", { sk: 1 }, /Type mismatch for key sk|does not match the schema/],
      ["a takenAt that is no text", { takenAt: 1 }, /Type mismatch/],
    ];
    it.each(refused)("refuses %s, and writes nothing", async (_, attributes, message) => {
      const table = await fresh();
      const item = { pk: "p", sk: "s", ...attributes } as Item;
      for (const write of [
        () => table.put(item),
        () => table.putIfAbsent(item),
        () => table.putIf(item, "rev", undefined),
        () => table.putMany([item]),
      ]) {
        const error = await write().then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        expect(error).toMatchObject({
          code: "store",
          message: expect.stringMatching(/^the table refused an item: /),
        });
        expect(error).toMatchObject({ message: expect.stringMatching(message) });
      }
      expect(await collect(table.query({ pk: "p" }))).toEqual([]);
    });

    const badKeys: readonly (readonly [string, Key, RegExp])[] = [
      ["an empty sort key", { pk: "p", sk: "" }, /empty string value/],
      ["an empty partition key", { pk: "", sk: "s" }, /empty string value/],
      ["a sort key over 1,024 bytes", { pk: "p", sk: "x".repeat(1025) }, /1024 bytes/],
      ["a partition key over 2,048 bytes", { pk: "x".repeat(2049), sk: "s" }, /2048 bytes/],
    ];
    it.each(badKeys)(
      "says of %s that a key was refused, where no item was handed in",
      async (_, key, why) => {
        const table = await fresh();
        for (const ask of [
          () => table.get(key),
          () => table.getMany([key]),
          () => table.remove(key),
          () => table.removeIf(key, "rev", 1),
        ]) {
          const error = await ask().then(
            () => undefined,
            (thrown: unknown) => thrown,
          );
          expect(error).toMatchObject({
            code: "store",
            message: expect.stringMatching(/^the table refused a key: /),
          });
          expect(error).toMatchObject({ message: expect.stringMatching(why) });
        }
      },
    );

    it("takes items and keys of just the greatest size", async () => {
      const table = await fresh();
      const [pk, sk] = ["p".repeat(2048), "s".repeat(1024)];
      const item = { pk, sk, v: "x".repeat(400 * KB - 2048 - 1024 - "pkskv".length) };
      await table.put(item);
      expect(await table.get({ pk, sk })).toEqual(item);
      await expect(table.put({ ...item, v: `${item.v}x` })).rejects.toMatchObject({ code: "store" });
    });
  });
};
