// The database that we are connected to: one row. pg_database is not supported on Aurora DSQL: it is read apart.
import * as z from "../../core/base/zod.ts";
import { Database } from "../../core/catalog/catalog.ts";

/** As read: the ACL is still the server's text. */
export const DatabaseRow = z.extend(Database, { acl: z.nullable(z.string()) });

export const databaseSql = /* sql */ `
select d.oid, d.datname as "name", d.datdba as "owner", d.datacl::pg_catalog.text as "acl"
from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()`;
