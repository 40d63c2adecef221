// One row per type and domain outside the system schemas that has privileges of its own: no row types of tables, no
// arrays, and from PostgreSQL 17 on no multiranges, which follow their element or range.
import * as z from "../../core/base/zod.ts";
import { Type } from "../../core/catalog/catalog.ts";

/** As read: the ACL is still the server's text. */
export const TypeRow = z.extend(Type, { acl: z.nullable(z.string()) });

/**
 * $2: whether multiranges have an ACL of their own. 6179 is array_subscript_handler, by which the server itself tells an
 * array that follows its element (IsTrueArrayType); by number, as pg_proc may be out of reach.
 */
export const typesSql = /* sql */ `
select t.oid, t.typnamespace as "schema", t.typname as "name", t.typtype as "kind", t.typowner as "owner",
  t.typacl::pg_catalog.text as "acl"
from pg_catalog.pg_type t
where (t.typtype in ('b', 'd', 'e', 'r')
    or t.typtype = 'm' and $2::pg_catalog.bool
    or t.typtype = 'c' and t.typrelid in (select c.oid from pg_catalog.pg_class c where c.relkind = 'c'))
  and not (t.typelem <> 0 and t.typsubscript::pg_catalog.oid = 6179)
  and t.typnamespace in (
    select n.oid from pg_catalog.pg_namespace n
    where pg_catalog.left(n.nspname::pg_catalog.text, 3) <> 'pg_' and n.nspname::pg_catalog.text <> all ($1::pg_catalog.text[]))
order by t.oid`;
