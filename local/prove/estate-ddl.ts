// The objects of a snapshot as statements that make stand-ins of them: the right name, kind and arguments, and no body.

import {
  type Catalog,
  type Relation,
  type Routine,
  rowsOf,
  type Type,
} from "../../lib/core/catalog/catalog.ts";
import { extraOf } from "../../lib/core/catalog/extras.ts";
import { isMark, isWord, splitAtCommas, type Token, tokensOf } from "../../lib/core/catalog/sql-token.ts";
import { readType } from "../../lib/core/catalog/type-name.ts";
import { joined, type MaybeSql, name, type Sql, sql, typeSql } from "../../lib/core/sql/guard.ts";
import { plainArguments } from "./ordered-arguments.ts";

/** The schemas that every database has. */
export const isSystem = (schema: string): boolean =>
  schema.startsWith("pg_") || schema === "information_schema";

type Named = (row: { readonly schema: number; readonly name: string }) => MaybeSql;

const namer = (catalog: Catalog): { readonly named: Named; readonly isOwn: (schema: number) => boolean } => {
  const schemas = new Map(rowsOf(catalog, "schemas").map((row) => [row.oid, row.name]));
  return {
    named: ({ schema, name: own }) => {
      const within = schemas.get(schema);
      return within === undefined ? undefined : joined([name(within), name(own)], ".");
    },
    isOwn: (schema) => !isSystem(schemas.get(schema) ?? ""),
  };
};

const schemasSql = (catalog: Catalog): MaybeSql[] => {
  const own = rowsOf(catalog, "schemas").filter((row) => !isSystem(row.name));
  const hasPublic = own.some((row) => row.name === "public");
  return [
    ...(hasPublic ? [] : [sql`drop schema public cascade;`]),
    ...own.filter((row) => row.name !== "public").map((row) => sql`create schema ${name(row.name)};`),
  ];
};

/** Columns up to the last that has privileges of its own, under their names; at least one. */
const columnNames = (catalog: Catalog, relation: number): string[] => {
  const known = rowsOf(catalog, "columns").filter((row) => row.relation === relation && row.number > 0);
  const names = new Map(known.map((row) => [row.number, row.name]));
  const taken = new Set(names.values());
  const last = Math.max(1, ...names.keys());
  return Array.from({ length: last }, (_, i) => {
    let filler = `column_${i + 1}`;
    while (taken.has(filler)) filler += "_";
    return names.get(i + 1) ?? filler;
  });
};

/** The server that stand-ins of foreign tables hang on, where the snapshot names none. */
export const FOREIGN = "dsql_audit_stand_in";

const foreignServer = (catalog: Catalog): string => {
  const { rows } = extraOf(catalog, "foreignServers");
  return rows?.[0]?.name ?? FOREIGN;
};

const relationSql = (catalog: Catalog, row: Relation, named: Named): MaybeSql => {
  const own = named(row);
  if (row.kind === "S") return sql`create sequence ${own};`;
  const names = columnNames(catalog, row.oid);
  const columns = joined(
    names.map((column) => sql`${name(column)} int`),
    ", ",
  );
  const selected = joined(
    names.map((column) => sql`1 as ${name(column)}`),
    ", ",
  );
  const invoker = (extraOf(catalog, "views").rows ?? []).some(
    ({ oid, invoker: is }) => oid === row.oid && is,
  );
  switch (row.kind) {
    case "r":
      return sql`create table ${own} (${columns});`;
    case "p":
      return sql`create table ${own} (${columns}) partition by list (${name(names[0] ?? "")});`;
    case "f":
      return sql`create foreign table ${own} (${columns}) server ${name(foreignServer(catalog))};`;
    case "v":
      return sql`create view ${own}${(invoker ? " with (security_invoker)" : "") as Sql} as select ${selected};`;
    case "m":
      return sql`create materialized view ${own} as select ${selected} with no data;`;
    default:
      return row.kind satisfies never;
  }
};

/** What a range is of, as its constructor says: `f(double precision, double precision)`. */
const subtypeOf = (routines: readonly Routine[], range: Type): Sql => {
  for (const { schema, name: own, identityArguments } of routines) {
    if (schema !== range.schema || own !== range.name) continue;
    const [first, second, third] = splitAtCommas(tokensOf(identityArguments) ?? []);
    const type = first && readType(first, 0);
    const written = type && typeSql(type);
    if (written && second && !third && JSON.stringify(first) === JSON.stringify(second)) return written;
  }
  return "pg_catalog.int4" as Sql;
};

/** Ranges bring a multirange each: by name where the snapshot has one left in that schema, else in any. */
const typesSql = (
  rows: readonly Type[],
  routines: readonly Routine[],
  named: Named,
): { readonly statements: readonly MaybeSql[]; readonly brought: ReadonlySet<Routine> } => {
  const brought = new Set<Routine>();
  // A server makes these functions together with the type, so they are the first of their name.
  const bring = (type: Type, count: number): void => {
    const same = routines.filter(({ schema, name: own }) => schema === type.schema && own === type.name);
    for (const routine of same.toSorted((a, b) => a.oid - b.oid).slice(0, count)) brought.add(routine);
  };
  const multiranges = rows.filter(({ kind }) => kind === "m");
  const takeFor = (range: Type): Type | undefined => {
    const near = multiranges.find(
      ({ schema, name: own }) => schema === range.schema && own === multirangeName(range.name),
    );
    const found = near ?? multiranges.find(({ schema }) => schema === range.schema) ?? multiranges[0];
    if (found) multiranges.splice(multiranges.indexOf(found), 1);
    return found;
  };
  const ranges = rows.filter(({ kind }) => kind === "r");
  const statements = [
    ...rows.flatMap((row): MaybeSql[] => {
      const own = named(row);
      if (row.kind === "e") return [sql`create type ${own} as enum ();`];
      if (row.kind === "c") return [sql`create type ${own} as (x int);`];
      // A base type is made as a domain, and told to be none afterwards.
      return row.kind === "d" || row.kind === "b" ? [sql`create domain ${own} as int;`] : [];
    }),
    ...ranges.map((row) => {
      const multirange = takeFor(row);
      bring(row, 2);
      if (multirange) bring(multirange, 3);
      const as = multirange ? sql`, multirange_type_name = ${named(multirange)}` : ("" as Sql);
      return sql`create type ${named(row)} as range (subtype = ${subtypeOf(routines, row)}${as});`;
    }),
  ];
  return { statements, brought };
};

const multirangeName = (range: string): string =>
  range.includes("range") ? range.replace("range", "multirange") : `${range}_multirange`;

const modes: readonly string[] = ["in", "out", "inout", "variadic"];

/** One argument written anew: its mode, its name where it has one, its type. */
const argumentSql = (tokens: readonly Token[]): MaybeSql => {
  const [first] = tokens;
  const mode = modes.find((one) => isWord(first, one));
  const rest = mode === undefined ? tokens : tokens.slice(1);
  const alone = readType(rest, 0);
  const type = alone ?? readType(rest, 1);
  const own = alone ? undefined : rest[0];
  if (!type || (!alone && own?.kind !== "word" && own?.kind !== "name")) return undefined;
  const before = mode === undefined ? ("" as Sql) : (`${mode} ` as Sql);
  return sql`${before}${own ? sql`${name(own.value)} ` : ("" as Sql)}${typeSql(type)}`;
};

const routineSql = (row: Routine, named: Named): MaybeSql => {
  const tokens = tokensOf(plainArguments(row.identityArguments).text);
  if (!tokens) return undefined;
  const isStar = tokens.length === 1 && isMark(tokens[0], "*");
  const parts = isStar ? [] : splitAtCommas(tokens);
  const list = joined(parts.map(argumentSql), ", ");
  const definer = (row.securityDefiner ? " security definer" : "") as Sql;
  if (row.kind === "p") return sql`create procedure ${named(row)}(${list}) language sql${definer} as '';`;
  const gives = parts.some(([first]) => isWord(first, "inout") || isWord(first, "out"))
    ? ("" as Sql)
    : (" returns void" as Sql);
  return sql`create function ${named(row)}(${list})${gives} language internal${definer} as 'int4pl';`;
};

const foreignSql = (catalog: Catalog): MaybeSql[] => {
  const wrappers = (extraOf(catalog, "foreignDataWrappers").rows ?? []).map((row) => row.name);
  const servers = (extraOf(catalog, "foreignServers").rows ?? []).map((row) => row.name);
  const tables = rowsOf(catalog, "relations").some(({ kind }) => kind === "f");
  const lacking = tables && servers.length === 0;
  const wrapper = wrappers[0] ?? FOREIGN;
  return [
    ...[...wrappers, ...((lacking || servers.length) && !wrappers.length ? [FOREIGN] : [])].map(
      (one) => sql`create foreign data wrapper ${name(one)};`,
    ),
    ...[...servers, ...(lacking ? [FOREIGN] : [])].map(
      (one) => sql`create server ${name(one)} foreign data wrapper ${name(wrapper)};`,
    ),
  ];
};

/** The statements, each with what it makes; `undefined` where a name or an argument list cannot stand in SQL. */
export const estateDdl = (catalog: Catalog): readonly { readonly what: string; readonly sql: MaybeSql }[] => {
  const { named, isOwn } = namer(catalog);
  const own = <T extends { readonly schema: number }>(rows: readonly T[]): T[] =>
    rows.filter(({ schema }) => isOwn(schema));
  const all = (what: string, statements: readonly MaybeSql[]) =>
    statements.map((one) => ({ what, sql: one }));
  const routines = own(rowsOf(catalog, "functions"));
  const types = typesSql(own(rowsOf(catalog, "types")), routines, named);
  return [
    ...all("schemas", schemasSql(catalog)),
    ...all("foreign servers", foreignSql(catalog)),
    ...all("types", types.statements),
    ...own(rowsOf(catalog, "relations")).map((row) => ({
      what: `relation ${row.name}`,
      sql: relationSql(catalog, row, named),
    })),
    ...routines
      .filter((row) => !types.brought.has(row))
      .map((row) => ({
        what: `function ${row.name}(${row.identityArguments})`,
        sql: routineSql(row, named),
      })),
  ];
};
