// Reads the name of a data type in any of the ways that PostgreSQL takes it, so that two of them can be compared.
import { isMark, isWord, nameOfToken, type Token } from "./sql-token.ts";

/** `name` as format_type() writes built-in types; `schema` null where none was written. Modifiers do not count. */
export type TypeName = { readonly schema: string | null; readonly name: string; readonly array: boolean };

/** Bare words that stand for a built-in type, by format_type()'s name for it. */
const aliases: Readonly<Record<string, string>> = {
  int: "integer", int2: "smallint", int4: "integer", int8: "bigint", integer: "integer", smallint: "smallint",
  bigint: "bigint", float: "double precision", float4: "real", float8: "double precision", real: "real",
  bool: "boolean", boolean: "boolean", decimal: "numeric", dec: "numeric", numeric: "numeric",
  varchar: "character varying", char: "character", character: "character", nchar: "character", bpchar: "character",
  timestamptz: "timestamp with time zone", timestamp: "timestamp without time zone",
  timetz: "time with time zone", time: "time without time zone", varbit: "bit varying", bit: "bit",
  interval: "interval",
}; // biome-ignore format: one glance

/** Every name that a built-in type of these has once it is read, as it stands in SQL. */
export const builtInTypes: ReadonlySet<string> = new Set([...Object.values(aliases), '"char"']);

/** The names in pg_type, which may stand in quotes too; `"char"` is another type than char. */
const catalogNames: ReadonlySet<string> = new Set([
  "int2", "int4", "int8", "float4", "float8", "bool", "numeric", "varchar", "bpchar", "timestamptz", "timestamp",
  "timetz", "time", "varbit", "bit", "interval",
]); // biome-ignore format: one glance

type Read = { readonly type: TypeName; readonly end: number };

/** Past `(10,2)` in front of `at`, if it stands there. */
const pastModifier = (tokens: readonly Token[], at: number): number => {
  if (!isMark(tokens[at], "(")) return at;
  const close = tokens.findIndex((token, i) => i > at && isMark(token, ")"));
  return close < 0 ? at : close + 1;
};

const has = (tokens: readonly Token[], at: number, ...words: readonly string[]): boolean =>
  words.every((word, i) => isWord(tokens[at + i], word));

/** float(1) to float(24) is real. */
const floatName = (tokens: readonly Token[], at: number): string =>
  isMark(tokens[at], "(") && Number(nameOfToken(tokens[at + 1])) <= 24 ? "real" : "double precision";

/** A type of several words, or one that takes words after it: `double precision`, `timestamp(3) with time zone`. */
const wordedType = (tokens: readonly Token[], at: number): Read | undefined => {
  const bare = (name: string, end: number): Read => ({ type: { schema: null, name, array: false }, end });
  if (has(tokens, at, "double", "precision")) return bare("double precision", at + 2);
  if (has(tokens, at, "float")) return bare(floatName(tokens, at + 1), pastModifier(tokens, at + 1));
  if (has(tokens, at, "bit", "varying")) return bare("bit varying", pastModifier(tokens, at + 2));
  const national = has(tokens, at, "national") ? 1 : 0;
  if (
    has(tokens, at + national, "character") ||
    has(tokens, at + national, "char") ||
    has(tokens, at, "nchar")
  ) {
    const varying = has(tokens, at + national + 1, "varying") ? 1 : 0;
    const name = varying ? "character varying" : "character";
    return bare(name, pastModifier(tokens, at + national + 1 + varying));
  }
  if (has(tokens, at, "timestamp") || has(tokens, at, "time")) {
    const base = nameOfToken(tokens[at]) ?? "";
    const next = pastModifier(tokens, at + 1);
    for (const zone of ["with", "without"])
      if (has(tokens, next, zone, "time", "zone")) return bare(`${base} ${zone} time zone`, next + 3);
    return bare(`${base} without time zone`, next);
  }
  if (has(tokens, at, "interval")) {
    let end = at + 1;
    while (/^(?:year|month|day|hour|minute|second|to)$/i.test(tokens[end]?.value ?? "")) end += 1;
    return bare("interval", pastModifier(tokens, end));
  }
  return undefined;
};

/** A name with or without schema: `app.mood`, `pg_catalog.int4`, `"int4"`, `_int4`. */
const namedType = (tokens: readonly Token[], at: number): Read | undefined => {
  const first = nameOfToken(tokens[at]);
  if (first === undefined || first === "") return undefined;
  const second = isMark(tokens[at + 1], ".") ? nameOfToken(tokens[at + 2]) : undefined;
  const end = pastModifier(tokens, second === undefined ? at + 1 : at + 3);
  const named = tokens[second === undefined ? at : at + 2];
  const schema = second === undefined || first === "pg_catalog" ? null : first;
  const raw = second ?? first;
  const isBuiltIn = schema === null && (named?.kind === "word" || catalogNames.has(raw));
  const element = schema === null && raw.startsWith("_") ? raw.slice(1) : undefined;
  if (element !== undefined && (catalogNames.has(element) || element === "text"))
    return { type: { schema: null, name: aliases[element] ?? element, array: true }, end };
  const name = isBuiltIn && Object.hasOwn(aliases, raw) ? (aliases[raw] ?? raw) : raw;
  // As format_type() writes it too: a quoted "char" keeps its quotes, which tells it from char.
  const isInternalChar = schema === null && named?.kind === "name" && raw === "char";
  return { type: { schema, name: isInternalChar ? '"char"' : name, array: false }, end };
};

/** Past `[]`, `[3][]`, `ARRAY`, `ARRAY[3]`: to PostgreSQL all of them are one array type. */
const pastArray = (tokens: readonly Token[], from: number): number => {
  let at = has(tokens, from, "array") ? from + 1 : from;
  while (isMark(tokens[at], "[")) {
    const close = tokens.findIndex((token, i) => i > at && isMark(token, "]"));
    if (close < 0) return at;
    at = close + 1;
  }
  return at;
};

/** The type that all of the tokens from `at` on write; undefined where they write none, or more than one. */
export const readType = (tokens: readonly Token[], at: number): TypeName | undefined => {
  for (const read of [wordedType(tokens, at), namedType(tokens, at)]) {
    if (!read) continue;
    const end = pastArray(tokens, read.end);
    if (end === tokens.length) return { ...read.type, array: read.type.array || end > read.end };
  }
  return undefined;
};

/** Whether both mean one type; a schema that one of them leaves out may be any. */
export const sameType = (a: TypeName, b: TypeName): boolean =>
  a.name === b.name &&
  a.array === b.array &&
  (a.schema === null || b.schema === null || a.schema === b.schema);
