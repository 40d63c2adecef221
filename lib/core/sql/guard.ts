// What may stand in the SQL that people are told to run: every name, list and word passes here, or there is no statement.
import { quoteIdentifier, quoteLiteral } from "../base/quote.ts";
import { type Privilege, privilegeBit } from "../catalog/privileges.ts";
import { type Signature, signatureOf } from "../catalog/signature.ts";
import { builtInTypes, type TypeName } from "../catalog/type-name.ts";

/** SQL that has passed the guard. Nothing but this file makes one out of a text. */
export type Sql = string & { readonly __guarded: true };
/** undefined: it cannot be written as SQL that does what is meant and nothing else. */
export type MaybeSql = Sql | undefined;

const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** `U&"…"`, so that no line break and nothing invisible stands in what people paste. */
const escapedName = (text: string): string => {
  const escaped = text
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '""')
    .replaceAll(
      new RegExp(HIDDEN, "gu"),
      (c) => `\\+${(c.codePointAt(0) ?? 0).toString(16).padStart(6, "0")}`,
    );
  return `U&"${escaped}"`;
};

/** A name, quoted where it must be. PostgreSQL has no name that is empty, holds a NUL or half a character; a file may. */
export const name = (text: string): MaybeSql =>
  text === "" || text.includes("\0") || !text.isWellFormed()
    ? undefined
    : ((HIDDEN.test(text) ? escapedName(text) : quoteIdentifier(text)) as Sql);

/** A text as a literal. */
export const literal = (text: string): MaybeSql =>
  text.includes("\0") || !text.isWellFormed() || HIDDEN.test(text) ? undefined : (quoteLiteral(text) as Sql);

/** Joins what is written; undefined where a part is. */
export const sql = (texts: TemplateStringsArray, ...parts: readonly MaybeSql[]): MaybeSql =>
  parts.includes(undefined) ? undefined : (String.raw({ raw: texts }, ...parts) as Sql);

/** Several with a text between; none is the empty text. */
export const joined = (parts: readonly MaybeSql[], between: ", " | "." | " " | "\n"): MaybeSql =>
  parts.includes(undefined) ? undefined : (parts.join(between) as Sql);

/** A privilege's own name. */
export const privilegeWord = (privilege: Privilege): MaybeSql =>
  privilegeBit(privilege) === 0 ? undefined : (privilege as string as Sql);

/** A type by its name, with its schema where it has one. */
export const typeSql = ({ schema, name: own, array }: TypeName): MaybeSql => {
  const written = schema === null && builtInTypes.has(own) ? (own as Sql) : name(own);
  const whole = schema === null ? written : joined([name(schema), written], ".");
  return array ? sql`${whole}[]` : whole;
};

const argumentSql = (arguments_: Signature, withOut: boolean): MaybeSql =>
  joined(
    arguments_.flatMap(({ mode, type }) =>
      mode === "out" ? (withOut ? [sql`OUT ${typeSql(type)}`] : []) : [typeSql(type)],
    ),
    ", ",
  );

/**
 * A routine's argument types as GRANT and ALTER name it: written anew from what was read, never the text itself, which
 * from a file may be anything. A procedure's OUT arguments stand there, a function's do not.
 */
export const argumentTypes = (identityArguments: string, isProcedure: boolean): MaybeSql => {
  const signature = signatureOf(identityArguments);
  return signature && argumentSql(signature, isProcedure);
};
