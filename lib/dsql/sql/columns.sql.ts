// One row per column that has an ACL of its own, system columns (negative numbers) and system tables included: whose
// relation is not among those read is left out later, which is cheaper than a join here.
import * as z from "../../core/base/zod.ts";
import { Column } from "../../core/catalog/catalog.ts";

/** As read: the ACL is still the server's text. */
export const ColumnRow = z.extend(Column, { acl: z.nullable(z.string()) });

// A dropped column may keep its ACL.
export const columnsSql = /* sql */ `
select a.attrelid as "relation", a.attnum as "number", a.attname as "name", a.attacl::pg_catalog.text as "acl"
from pg_catalog.pg_attribute a
where a.attacl is not null and not a.attisdropped
order by a.attrelid, a.attnum`;
