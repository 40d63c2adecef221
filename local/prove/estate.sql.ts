// Writes a snapshot's roles, owners and access control lists into a server's own catalogs, as no GRANT could: with their
// grantors, whoever may grant today. For a throw-away server, by a superuser, in a transaction that is never committed.

/** $1: jsonb rows of roles. Those that the server has already only change. */
export const rolesSql = /* sql */ `
with wanted as (
  select * from jsonb_to_recordset($1::jsonb) as w (
    name text, superuser bool, inherit bool, "createRole" bool, "createDb" bool, "canLogin" bool, replication bool,
    "bypassRls" bool, "connectionLimit" int, "validUntil" text)
), changed as (
  update pg_authid a set rolsuper = w.superuser, rolinherit = w.inherit, rolcreaterole = w."createRole",
    rolcreatedb = w."createDb", rolcanlogin = w."canLogin", rolreplication = w.replication,
    rolbypassrls = w."bypassRls", rolconnlimit = w."connectionLimit", rolvaliduntil = w."validUntil"::timestamptz
  from wanted w where a.rolname = w.name::name returning a.rolname
)
insert into pg_authid (oid, rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication,
  rolbypassrls, rolconnlimit, rolpassword, rolvaliduntil)
select pg_nextoid('pg_authid', 'oid', 'pg_authid_oid_index'), w.name, w.superuser, w.inherit, w."createRole",
  w."createDb", w."canLogin", w.replication, w."bypassRls", w."connectionLimit", null, w."validUntil"::timestamptz
from wanted w where w.name not in (select rolname::text from changed)`;

/** All memberships that the server has, those of its own roles too. */
export const noMembershipsSql = /* sql */ `
delete from pg_auth_members;
delete from pg_shdepend where classid = 'pg_auth_members'::regclass;`;

/** $1: jsonb rows {role, member, grantor, admin, inherit, set} by names. */
export const membershipsSql = /* sql */ `
with made as (
  insert into pg_auth_members (oid, roleid, member, grantor, admin_option, inherit_option, set_option)
  select pg_nextoid('pg_auth_members', 'oid', 'pg_auth_members_oid_index'), r.oid, m.oid, g.oid, w.admin,
    w.inherit, w.set
  from jsonb_to_recordset($1::jsonb) as w (role text, member text, grantor text, admin bool, inherit bool, set bool)
    join pg_authid r on r.rolname = w.role::name join pg_authid m on m.rolname = w.member::name
    join pg_authid g on g.rolname = w.grantor::name
  returning oid, grantor
)
insert into pg_shdepend (dbid, classid, objid, objsubid, refclassid, refobjid, deptype)
select 0, 'pg_auth_members'::regclass, oid, 0, 'pg_authid'::regclass, grantor, 'a' from made where grantor >= 12000`;

type Kind = {
  readonly catalog: string;
  readonly owner: string | null;
  readonly acl: string;
  /** From the wanted rows \`w\` to the object's row \`o\`. */
  readonly join: string;
  readonly shared?: boolean;
};

const inSchema = (schema: string, own: string): string =>
  `${own} = w.name::name and ${schema} = (select n.oid from pg_namespace n where n.nspname = w.schema::name)`;

/** Where the owner and the list of each kind of object stand. */
export const objectKinds = {
  database: { catalog: "pg_database", owner: "datdba", acl: "datacl", join: "o.datname = current_database()", shared: true },
  schemas: { catalog: "pg_namespace", owner: "nspowner", acl: "nspacl", join: "o.nspname = w.name::name" },
  relations: { catalog: "pg_class", owner: "relowner", acl: "relacl", join: inSchema("o.relnamespace", "o.relname") },
  functions: {
    catalog: "pg_proc", owner: "proowner", acl: "proacl",
    join: `${inSchema("o.pronamespace", "o.proname")} and pg_get_function_identity_arguments(o.oid) = w.arguments`,
  },
  types: { catalog: "pg_type", owner: "typowner", acl: "typacl", join: inSchema("o.typnamespace", "o.typname") },
  foreignServers: { catalog: "pg_foreign_server", owner: "srvowner", acl: "srvacl", join: "o.srvname = w.name::name" },
  foreignDataWrappers: { catalog: "pg_foreign_data_wrapper", owner: "fdwowner", acl: "fdwacl", join: "o.fdwname = w.name::name" },
  languages: { catalog: "pg_language", owner: "lanowner", acl: "lanacl", join: "o.lanname = w.name::name" },
  tablespaces: { catalog: "pg_tablespace", owner: "spcowner", acl: "spcacl", join: "o.spcname = w.name::name", shared: true },
  largeObjects: { catalog: "pg_largeobject_metadata", owner: "lomowner", acl: "lomacl", join: "o.oid = w.name::oid" },
  parameters: { catalog: "pg_parameter_acl", owner: null, acl: "paracl", join: "o.parname = w.name", shared: true },
} as const satisfies Readonly<Record<string, Kind>>; // biome-ignore format: one line a kind
export type LoadedKind = keyof typeof objectKinds;

const databaseOf = ({ shared }: Kind): string =>
  shared ? "0::oid" : "(select oid from pg_database where datname = current_database())";

/**
 * $1: jsonb rows {name, schema, arguments, owner, acl: [aclitem texts] or null}. Dependencies are written as the server
 * would have: by them it refuses to drop a role.
 */
export const objectsSql = (kind: LoadedKind): string => {
  const it: Kind = objectKinds[kind];
  const owner = it.owner === null ? "" : `${it.owner} = r.oid, `;
  return /* sql */ `
with wanted as (
  select o.oid, w.owner, w.acl
  from jsonb_to_recordset($1::jsonb) as w (name text, schema text, arguments text, owner text, acl jsonb)
    join ${it.catalog} o on ${it.join}
), changed as (
  update ${it.catalog} o set ${owner}${it.acl} = case when jsonb_typeof(w.acl) = 'array' then
    coalesce((select array_agg(x::aclitem) from jsonb_array_elements_text(w.acl) x), '{}'::aclitem[]) end
  from wanted w left join pg_authid r on r.rolname = w.owner::name
  where o.oid = w.oid
  returning o.oid, ${it.owner === null ? "0::oid" : `o.${it.owner}`} as owner, o.${it.acl} as acl
), loose as (
  delete from pg_shdepend d using changed c
  where d.classid = '${it.catalog}'::regclass and d.objid = c.oid and d.dbid = ${databaseOf(it)} and d.objsubid = 0
)
insert into pg_shdepend (dbid, classid, objid, objsubid, refclassid, refobjid, deptype)
select ${databaseOf(it)}, '${it.catalog}'::regclass, c.oid, 0, 'pg_authid'::regclass, d.role, d.type
from changed c, lateral (
  select c.owner as role, 'o'::"char" as type
  union
  select v.role, 'a' from aclexplode(c.acl) a, lateral (values (a.grantee), (a.grantor)) v (role)
  where v.role <> 0 and v.role <> c.owner
) d where d.role >= 12000`;
};

/** $1: jsonb rows {schema, relation, number, acl}. */
export const columnsSql = /* sql */ `
with changed as (
  update pg_attribute a set attacl =
    coalesce((select array_agg(x::aclitem) from jsonb_array_elements_text(w.acl) x), '{}'::aclitem[])
  from jsonb_to_recordset($1::jsonb) as w (schema text, relation text, number int, acl jsonb)
    join pg_namespace n on n.nspname = w.schema::name
    join pg_class c on c.relnamespace = n.oid and c.relname = w.relation::name
  where a.attrelid = c.oid and a.attnum = w.number
  returning a.attrelid, a.attnum, a.attacl, c.relowner
)
insert into pg_shdepend (dbid, classid, objid, objsubid, refclassid, refobjid, deptype)
select distinct d.oid, 'pg_class'::regclass, c.attrelid, c.attnum, 'pg_authid'::regclass, v.role, 'a'::"char"
from changed c, pg_database d, aclexplode(c.attacl) a, lateral (values (a.grantee), (a.grantor)) v (role)
where d.datname = current_database() and v.role >= 12000 and v.role <> c.relowner`;

/** $1: jsonb rows {role, schema or null, type, acl}. */
export const defaultsSql = /* sql */ `
with made as (
  insert into pg_default_acl (oid, defaclrole, defaclnamespace, defaclobjtype, defaclacl)
  select pg_nextoid('pg_default_acl', 'oid', 'pg_default_acl_oid_index'), r.oid, coalesce(n.oid, 0),
    w.type::"char", coalesce((select array_agg(x::aclitem) from jsonb_array_elements_text(w.acl) x), '{}'::aclitem[])
  from jsonb_to_recordset($1::jsonb) as w (role text, schema text, type text, acl jsonb)
    join pg_authid r on r.rolname = w.role::name left join pg_namespace n on n.nspname = w.schema::name
  returning oid, defaclrole, defaclnamespace, defaclacl
), within as (
  insert into pg_depend (classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype)
  select 'pg_default_acl'::regclass, oid, 0, 'pg_namespace'::regclass, defaclnamespace, 0, 'a' from made
  where defaclnamespace <> 0
)
insert into pg_shdepend (dbid, classid, objid, objsubid, refclassid, refobjid, deptype)
select distinct b.oid, 'pg_default_acl'::regclass, m.oid, 0, 'pg_authid'::regclass, d.role, d.type
from made m, pg_database b, lateral (
  select m.defaclrole as role, 'o'::"char" as type
  union
  select v.role, 'a' from aclexplode(m.defaclacl) a, lateral (values (a.grantee), (a.grantor)) v (role)
  where v.role <> m.defaclrole
) d where b.datname = current_database() and d.role >= 12000`;

/** What hangs on a relation has its owner: its row type with that type's array, its TOAST table, its indexes. */
export const followOwnersSql = /* sql */ `
update pg_type t set typowner = c.relowner from pg_class c
where c.oid >= 16384 and c.relkind <> 'c' and c.reltype <> 0 and (t.oid = c.reltype or t.typelem = c.reltype and t.typcategory = 'A')
  and t.typowner <> c.relowner;
update pg_type a set typowner = t.typowner from pg_type t
where t.oid >= 16384 and t.typarray = a.oid and a.typowner <> t.typowner;
update pg_class x set relowner = c.relowner from pg_class c
where c.oid >= 16384 and c.reltoastrelid = x.oid and x.relowner <> c.relowner;
update pg_class x set relowner = t.typowner from pg_type t
where t.oid >= 16384 and t.typtype = 'c' and t.typrelid = x.oid and x.relkind = 'c' and x.relowner <> t.typowner;`;

/** $1, $2: names of the relations {schema, name} as aggregates, windows and base types, which are made as something plainer. */
export const kindsSql = {
  functions: /* sql */ `
update pg_proc p set prokind = w.kind::"char"
from jsonb_to_recordset($1::jsonb) as w (name text, schema text, arguments text, kind text)
where p.proname = w.name::name and p.pronamespace = (select oid from pg_namespace where nspname = w.schema::name)
  and pg_get_function_identity_arguments(p.oid) = w.arguments`,
  // The server looks up what an aggregate adds up by: any aggregate's row will do.
  aggregates: /* sql */ `
insert into pg_aggregate
select (jsonb_populate_record(a, jsonb_build_object('aggfnoid', p.oid::int8::text,
  'aggkind', case when w.direct is null then 'n' else 'o' end, 'aggnumdirectargs', coalesce(w.direct, 0)))).*
from jsonb_to_recordset($1::jsonb) as w (name text, schema text, arguments text, kind text, direct int)
  join pg_proc p on p.proname = w.name::name
    and p.pronamespace = (select oid from pg_namespace where nspname = w.schema::name)
    and pg_get_function_identity_arguments(p.oid) = w.arguments
  join pg_aggregate a on a.aggfnoid = 'pg_catalog.max(int4)'::regprocedure
where p.prokind = 'f' and w.kind = 'a'`,
  types: /* sql */ `
update pg_type t set typtype = 'b', typbasetype = 0, typnotnull = false
from jsonb_to_recordset($1::jsonb) as w (name text, schema text)
where t.typname = w.name::name and t.typnamespace = (select oid from pg_namespace where nspname = w.schema::name)`,
} as const;
