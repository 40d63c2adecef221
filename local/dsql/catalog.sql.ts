// What makes a fresh PostgreSQL 16 look like a fresh DSQL cluster: the admin role, schema sys, mappings with their rules.

/** The oid of `admin` in AWS's sample of sys.iam_pg_role_mappings. */
const adminOid = 15579;

// admin is created by the bootstrap superuser, is none itself, and owns neither database nor schema public: else it could
// drop other roles' objects there. The iam_oid sequence starts where AWS's sample does. set_config() would get round the
// list of settings.
const clusterSql = /* sql */ `
create role admin login createrole nosuperuser nocreatedb inherit noreplication nobypassrls;
set allow_system_table_mods = on;
update pg_authid set oid = ${adminOid} where rolname = 'admin';
reset allow_system_table_mods;
grant create, usage on schema public to admin;
grant create, connect on database postgres to admin;
revoke temporary on database postgres from public;
revoke execute on function pg_catalog.set_config(text, text, boolean) from public;
create schema sys;
grant usage on schema sys to public;
create function sys.dsql_major_version() returns int language sql as 'select 1';
create procedure sys.__refuse(code text, words text, variadic ignored text[] default '{}') language plpgsql as $$
begin
  raise exception using errcode = code, message = words;
end $$;`;

// The view joins the names at read, so it follows ALTER ROLE ... RENAME.
const mappingsSql = /* sql */ `
create sequence sys.__iam_oid start 26398 increment 2;
create table sys.__iam_trust (
  iam_oid oid primary key,
  arn text not null,
  principal_id text,
  role_oid oid not null,
  grantor_oid oid not null,
  unique (arn, role_oid));
create view sys.iam_pg_role_mappings as
  select t.iam_oid, t.arn, t.role_oid as pg_role_oid, r.rolname::text as pg_role_name,
    t.grantor_oid as grantor_pg_role_oid, g.rolname::text as grantor_pg_role_name
  from sys.__iam_trust t
  join pg_catalog.pg_roles r on r.oid = t.role_oid
  left join pg_catalog.pg_roles g on g.oid = t.grantor_oid;`;

// session_user is who logged in, also within a procedure that runs as its owner. The row in pg_shdepend is a genuine
// dependency, so PostgreSQL itself refuses to drop a role that still has a mapping.
const checksSql = /* sql */ `
create function sys.__iam_role(role_name text) returns oid language plpgsql set search_path = pg_catalog as $$
declare found_oid oid;
begin
  if session_user <> 'admin' then
    raise exception using errcode = '42501', message = format('permission denied to grant IAM trust with role %s', role_name);
  end if;
  select oid into found_oid from pg_roles where rolname = role_name;
  if not found then
    raise exception using errcode = '42704', message = format('role "%s" does not exist', role_name);
  end if;
  return found_oid;
end $$;
create procedure sys.__iam_grant(role_name text, iam_arn text, unique_id text)
language plpgsql security definer set allow_system_table_mods = on set search_path = pg_catalog as $$
declare role_id oid := sys.__iam_role(role_name);
begin
  if not (select rolcanlogin from pg_roles where oid = role_id) then
    raise exception using errcode = '22023', message = format('role %s must have the LOGIN attribute', role_name);
  end if;
  if iam_arn !~ '^arn:aws[a-z-]*:iam::([0-9]{12}|\\*):(role|user)/.+$' then
    raise exception using errcode = '22023', message = 'IAM role must look like an IAM ARN';
  end if;
  if exists (select from sys.__iam_trust where arn = iam_arn and role_oid = role_id) then
    raise exception using errcode = '42710', message = format('IAM role "%s" already exists', iam_arn);
  end if;
  insert into sys.__iam_trust
  values (nextval('sys.__iam_oid')::oid, iam_arn, nullif(unique_id, ''), role_id, 'admin'::regrole);
  insert into pg_shdepend
  select d.oid, 'pg_class'::regclass, 'sys.iam_pg_role_mappings'::regclass, 0, 'pg_authid'::regclass, role_id, 'a'
  from pg_database d
  where d.datname = current_database() and not exists (
    select from pg_shdepend where objid = 'sys.iam_pg_role_mappings'::regclass and refobjid = role_id);
end $$;
create procedure sys.__iam_revoke(role_name text, iam_arn text)
language plpgsql security definer set allow_system_table_mods = on set search_path = pg_catalog as $$
declare role_id oid := sys.__iam_role(role_name);
begin
  delete from sys.__iam_trust where arn = iam_arn and role_oid = role_id;
  if not found then
    raise exception using errcode = '42704', message = format('IAM role "%s" does not exist', iam_arn);
  end if;
  delete from pg_shdepend
  where objid = 'sys.iam_pg_role_mappings'::regclass and refobjid = role_id
    and not exists (select from sys.__iam_trust where role_oid = role_id);
end $$;`;

/** All statements that turn the empty database into a cluster; whether all roles may read the mappings is not known. */
export const clusterSetupSql = (canReadMappings: "everybody" | "admin"): string =>
  `${clusterSql}${mappingsSql}${checksSql}
grant select on sys.iam_pg_role_mappings to ${canReadMappings === "admin" ? "admin" : "public"};`;

/** One row when the role may log in and is mapped to this very principal, not only to its name. */
export const mappingSql = /* sql */ `
select t.iam_oid from sys.__iam_trust t
join pg_catalog.pg_roles r on r.oid = t.role_oid
where r.rolname = $1 and r.rolcanlogin and t.arn = $2 and coalesce(t.principal_id, $3) = $3`;
