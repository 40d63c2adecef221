// One row per column that has an ACL of its own, system columns (negative numbers) included.
import * as z from "zod";
import { Column } from "../../core/catalog.ts";

/** As read: the ACL is still the server's text. */
export const ColumnRow = Column.extend({ acl: z.nullable(z.string()) });

// A dropped column may keep its ACL.
export const columnsSql = /* sql */ `
select a.attrelid as "relation", a.attnum as "number", a.attname as "name", a.attacl::pg_catalog.text as "acl"
from pg_catalog.pg_attribute a
where a.attacl is not null and not a.attisdropped and a.attrelid in (
  select c.oid from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
    and pg_catalog.left(n.nspname::pg_catalog.text, 3) <> 'pg_' and n.nspname::pg_catalog.text <> all ($1::pg_catalog.text[]))
order by a.attrelid, a.attnum`;
