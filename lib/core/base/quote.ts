// Puts names and texts into SQL that people run. The only place that does.
import { AuditError } from "../../errors.ts";

// Words of PostgreSQL 16 that cannot stand bare as a name everywhere: pg_get_keywords() without the unreserved ones.
const RESERVED = new Set(
  `all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast
  char character check coalesce collate collation column concurrently constraint create cross current_catalog
  current_date current_role current_schema current_time current_timestamp current_user dec decimal default deferrable
  desc distinct do else end except exists extract false fetch float for foreign freeze from full grant greatest group
  grouping having ilike in initially inner inout int integer intersect interval into is isnull join json_array
  json_arrayagg json_object json_objectagg lateral leading least left like limit localtime localtimestamp national natural
  nchar none normalize not notnull null nullif numeric offset on only or order out outer overlaps overlay placing position
  precision primary real references returning right row select session_user setof similar smallint some substring
  symmetric system_user table tablesample then time timestamp to trailing treat trim true union unique user using
  values varchar variadic verbose when where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest
  xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable`.split(/\s+/),
);

const refuseNul = (text: string): void => {
  if (text.includes("\0"))
    throw new AuditError("usage", "A name or text with a NUL character cannot stand in SQL.");
};

/** A name as SQL reads it: bare where that is safe, else in double quotes. Throws `usage` on a NUL character. */
export const quoteIdentifier = (name: string): string => {
  refuseNul(name);
  return /^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
};

/**
 * A text as an SQL literal, right under either setting of standard_conforming_strings. Throws `usage` on NUL.
 * https://www.postgresql.org/docs/16/sql-syntax-lexical.html#SQL-SYNTAX-STRINGS-ESCAPE
 */
export const quoteLiteral = (text: string): string => {
  refuseNul(text);
  const quoted = text.replaceAll("'", "''");
  return quoted.includes("\\") ? `E'${quoted.replaceAll("\\", "\\\\")}'` : `'${quoted}'`;
};
