// What kind of server this is: one row.
import * as z from "../../core/base/zod.ts";

export const ServerRow = z.object({
  /** The view of the IAM mappings shows up in the catalog. */
  hasMappings: z.boolean(),
  /** pg_auth_members has inherit_option and set_option: PostgreSQL 16 and later. */
  membershipOptions: z.boolean(),
});
export type ServerRow = z.infer<typeof ServerRow>;

export const serverSql = /* sql */ `
select
  exists (
    select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'sys' and c.relname = 'iam_pg_role_mappings') as "hasMappings",
  exists (
    select from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'pg_catalog' and c.relname = 'pg_auth_members' and a.attname = 'inherit_option'
  ) as "membershipOptions"`;

/** "16.14", "16.14 (Debian 16.14-1)", "17beta1". SHOW, as that is documented for Aurora DSQL; current_setting() is not. */
export const serverVersionSql = "show server_version";
export const ServerVersionRow = z.object({ server_version: z.string() });
