// Random operations on both tables at once: every answer, every refusal and every capacity unit is the same.
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Item, Range, Table } from "../../../lib/store/table/table.ts";
import { sqliteTables, testTables } from "../../support/table.ts";

let dynamoDb: Awaited<ReturnType<typeof testTables>>;
const sqlite = sqliteTables();
beforeAll(async () => {
  dynamoDb = await testTables();
});
afterAll(async () => {
  await sqlite.stop();
  await dynamoDb.stop();
});

/** `text`: what strings are made of. */
const values = (text: fc.Arbitrary<string>): fc.Arbitrary<unknown> =>
  fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      text,
      fc.integer(),
      fc.maxSafeInteger(),
      fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }),
      fc.bigInt({ min: -(10n ** 39n), max: 10n ** 39n }),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => new Uint8Array(bytes)),
      // Large enough that capacity units differ, and often enough that one replaces another.
      {
        weight: 5,
        arbitrary: fc.integer({ min: 500, max: 9_000 }).map((length) => new Uint8Array(length)),
      },
      fc.boolean(),
      fc.constantFrom(null, undefined, new Set()),
      fc.uniqueArray(text, { minLength: 1, maxLength: 3 }).map((members) => new Set(members)),
      fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 3 }).map((members) => new Set(members)),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom("B", "N", "x"), tie("value"), { maxKeys: 3 }),
    ),
  })).value;

const pk = fc.constantFrom("p", "p#");
const someRev = fc.constantFrom<string | number>(0, 1, 10, "1");
const keyTexts = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom("a", "b", "a!", "a~", "A", "a#1", "a#10", "a#2") },
    { weight: 1, arbitrary: text },
  );

const items = (text: fc.Arbitrary<string>): fc.Arbitrary<Item> => {
  const value = values(text);
  const takenAt = fc.constantFrom("2026-01", "2026-02", "2026-03");
  return fc
    .tuple(
      fc.record({ pk, sk: keyTexts(text) }),
      fc.record({ rev: someRev, takenAt, v: value, w: value }, { requiredKeys: ["v"] }),
    )
    .map(([key, attributes]) => ({ ...attributes, ...key }));
};

const ranges = (text: fc.Arbitrary<string>): fc.Arbitrary<Range> => {
  const bound = keyTexts(text);
  const prefix = fc.oneof(fc.constantFrom("", "a", "a#", "a#1"), bound);
  const common = { backward: fc.boolean(), limit: fc.integer({ min: 0, max: 5 }), consistent: fc.boolean() };
  return fc.oneof(
    fc.record({ pk, prefix, ...common }, { requiredKeys: ["pk", "prefix"] }),
    fc.record({ pk, from: bound, to: bound, ...common }, { requiredKeys: ["pk"] }),
  );
};

const byTimeRange: fc.Arbitrary<Range> = fc.record(
  {
    pk,
    from: fc.constantFrom("2026-01", "2026-02"),
    to: fc.constantFrom("2026-01", "2026-02", "2026-03"),
    byTime: fc.constant(true),
  },
  { requiredKeys: ["pk", "byTime"] },
);

type Operation = { readonly run: (table: Table) => Promise<unknown>; readonly toString: () => string };

const operation = <T>(
  name: string,
  chosen: fc.Arbitrary<T>,
  work: (table: Table, chosen: T) => Promise<unknown>,
): fc.Arbitrary<Operation> =>
  chosen.map((one) => ({
    run: (table) => work(table, one),
    toString: () => `${name} ${fc.stringify(one)}`,
  }));

const sorted = (found: readonly Item[]): Item[] =>
  found.toSorted((a, b) => Buffer.compare(Buffer.from(`${a.pk}\0${a.sk}`), Buffer.from(`${b.pk}\0${b.sk}`)));

const operations = (text: fc.Arbitrary<string>): fc.Arbitrary<Operation> => {
  const item = items(text);
  const key = fc.record({ pk, sk: keyTexts(text) });
  const attribute = fc.oneof(
    { weight: 5, arbitrary: fc.constant("rev") },
    { weight: 1, arbitrary: fc.constantFrom("v", "sk", "none") },
  );
  const expected = fc.option(someRev, { nil: undefined });
  return fc.oneof(
    { weight: 4, arbitrary: operation("put", item, (table, one) => table.put(one)) },
    operation("putIfAbsent", item, (table, one) => table.putIfAbsent(one)),
    {
      weight: 3,
      arbitrary: operation("putIf", fc.tuple(item, attribute, expected), (table, one) => table.putIf(...one)),
    },
    operation("putMany", fc.array(item, { maxLength: 30 }), (table, many) => table.putMany(many)),
    operation("remove", key, (table, one) => table.remove(one)),
    {
      weight: 2,
      arbitrary: operation("removeIf", fc.tuple(key, attribute, someRev), (table, one) =>
        table.removeIf(...one),
      ),
    },
    operation("get", fc.tuple(key, fc.boolean()), (table, [one, consistent]) =>
      table.get(one, { consistent }),
    ),
    operation("getMany", fc.array(key, { maxLength: 5 }), async (table, many) =>
      sorted(await table.getMany(many)),
    ),
    {
      weight: 6,
      arbitrary: operation("query", ranges(text), (table, range) => Array.fromAsync(table.query(range))),
    },
    // Items of one moment come in no promised order.
    operation("query by time", byTimeRange, async (table, range) =>
      sorted(await Array.fromAsync(table.query(range))),
    ),
  );
};

const outcome = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    return { answer: await work };
  } catch (error) {
    return { refused: (error as { code?: string }).code ?? String(error) };
  }
};

const agree = (text: fc.Arbitrary<string>, sameCost: boolean, numRuns: number): Promise<void> =>
  fc.assert(
    fc.asyncProperty(
      fc.array(items(text), { minLength: 10, maxLength: 25 }),
      fc.array(operations(text), { minLength: 5, maxLength: 30 }),
      async (first, steps) => {
        const [inDynamoDb, inSqlite] = [await dynamoDb.fresh(), await sqlite.fresh()];
        // What one of the two refuses whole is put one by one.
        for (const item of first) {
          expect(await outcome(inSqlite.put(item))).toEqual(await outcome(inDynamoDb.put(item)));
        }
        for (const step of steps) {
          expect(await outcome(step.run(inSqlite))).toEqual(await outcome(step.run(inDynamoDb)));
          if (sameCost) expect(inSqlite.consumed()).toEqual(inDynamoDb.consumed());
        }
      },
    ),
    { numRuns },
  );

const RUNS = Number(process.env.TABLE_RUNS ?? 15);

it(
  "answers as DynamoDB does, whatever characters names and values are made of",
  () => agree(fc.string({ unit: "binary", maxLength: 6 }), false, RUNS),
  120_000,
);

it(
  "consumes what DynamoDB does, as long as its stand-in counts bytes right: in ASCII",
  () => agree(fc.string({ unit: "binary-ascii", maxLength: 6 }), true, RUNS),
  120_000,
);
