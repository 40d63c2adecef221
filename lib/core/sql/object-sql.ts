// How GRANT, REVOKE and ALTER name an object: the right keyword for its kind, its whole name, a routine's arguments.
import { argumentTypes, joined, type MaybeSql, name, type Sql, sql } from "./guard.ts";

/** What the writer must know of an object; `letter` is the catalog's own for its kind (relkind, prokind, typtype). */
export type SqlObject = {
  readonly kind: "database" | "schema" | "table" | "view" | "sequence" | "column" | "function" | "type";
  readonly letter: string;
  readonly schema: string | null;
  /** Of a function with its arguments, `f(a integer)`; of a column its relation's. */
  readonly name: string;
  readonly column: string | null;
  readonly identityArguments: string | null;
};

const inSchema = (schema: string | null, own: MaybeSql): MaybeSql =>
  schema === null ? own : joined([name(schema), own], ".");

const nameSql = ({ schema, name: own, letter, identityArguments }: SqlObject): MaybeSql => {
  if (identityArguments === null) return inSchema(schema, name(own));
  const bare = name(own.slice(0, own.length - identityArguments.length - 2));
  return sql`${inSchema(schema, bare)}(${argumentTypes(identityArguments, letter === "p")})`;
};

const grantWords: Readonly<Partial<Record<SqlObject["kind"], string>>> = {
  sequence: "SEQUENCE ",
  schema: "SCHEMA ",
  database: "DATABASE ",
  function: "ROUTINE ",
  type: "TYPE ",
};

/** The object as it stands after ON: `app.orders`, `SCHEMA app`, `ROUTINE app.f(integer)`; of a column its table. */
export const grantTarget = (object: SqlObject): MaybeSql => {
  const word = (grantWords[object.kind] ?? "") as Sql;
  return sql`${word}${nameSql(object)}`;
};

/** What stands after a privilege for a column: ` (note)`; else nothing. */
export const columnList = ({ column }: SqlObject): MaybeSql =>
  column === null ? ("" as Sql) : sql` (${name(column)})`;

const relationWords: Readonly<Record<string, string>> = {
  r: "TABLE", p: "TABLE", f: "FOREIGN TABLE", v: "VIEW", m: "MATERIALIZED VIEW", S: "SEQUENCE",
}; // biome-ignore format: one glance
const routineWords: Readonly<Record<string, string>> = {
  f: "FUNCTION",
  w: "FUNCTION",
  p: "PROCEDURE",
  a: "ROUTINE",
};

const alterWord = ({ kind, letter }: SqlObject): string => {
  if (kind === "function") return routineWords[letter] ?? "ROUTINE";
  if (kind === "type") return letter === "d" ? "DOMAIN" : "TYPE";
  if (kind === "schema" || kind === "database") return kind.toUpperCase();
  return relationWords[letter] ?? kind.toUpperCase();
};

/** The object as it stands after ALTER: `MATERIALIZED VIEW app.totals`, `PROCEDURE app.p(integer, OUT text)`. */
export const alterTarget = (object: SqlObject): MaybeSql =>
  sql`${alterWord(object) as Sql} ${nameSql({ ...object, column: null })}`;
