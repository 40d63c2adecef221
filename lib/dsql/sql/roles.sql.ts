// One row per role, predefined ones included. pg_roles, as pg_authid is for superusers and not there on DSQL.
import { Role } from "../../core/catalog/catalog.ts";

export const RoleRow = Role;

// The end of a password's life as ISO text whatever the session's DateStyle and time zone.
export const rolesSql = /* sql */ `
select r.oid, r.rolname as "name", r.rolsuper as "superuser", r.rolinherit as "inherit",
  r.rolcreaterole as "createRole", r.rolcreatedb as "createDb", r.rolcanlogin as "canLogin",
  r.rolreplication as "replication", r.rolbypassrls as "bypassRls", r.rolconnlimit as "connectionLimit",
  case when r.rolvaliduntil is null then null
    when r.rolvaliduntil = 'infinity'::pg_catalog.timestamptz then 'infinity'
    when r.rolvaliduntil = '-infinity'::pg_catalog.timestamptz then '-infinity'
    else pg_catalog.to_char(r.rolvaliduntil at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  end as "validUntil"
from pg_catalog.pg_roles r order by r.oid`;
