// What every table keeps, whatever it is stored in: the suite that each adapter has to pass.
import { describe, expect, it } from "vitest";
import type { Item, Key, Range, Table } from "../../../lib/store/table/table.ts";

const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => Array.fromAsync(items);
const KB = 1024;

/** `fresh`: a new, empty table each time. */
export const keepsTheContract = (adapter: string, fresh: () => Promise<Table>): void => {
  const sortKeys = async (table: Table, range: Omit<Range, "pk">): Promise<string[]> =>
    (await collect(table.query({ pk: "p", ...range }))).map(({ sk }) => sk);
  const filled = async (sks: readonly string[], more: object = {}): Promise<Table> => {
    const table = await fresh();
    await table.putMany(sks.map((sk) => ({ pk: "p", sk, ...more })));
    await table.put({ pk: "other", sk: "x" });
    return table;
  };
  const roundTrip = async (attributes: Record<string, unknown>): Promise<Record<string, unknown>> => {
    const table = await fresh();
    await table.put({ pk: "p", sk: "s", ...attributes });
    const { pk, sk, ...back } = (await table.get({ pk: "p", sk: "s" }, { consistent: true })) as Item;
    expect([pk, sk]).toEqual(["p", "s"]);
    expect(await collect(table.query({ pk: "p" }))).toEqual([{ pk, sk, ...back }]);
    expect(await table.getMany([{ pk, sk }])).toEqual([{ pk, sk, ...back }]);
    return back;
  };

  describe(`a table in ${adapter}: conditions`, () => {
    it("puts where absent once", async () => {
      const table = await fresh();
      expect(await table.putIfAbsent({ pk: "a", sk: "1", v: 1 })).toBe(true);
      expect(await table.putIfAbsent({ pk: "a", sk: "1", v: 2 })).toBe(false);
      expect(await table.get({ pk: "a", sk: "1" })).toEqual({ pk: "a", sk: "1", v: 1 });
    });

    it("lets one of many writers at the same moment win", async () => {
      const table = await fresh();
      const won = await Promise.all(
        Array.from({ length: 20 }, (_, v) => table.putIfAbsent({ pk: "a", sk: "1", v })),
      );
      expect(won.filter(Boolean)).toHaveLength(1);
      expect((await table.get({ pk: "a", sk: "1" }))?.v).toBe(won.indexOf(true));
    });

    it("writes on a revision only while it stands", async () => {
      const table = await fresh();
      expect(await table.putIf({ pk: "a", sk: "1", rev: 1 }, "rev", 7)).toBe(false);
      expect(await table.putIf({ pk: "a", sk: "1", rev: 1 }, "rev", undefined)).toBe(true);
      expect(await table.putIf({ pk: "a", sk: "1", rev: 1 }, "rev", undefined)).toBe(false);
      expect(await table.putIf({ pk: "a", sk: "1", rev: 2 }, "rev", 1)).toBe(true);
      expect(await table.putIf({ pk: "a", sk: "1", rev: 3 }, "rev", 1)).toBe(false);
      expect(await table.removeIf({ pk: "a", sk: "1" }, "rev", 1)).toBe(false);
      expect(await table.removeIf({ pk: "a", sk: "1" }, "rev", 2)).toBe(true);
      expect(await table.removeIf({ pk: "a", sk: "1" }, "rev", 2)).toBe(false);
      expect(await table.get({ pk: "a", sk: "1" })).toBeUndefined();
    });

    it("tells a number from a text and one number from another, and takes absent for absent", async () => {
      const table = await fresh();
      await table.put({ pk: "a", sk: "1", rev: 1, big: 12345678901234567890n, none: null });
      const item = { pk: "a", sk: "1", rev: 2 };
      expect(await table.putIf(item, "rev", "1")).toBe(false);
      expect(await table.putIf(item, "rev", 1.5)).toBe(false);
      expect(await table.putIf(item, "none", undefined)).toBe(false);
      expect(await table.putIf(item, "sk", undefined)).toBe(false);
      expect(await table.putIf(item, "sk", "1")).toBe(true);
      expect(await table.putIf({ ...item, "a.b": 1e-7 }, "missing", undefined)).toBe(true);
      expect(await table.putIf(item, "a.b", 0.0000001)).toBe(true);
    });

    it("removes, also what is not there", async () => {
      const table = await filled(["1", "2"]);
      await table.remove({ pk: "p", sk: "1" });
      await table.remove({ pk: "p", sk: "1" });
      expect(await sortKeys(table, {})).toEqual(["2"]);
    });

    it("replaces an item whole", async () => {
      const table = await fresh();
      await table.put({ pk: "a", sk: "1", takenAt: "t", v: 1, w: new Uint8Array(9) });
      await table.put({ pk: "a", sk: "1", x: 1 });
      expect(await table.get({ pk: "a", sk: "1" })).toEqual({ pk: "a", sk: "1", x: 1 });
      expect(await collect(table.query({ pk: "a", byTime: true }))).toEqual([]);
    });
  });

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

  describe(`a table in ${adapter}: ranges`, () => {
    it("sorts by the bytes of UTF-8, upper before lower case, one plane after the other", async () => {
      const sorted = [
        "!",
        "1",
        "10",
        "2",
        "A",
        "Z",
        "a",
        "a\u0000",
        "a!",
        "aa",
        "z",
        "~",
        "é",
        "\uffee",
        "🔑",
      ];
      const table = await filled(sorted.toReversed());
      expect(await sortKeys(table, {})).toEqual(sorted);
      expect(await sortKeys(table, { backward: true })).toEqual(sorted.toReversed());
      expect(await sortKeys(table, { from: "~", to: "\uffee" })).toEqual(["~", "é", "\uffee"]);
      expect(await sortKeys(table, { from: "\uffee" })).toEqual(["\uffee", "🔑"]);
    });

    it("includes both ends of a range, and is empty the wrong way round", async () => {
      const table = await filled(["a", "b", "b0", "c"]);
      expect(await sortKeys(table, { from: "a", to: "b" })).toEqual(["a", "b"]);
      expect(await sortKeys(table, { from: "b" })).toEqual(["b", "b0", "c"]);
      expect(await sortKeys(table, { to: "b" })).toEqual(["a", "b"]);
      expect(await sortKeys(table, { from: "b", to: "b" })).toEqual(["b"]);
      expect(await sortKeys(table, { from: "c", to: "a" })).toEqual([]);
      expect(await sortKeys(table, { from: "", to: "a" })).toEqual(["a"]);
      expect(await sortKeys(table, { to: "" })).toEqual([]);
      expect(await sortKeys(table, { from: "x" })).toEqual([]);
      expect(await collect(table.query({ pk: "nobody" }))).toEqual([]);
    });

    it("ranges from one plane of Unicode to the next, by bytes, in either direction and with a limit", async () => {
      const table = await filled(["a", "\uff21", "\uffee", "\u{1f600}", "\u{1f601}"]);
      const range = { from: "\uffee", to: "\u{1f600}" };
      expect(await sortKeys(table, range)).toEqual(["\uffee", "\u{1f600}"]);
      expect(await sortKeys(table, { ...range, backward: true })).toEqual(["\u{1f600}", "\uffee"]);
      expect(await sortKeys(table, { ...range, limit: 1 })).toEqual(["\uffee"]);
      expect(await sortKeys(table, { ...range, limit: 1, backward: true })).toEqual(["\u{1f600}"]);
      expect(await sortKeys(table, { from: "\u{1f600}", to: "\uffee" })).toEqual([]);
    });

    it("takes a prefix for what it is, whatever stands in it", async () => {
      const prefixes = [
        "a",
        "a%",
        "a_",
        "a*",
        "a\u0000",
        "é",
        "\u007f",
        "\uffff",
        "🔑",
        "\u{10ffff}",
        "a\\",
        "a'",
      ];
      const table = await filled(prefixes.flatMap((prefix) => [prefix, `${prefix}1`, `${prefix}\uffff`]));
      const all = await sortKeys(table, {});
      for (const prefix of prefixes) {
        expect(await sortKeys(table, { prefix })).toEqual(all.filter((sk) => sk.startsWith(prefix)));
      }
      expect(await sortKeys(table, { prefix: "" })).toEqual(all);
      expect(await sortKeys(table, { prefix: "nothing" })).toEqual([]);
    });

    it("keeps partitions apart whose keys begin alike", async () => {
      const table = await fresh();
      for (const pk of ["p", "p#", "p/1", "P", "p\u0000"]) await table.put({ pk, sk: "s" });
      for (const pk of ["p", "p#", "p/1", "P", "p\u0000"])
        expect(await collect(table.query({ pk }))).toEqual([{ pk, sk: "s" }]);
    });

    it("stops at the limit, in either direction", async () => {
      const table = await filled(["a", "b", "c", "d"]);
      expect(await sortKeys(table, { limit: 2 })).toEqual(["a", "b"]);
      expect(await sortKeys(table, { limit: 2, backward: true })).toEqual(["d", "c"]);
      expect(await sortKeys(table, { from: "b", to: "c", limit: 1, backward: true })).toEqual(["c"]);
      expect(await sortKeys(table, { limit: 9 })).toHaveLength(4);
      expect(await sortKeys(table, { limit: 0 })).toEqual([]);
    });

    it("reads through many pages, in either direction, and may be left at any item", async () => {
      const sks = Array.from({ length: 40 }, (_, n) => `s${String(n).padStart(2, "0")}`);
      const table = await filled(sks, { text: "x".repeat(100_000) });
      expect(await sortKeys(table, {})).toEqual(sks);
      expect(await sortKeys(table, { backward: true })).toEqual(sks.toReversed());
      expect(await sortKeys(table, { limit: 25, backward: true })).toEqual(sks.toReversed().slice(0, 25));
      for await (const { sk } of table.query({ pk: "p" })) if (sk === "s13") break;
      expect(await table.getMany(sks.map((sk) => ({ pk: "p", sk })))).toHaveLength(40);
    });

    it("shows what was written while it is read no item twice", async () => {
      const sks = Array.from({ length: 30 }, (_, n) => `s${String(n).padStart(2, "0")}`);
      const table = await filled(sks, { text: "x".repeat(100_000) });
      const seen: string[] = [];
      for await (const { sk } of table.query({ pk: "p", consistent: true })) {
        seen.push(sk);
        await table.remove({ pk: "p", sk });
      }
      expect(seen).toEqual(sks);
      expect(await sortKeys(table, { consistent: true })).toEqual([]);
    });
  });

  describe(`a table in ${adapter}: the index by time`, () => {
    const times = async (table: Table, range: Omit<Range, "pk">): Promise<string[]> =>
      (await collect(table.query({ pk: "c", byTime: true, ...range }))).map(({ sk }) => sk);

    it("holds only items that have the attribute, sorted by it", async () => {
      const table = await fresh();
      await table.put({ pk: "c", sk: "2", takenAt: "2026-01-01T00:00:00.000Z", v: 2 });
      await table.put({ pk: "c", sk: "1", takenAt: "2026-02-01T00:00:00.000Z" });
      await table.put({ pk: "c", sk: "3" });
      await table.put({ pk: "d", sk: "4", takenAt: "2026-01-15T00:00:00.000Z" });
      expect(await times(table, {})).toEqual(["2", "1"]);
      expect(await times(table, { backward: true })).toEqual(["1", "2"]);
      expect(await times(table, { to: "2026-01-31T00:00:00.000Z", backward: true, limit: 1 })).toEqual(["2"]);
      expect(
        await times(table, { from: "2026-01-01T00:00:00.000Z", to: "2026-01-01T00:00:00.000Z" }),
      ).toEqual(["2"]);
      expect(await times(table, { prefix: "2026-02" })).toEqual(["1"]);
      const [whole] = await collect(table.query({ pk: "c", byTime: true, limit: 1 }));
      expect(whole).toEqual({ pk: "c", sk: "2", takenAt: "2026-01-01T00:00:00.000Z", v: 2 });
    });

    it("shows a write at once when it is asked consistently", async () => {
      const table = await fresh();
      for (let n = 0; n < 10; n++) {
        await table.put({ pk: "c", sk: "1", takenAt: `2026-01-0${n}` });
        const [only] = await collect(table.query({ pk: "c", byTime: true, consistent: true }));
        expect(only?.takenAt).toBe(`2026-01-0${n}`);
      }
      await table.remove({ pk: "c", sk: "1" });
      expect(await times(table, { consistent: true })).toEqual([]);
    });

    it("pages through items of one moment", async () => {
      const table = await fresh();
      const sks = Array.from({ length: 30 }, (_, n) => `s${String(n).padStart(2, "0")}`);
      await table.putMany(sks.map((sk) => ({ pk: "c", sk, takenAt: "t", text: "x".repeat(100_000) })));
      await table.put({ pk: "c", sk: "z", takenAt: "u" });
      expect((await times(table, {})).sort()).toEqual([...sks, "z"]);
      expect((await times(table, { backward: true })).sort()).toEqual([...sks, "z"]);
      expect((await times(table, { backward: true }))[0]).toBe("z");
    });
  });

  describe(`a table in ${adapter}: batches and cost`, () => {
    it("puts and gets many, leaving out what is not there", async () => {
      const table = await fresh();
      const items = Array.from({ length: 130 }, (_, n) => ({ pk: `p${n % 3}`, sk: `s${n}`, n }));
      await table.putMany(items);
      const found = await table.getMany([...items.map(({ pk, sk }) => ({ pk, sk })), { pk: "p0", sk: "no" }]);
      expect(found.toSorted((a, b) => Number(a.n) - Number(b.n))).toEqual(items);
      await table.putMany([]);
      expect(await table.getMany([])).toEqual([]);
    });

    it("takes the last of several items with one key, and gives an item once that is asked for twice", async () => {
      const table = await fresh();
      await table.putMany([1, 2, 3].map((v) => ({ pk: "a", sk: "1", v })));
      const key = { pk: "a", sk: "1" };
      expect(await table.getMany([key, { ...key }])).toEqual([{ ...key, v: 3 }]);
    });

    it("looks up by the key alone, also when it is handed a whole item", async () => {
      const table = await filled(["1"], { v: 1 });
      const item = (await table.get({ pk: "p", sk: "1" })) as Item;
      expect(await table.get(item)).toEqual(item);
      expect(await table.getMany([item])).toEqual([item]);
      await table.remove(item);
      expect(await table.get(item)).toBeUndefined();
    });

    it.each<
      [string, (table: Table) => Promise<unknown>, { readUnits: number; writeUnits: number; calls: number }]
    >([
      [
        "a put",
        (t) => t.put({ pk: "a", sk: "1", v: new Uint8Array(1500) }),
        { readUnits: 0, writeUnits: 2, calls: 1 },
      ],
      [
        "a smaller put over it",
        (t) => t.put({ pk: "big", sk: "1" }),
        { readUnits: 0, writeUnits: 10, calls: 1 },
      ],
      [
        "a put where something is",
        (t) => t.putIfAbsent({ pk: "big", sk: "1" }),
        { readUnits: 0, writeUnits: 1, calls: 1 },
      ],
      [
        "a put on a revision",
        (t) => t.putIf({ pk: "big", sk: "1" }, "v", undefined),
        { readUnits: 0, writeUnits: 1, calls: 1 },
      ],
      ["a removal", (t) => t.remove({ pk: "big", sk: "1" }), { readUnits: 0, writeUnits: 10, calls: 1 }],
      [
        "a removal of nothing",
        (t) => t.remove({ pk: "big", sk: "2" }),
        { readUnits: 0, writeUnits: 1, calls: 1 },
      ],
      ["a get", (t) => t.get({ pk: "big", sk: "1" }), { readUnits: 1.5, writeUnits: 0, calls: 1 }],
      [
        "a consistent get",
        (t) => t.get({ pk: "big", sk: "1" }, { consistent: true }),
        { readUnits: 3, writeUnits: 0, calls: 1 },
      ],
      ["a get of nothing", (t) => t.get({ pk: "big", sk: "2" }), { readUnits: 0.5, writeUnits: 0, calls: 1 }],
      ["a query", (t) => collect(t.query({ pk: "big" })), { readUnits: 1.5, writeUnits: 0, calls: 1 }],
      [
        "a consistent query",
        (t) => collect(t.query({ pk: "big", consistent: true })),
        { readUnits: 3, writeUnits: 0, calls: 1 },
      ],
      [
        "a batch of puts",
        (t) => t.putMany(Array.from({ length: 30 }, (_, n) => ({ pk: "b", sk: `${n}` }))),
        { readUnits: 0, writeUnits: 30, calls: 2 },
      ],
      [
        "a batch of gets",
        (t) =>
          t.getMany([
            { pk: "big", sk: "1" },
            { pk: "big", sk: "2" },
          ]),
        { readUnits: 2, writeUnits: 0, calls: 1 },
      ],
    ])("counts what %s consumes", async (_, work, expected) => {
      const table = await fresh();
      await table.put({ pk: "big", sk: "1", v: new Uint8Array(10_000) });
      const before = table.consumed();
      await work(table);
      const after = table.consumed();
      expect({
        readUnits: after.readUnits - before.readUnits,
        writeUnits: after.writeUnits - before.writeUnits,
        calls: after.calls - before.calls,
      }).toEqual(expected);
    });
  });
};
