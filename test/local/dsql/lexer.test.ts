import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tokenize } from "../../../local/dsql/lexer.ts";
import { splitStatements } from "../../../local/dsql/statement.ts";
import { sharedPostgres } from "../../support/postgres.ts";

/** Text made of what gives lexers trouble. */
const pieces = [
  "'",
  "''",
  '"',
  "\\",
  "$",
  "$$",
  "$a$",
  "E'",
  "e'",
  "U&'",
  'U&"',
  "x'",
  "--",
  "/*",
  "*/",
  ";",
  "\n",
  " ",
  "\r",
  "a",
  "$1",
  "1.5",
  ".",
  "(",
  ")",
  "ä",
  "🙂",
  "begin atomic ",
  "create function ",
  "end",
  "case ",
];
const nastySql = fc
  .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 3 })))
  .map((parts) => parts.join(""));

const kinds = (sql: string) =>
  tokenize(sql)
    .filter(({ kind }) => kind !== "space")
    .map(({ kind, text }) => `${kind} ${text}`);
const parts = (sql: string) => splitStatements(sql).map(({ text }) => text.trim());

describe("tokenize", () => {
  it("loses nothing and never throws", () => {
    fc.assert(
      fc.property(nastySql, (sql) => {
        const tokens = tokenize(sql);
        expect(tokens.map(({ text }) => text).join("")).toBe(sql);
        expect(tokens.every(({ text }) => text.length > 0)).toBe(true);
      }),
      { numRuns: 700 },
    );
  });

  it.each([
    ["a''c'", "name a|string ''|name c|string '"],
    ["'it''s' x", "string 'it''s'|name x"],
    [String.raw`E'it\'s' x`, String.raw`string E'it\'s'|name x`],
    [String.raw`'it\' x`, String.raw`string 'it\'|name x`],
    ["E'a'\n'b\\'c' x", "string E'a'\n'b\\'c'|name x"],
    ["'a' -- more\n 'b' x", "string 'a' -- more\n 'b'|name x"],
    ["'a' 'b'", "string 'a'|string 'b'"],
    ["$$;$$ $a$;$$;$a$ $1", "string $$;$$|string $a$;$$;$a$|parameter $1"],
    ["a$$b", "name a$$b"],
    ['"a""b" U&"c"', 'quoted-name "a""b"|quoted-name U&"c"'],
    ["/* a /* b */ c */ d", "comment /* a /* b */ c */|name d"],
    ["-- a 'b\nc", "comment -- a 'b|name c"],
    ["1.5e3 .5 a.b", "number 1.5e3|number .5|name a|symbol .|name b"],
    ["'open ; ", "string 'open ; "],
  ])("reads %j", (sql, expected) => {
    expect(kinds(sql).join("|")).toBe(expected);
  });

  it("takes much of anything in one go", () => {
    for (const unit of ["'", "/*", "--", "$$", "E'\\", "'a'\n", "-- \n", '"', "(", "a "]) {
      const sql = unit.repeat(200_000 / unit.length);
      const tokens = tokenize(sql);
      expect(tokens.reduce((sum, { text }) => sum + text.length, 0)).toBe(sql.length);
    }
  });
});

describe("splitStatements", () => {
  it("loses nothing but the semicolons", () => {
    fc.assert(
      fc.property(nastySql, (sql) => {
        expect(
          splitStatements(sql)
            .map(({ text }) => text)
            .join(";"),
        ).toBe(sql);
      }),
      { numRuns: 700 },
    );
  });

  it.each([
    ["select 1; select 2", ["select 1", "select 2"]],
    ["select ';' /* ; /* ; */ ; */ -- ;", ["select ';' /* ; /* ; */ ; */ -- ;"]],
    [
      "create rule r as on insert to t do (select 1; select 2); x",
      ["create rule r as on insert to t do (select 1; select 2)", "x"],
    ],
    [
      "create function f() returns int begin atomic select case when true then 1 end; select 2; end; x",
      ["create function f() returns int begin atomic select case when true then 1 end; select 2; end", "x"],
    ],
    ["begin; select atomic from t; end", ["begin", "select atomic from t", "end"]],
  ])("cuts %j", (sql, expected) => {
    expect(parts(sql)).toEqual(expected);
  });

  it("shows no word of a constant in the shape", () => {
    const shapes = splitStatements(`grant "On Schema" to 'x' /* on schema public */ -- on
      , $$ on schema $$, 3`).map(({ shape }) => shape);
    expect(shapes).toEqual([`GRANT "On_Schema" TO ' , ' , 0`]);
  });
});

describe("PostgreSQL itself", () => {
  const shared = sharedPostgres();

  it("sees as many statements in a text as we do", async () => {
    const { query } = await shared.freshDatabase();
    const texts = [
      "select 1; select 2; select 3",
      "select ';'; select $a$ ; $$ ; $a$",
      "select E'\\';'; select 'a'\n'b;'; select 1 /* ; /* ; */ ; */",
      String.raw`select ';\'; select 2`,
      'select 1 as "a;b"; select U&";" from (select 1 as ";") x',
      "create function f() returns int begin atomic select 1; select case when true then 2 else 3 end; end; select f()",
    ];
    for (const sql of texts) {
      const answer = await query(sql);
      const count = Array.isArray(answer) ? answer.length : 1;
      expect([sql, parts(sql).length]).toEqual([sql, count]);
    }
  });
});
