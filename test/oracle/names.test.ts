// Names of objects as people write them, against a real server: what PostgreSQL takes for an object is that object here.
import fc from "fast-check";
import pg from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import { quoteIdentifier } from "../../lib/core/base/quote.ts";
import { accessEngine } from "../../lib/core/privileges/effective.ts";
import { findObjects } from "../../lib/core/privileges/find-object.ts";
import { readCatalog } from "../../lib/dsql/read-catalog.ts";
import { sharedPostgres } from "../support/postgres.ts";

const postgres = sharedPostgres();

/** Every list holds the ways to write one type; the first creates it. */
const types: readonly (readonly string[])[] = [
  ["integer", "int", "int4", "INT", "pg_catalog.int4", '"int4"', "Integer"],
  ["bigint", "int8", "BIGINT", "pg_catalog . int8"],
  ["smallint", "int2"],
  ["character varying", "varchar", "varchar(20)", "CHARACTER VARYING (3)", "char varying", "national character varying"],
  ["character", "char", "char(3)", "bpchar", "nchar(2)", "national character"],
  ['"char"', 'pg_catalog."char"'],
  ["numeric", "numeric(10,2)", "decimal", "dec(3)", "NUMERIC ( 10 , 2 )"],
  ["double precision", "float8", "float", "float(53)", "Double  Precision"],
  ["real", "float4", "float(24)"],
  ["boolean", "bool"],
  ["timestamp with time zone", "timestamptz", "timestamp(3) with time zone", "TIMESTAMPTZ(3)"],
  ["timestamp without time zone", "timestamp", "timestamp(6)", "timestamp (3) without time zone"],
  ["time with time zone", "timetz"],
  ["time without time zone", "time", "time(0)"],
  ["interval", "interval(3)", "interval year to month", "interval second(2)"],
  ["bit varying", "varbit", "bit varying(3)"],
  ["bit", "bit(1)"],
  ["text", "TEXT", "pg_catalog.text", '"text"'],
  ["uuid"],
  ["integer[]", "int[]", "int4[3]", "integer ARRAY", "integer array[4]", "int[][]", "_int4"],
  ["character varying[]", "varchar(3)[]", "varchar[]"],
  ["timestamp with time zone[]", "timestamptz[]", "timestamp(3) with time zone array"],
  ['sig."Mood, or (so)"', 'sig . "Mood, or (so)"'],
  ["sig.plain", "SIG.Plain", '"sig".plain'],
  ['sig."Mood, or (so)"[]', 'sig."Mood, or (so)" array'],
]; // biome-ignore format: one type a line

type Argument = {
  readonly mode: "" | "IN" | "OUT" | "INOUT" | "VARIADIC";
  readonly name: string;
  readonly type: number;
};

const argument = fc.record({
  mode: fc.constantFrom("", "", "IN", "OUT", "INOUT") as fc.Arbitrary<Argument["mode"]>,
  name: fc.constantFrom(
    "a",
    "b c",
    "double",
    "in",
    "out",
    "Time",
    "variadic",
    "order",
    'q"',
    "character",
    "x",
  ),
  type: fc.nat(types.length - 1),
});
const routine = fc.record({
  procedure: fc.boolean(),
  name: fc.constantFrom("f", "odd fn", 'Weird""Name'.replace('""', '"'), "F", "select", "a.b", "f(integer)"),
  arguments: fc
    .array(argument, { maxLength: 4 })
    .map((list) => list.map((one, i) => ({ ...one, name: `${one.name}${i || ""}` }))),
  variadic: fc.boolean(),
  defaults: fc.boolean(),
});
type Routine = typeof routine extends fc.Arbitrary<infer R> ? R : never;

const argumentsOf = ({ arguments: list, variadic }: Routine): Argument[] => {
  const last = list.at(-1);
  const ofArray = types.findIndex(([name]) => name === "integer[]");
  return variadic && last && last.mode !== "OUT"
    ? [...list.slice(0, -1), { ...last, mode: "VARIADIC", type: ofArray }]
    : list;
};

const createSql = (one: Routine, name: string): string => {
  const list = argumentsOf(one);
  const text = list.map(
    ({ mode, name: own, type }) => `${mode} ${quoteIdentifier(own)} ${types[type]?.[0] ?? ""}`,
  );
  return one.procedure
    ? `create procedure ${name}(${text}) language plpgsql as 'begin end'`
    : `create function ${name}(${text}) ${list.some(({ mode }) => mode.endsWith("OUT")) ? "" : "returns void"} language plpgsql as 'begin end'`;
};

/** One way to write the arguments: `pick` chooses among the ways of each part. */
const written = (one: Routine, pick: (n: number) => number): string => {
  const names = pick(3);
  return argumentsOf(one)
    .filter(({ mode }) => mode !== "OUT" || one.procedure || names > 0)
    .map(({ mode, name, type }) => {
      const ways = types[type] ?? [""];
      const way = ways[pick(ways.length)] ?? "";
      const shown = mode === "OUT" || names > 0 ? mode : "";
      const lower = pick(2) === 0 ? shown.toLowerCase() : shown === "INOUT" ? "IN OUT" : shown;
      const own = names === 2 ? quoteIdentifier(name) : "";
      const fallback =
        names === 2 && one.defaults && mode !== "OUT" ? [" DEFAULT null", " = 'a,b('"][pick(2)] : "";
      return `${lower} ${own} ${way}${fallback}`.trim();
    })
    .join(pick(2) === 0 ? "," : " , ");
};

describe("a routine", () => {
  it("is found by every way to write its signature", { timeout: 120_000 }, async () => {
    const { url } = await postgres.freshDatabase();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    onTestFinished(() => client.end());
    const query = (sql: string): Promise<pg.QueryResult> => client.query(sql);
    await query(
      `create schema sig; create type sig."Mood, or (so)" as enum ('a'); create domain sig.plain as int`,
    );
    const made: { one: Routine; name: string }[] = [];
    for (const one of fc.sample(routine, 160)) {
      const name = `sig.${quoteIdentifier(one.name)}`;
      // Two that differ in OUT arguments alone are one to the server, which refuses the second.
      const refused = await query(createSql(one, name)).then(
        () => undefined,
        (error: { code: string }) => error.code,
      );
      if (refused === undefined) made.push({ one, name });
      else expect(["42723", "42P13", "42601"]).toContain(refused);
    }
    expect(made.length).toBeGreaterThan(60);
    const ports = { random: () => 0, sleep: async () => {} };
    const engine = accessEngine(await readCatalog({ kind: "url", url }, ports));
    const { rows } = await query(
      "select oid, oid::regprocedure::text as text from pg_proc where pronamespace = 'sig'::regnamespace",
    );
    let asked = 0;
    let agreed = 0;
    for (const { oid, text } of rows as { oid: number; text: string }[]) {
      // Several only where types alone can mean one procedure's arguments and another's OUT argument too.
      expect(
        findObjects(engine, text, "EXECUTE").map((object) => object.oid),
        text,
      ).toContain(oid);
      asked += 1;
    }
    const pick = (n: number): number => fc.sample(fc.nat(n - 1), 1)[0] ?? 0;
    for (const { one, name } of made) {
      for (let i = 0; i < 8; i += 1) {
        const kind = ["", one.procedure ? "procedure " : "function ", "ROUTINE "][i % 3] ?? "";
        const text = `${name}(${written(one, pick)})`;
        const found = findObjects(engine, kind + text);
        // What the server itself takes for the name is among them, and is alone where it is alone.
        const server = await query(
          `comment on ${kind.trim() || "routine"} ${text.replace(/ DEFAULT null| = 'a,b\('/g, "")} is 'x'`,
        ).then(
          () => undefined,
          (error: Error) => error.message,
        );
        if (server !== undefined && !/not unique|syntax/.test(server)) throw new Error(`${text}: ${server}`);
        const { rows: meant } = await query(
          "select objoid as oid from pg_description where description = 'x'",
        );
        for (const row of meant as { oid: number }[]) {
          expect(
            found.map((object) => object.oid),
            text,
          ).toContain(row.oid);
          // Types alone may also mean a procedure with an OUT argument: then both are named.
          const others = found.filter((f) => f.oid !== row.oid && !/\bOUT\b/.test(f.name));
          expect(others.map(({ name: other }) => `${text}: ${other}`)).toEqual([]);
          agreed += 1;
        }
        await query("delete from pg_description where description = 'x'");
        asked += 1;
      }
    }
    process.stdout.write(
      `${asked} signatures of ${made.length} routines, ${agreed} found alike by the server\n`,
    );
    expect(agreed).toBeGreaterThan(asked / 2);
  });
});
