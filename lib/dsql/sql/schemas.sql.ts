// One row per schema. $1: names of system schemas that do not begin with pg_. $2: with the system's two, too.
import * as z from "../../core/base/zod.ts";
import { Schema } from "../../core/catalog/catalog.ts";

/** As read: the ACL is still the server's text. */
export const SchemaRow = z.extend(Schema, { acl: z.nullable(z.string()) });

export const schemasSql = /* sql */ `
select n.oid, n.nspname as "name", n.nspowner as "owner", n.nspacl::pg_catalog.text as "acl"
from pg_catalog.pg_namespace n
where pg_catalog.left(n.nspname::pg_catalog.text, 3) <> 'pg_' and n.nspname::pg_catalog.text <> all ($1::pg_catalog.text[])
  or $2::pg_catalog.bool and n.nspname in ('pg_catalog', 'information_schema')
order by n.oid`;
