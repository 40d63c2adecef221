// One row per table, partitioned table, view, materialised view, sequence, foreign table outside the system schemas.
import * as z from "../../core/base/zod.ts";
import { Relation } from "../../core/catalog/catalog.ts";

/** As read: the ACL is still the server's text. */
export const RelationRow = z.extend(Relation, { acl: z.nullable(z.string()) });

/** $1: system schemas whose name does not begin with pg_. $2: with what of the system's has an ACL of its own. */
export const relationsSql = /* sql */ `
select c.oid, c.relnamespace as "schema", c.relname as "name", c.relkind as "kind", c.relowner as "owner",
  c.relacl::pg_catalog.text as "acl"
from pg_catalog.pg_class c
where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and (c.relnamespace in (
    select n.oid from pg_catalog.pg_namespace n
    where pg_catalog.left(n.nspname::pg_catalog.text, 3) <> 'pg_' and n.nspname::pg_catalog.text <> all ($1::pg_catalog.text[]))
  or $2::pg_catalog.bool and c.relacl is not null and c.relnamespace in (
    select n.oid from pg_catalog.pg_namespace n where n.nspname in ('pg_catalog', 'information_schema')))
order by c.oid`;
