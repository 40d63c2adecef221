// Names and texts in SQL, read back by the server itself.
import fc from "fast-check";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { quoteIdentifier, quoteLiteral } from "../../../lib/core/base/quote.ts";
import { sharedPostgres } from "../../support/postgres.ts";
import { quoteQualified } from "../../support/quote-qualified.ts";

const shared = sharedPostgres();
const text = fc
  .string({ unit: "binary", minLength: 1, maxLength: 20 })
  .filter((one) => !one.includes("\0") && one.isWellFormed());
const withClient = async <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: shared.server().url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

describe("the server reads back", () => {
  it("every identifier", () =>
    withClient((client) =>
      fc.assert(
        fc.asyncProperty(
          text.filter((one) => Buffer.byteLength(one) <= 63),
          async (name) => {
            const { fields } = await client.query(`select 1 as ${quoteIdentifier(name)}`);
            expect(fields[0]?.name).toBe(name);
          },
        ),
      ),
    ));

  it.each(["on", "off"])("every literal, with standard_conforming_strings %s", (setting) =>
    withClient(async (client) => {
      await client.query(`set standard_conforming_strings = ${setting}`);
      await fc.assert(
        fc.asyncProperty(fc.oneof(text, fc.constantFrom("\\", "'", "\\'", "\\\\'")), async (one) => {
          const { rows } = await client.query(`select ${quoteLiteral(one)} as text`);
          expect(rows).toEqual([{ text: one }]);
        }),
      );
    }),
  );

  it("every word that it reserves, as a role, a schema and a table", () =>
    withClient(async (client) => {
      const { rows } = await client.query<{ word: string }>(
        "select word from pg_get_keywords() where catcode <> 'U' order by 1",
      );
      for (const { word } of rows) expect(quoteIdentifier(word)).toBe(`"${word}"`);
    }));
});

describe("quoteIdentifier", () => {
  it("leaves plain names bare and quotes the others", () => {
    expect(["app_ro", "App", "1a", "a b", 'a"b', "select"].map(quoteIdentifier)).toEqual([
      "app_ro",
      '"App"',
      '"1a"',
      '"a b"',
      '"a""b"',
      '"select"',
    ]);
    expect(quoteQualified("a.b", "c")).toBe('"a.b".c');
  });

  it("refuses NUL, which no SQL can hold", () => {
    expect(() => quoteIdentifier("a\0b")).toThrow("NUL");
    expect(() => quoteLiteral("a\0b")).toThrow("NUL");
  });
});
