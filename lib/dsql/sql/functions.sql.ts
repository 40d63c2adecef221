// One row per function, procedure, aggregate and window function outside the system schemas. pg_proc is not supported
// on Aurora DSQL, though it has been seen to answer: it is read apart.
import * as z from "../../core/base/zod.ts";
import { Routine } from "../../core/catalog/catalog.ts";

/** As read: the ACL is still the server's text. */
export const RoutineRow = z.extend(Routine, { acl: z.nullable(z.string()) });

/** $1: system schemas whose name does not begin with pg_. $2: with what of the system's has an ACL of its own. */
export const functionsSql = /* sql */ `
select p.oid, p.pronamespace as "schema", p.proname as "name",
  pg_catalog.pg_get_function_identity_arguments(p.oid) as "identityArguments", p.prokind as "kind",
  p.proowner as "owner", p.prosecdef as "securityDefiner", p.proacl::pg_catalog.text as "acl"
from pg_catalog.pg_proc p
where (p.pronamespace in (
    select n.oid from pg_catalog.pg_namespace n
    where pg_catalog.left(n.nspname::pg_catalog.text, 3) <> 'pg_' and n.nspname::pg_catalog.text <> all ($1::pg_catalog.text[]))
  or $2::pg_catalog.bool and p.proacl is not null and p.pronamespace in (
    select n.oid from pg_catalog.pg_namespace n where n.nspname in ('pg_catalog', 'information_schema')))
order by p.oid`;
