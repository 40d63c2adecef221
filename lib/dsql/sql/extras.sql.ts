// What is read beside the sections, one statement each: on Aurora DSQL any of them may be refused, and then only itself.
import * as z from "../../core/base/zod.ts";
import type { ExtraName } from "../../core/catalog/extras.ts";
import { OtherObject, RowSecurity, SequenceOf, ViewRights, ViewRule } from "../../core/catalog/extras.ts";

/** As read: the ACL is still the server's text. */
const OtherRow = z.extend(OtherObject, { acl: z.nullable(z.string()) });

/** Without `secret` where there is none, as earlier releases stored it. */
const RuleRow = z.pipe(
  z.extend(ViewRule, { secret: z.nullable(z.array(z.string())) }),
  z.transform(({ secret, ...rule }): ViewRule => (secret === null ? rule : { ...rule, secret })),
);

export const extraRowTypes = {
  views: z.array(ViewRights),
  viewRules: z.array(RuleRow),
  sequences: z.array(SequenceOf),
  parameters: z.array(OtherRow),
  largeObjects: z.array(OtherRow),
  foreignServers: z.array(OtherRow),
  foreignDataWrappers: z.array(OtherRow),
  tablespaces: z.array(OtherRow),
  languages: z.array(OtherRow),
  rowSecurity: z.array(RowSecurity),
} as const satisfies { readonly [N in ExtraName]: z.ZodType };

const systems = `in (select n.oid from pg_catalog.pg_namespace n
    where pg_catalog.left(n.nspname::pg_catalog.text, 3) = 'pg_' or n.nspname::pg_catalog.text in ('information_schema', 'sys'))`;
const own = `not ${systems}`;

export const extraSql: Readonly<Record<ExtraName, string>> = {
  // Any beginning of true, yes and on is true to the server (parse_bool()).
  views: /* sql */ `
select c.oid, exists (
    select from pg_catalog.unnest(c.reloptions) o
    where pg_catalog.lower(o) ~ '^security_invoker=(t|tr|tru|true|y|ye|yes|on|1)$') as "invoker"
from pg_catalog.pg_class c where c.relkind = 'v' and c.relnamespace ${own} order by c.oid`,
  // pg_depend also names tables whose rows a function gives back: what a rule itself reads or writes, its own text numbers.
  // What the server was built with is in no pg_depend at all. The first half of the last condition is part of the second: without
  // it the server weighs the ACLs of all its own tables also where there is no view, and a read takes a third longer.
  viewRules: /* sql */ `
select r.ev_class as "view",
  coalesce(pg_catalog.array_agg(distinct d.refobjid::pg_catalog.int8::pg_catalog.float8) filter (where d.refobjid is not null),
    '{}') as "relations",
  case when r.ev_type = '1' then pg_catalog.pg_relation_is_updatable(r.ev_class, false) else 0 end as "updatable",
  case when r.ev_type = '1' then array(
    select a.attnum::pg_catalog.int4 from pg_catalog.pg_attribute a
    where a.attrelid = r.ev_class and a.attnum > 0 and not a.attisdropped
      and not pg_catalog.pg_column_is_updatable(r.ev_class, a.attnum, false) order by a.attnum)
    else '{}'::pg_catalog.int4[] end as "fixed",
  case r.ev_type when '2' then 'UPDATE' when '3' then 'INSERT' when '4' then 'DELETE' end as "event",
  pg_catalog.bool_or(r.is_instead and r.ev_type <> '1') as "instead",
  pg_catalog.array_agg(distinct s.nspname::pg_catalog.text || '.' || s.relname::pg_catalog.text) filter (where s.oid is not null) as "secret"
from (
    select r.oid, r.ev_class, r.ev_type, r.is_instead, array(
      select m[1]::pg_catalog.oid from pg_catalog.regexp_matches(r.ev_action::pg_catalog.text, ':relid ([0-9]{1,10}) ', 'g') m
    ) as named
    from pg_catalog.pg_rewrite r join pg_catalog.pg_class c on c.oid = r.ev_class and c.relnamespace ${own}
    where r.ev_enabled <> 'D' offset 0) r
  left join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = r.oid
    and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid <> r.ev_class
    and d.refobjid = any (r.named)
  left join (
    select y.oid, y.relname, n.nspname from pg_catalog.pg_class y
      join pg_catalog.pg_namespace n on n.oid = y.relnamespace
    where y.relnamespace ${systems} and y.relacl::pg_catalog.text !~ '[{,]=[a-zA-Z*]*r') s
    on s.oid = d.refobjid or s.oid = any (r.named)
group by r.ev_class, r.ev_type having r.ev_type <> '1' or pg_catalog.count(d.refobjid) > 0 or pg_catalog.count(s.oid) > 0
order by r.ev_class, r.ev_type`,
  // 1259 is pg_class. "auto": serial and OWNED BY; "internal": an identity column.
  sequences: /* sql */ `
select d.objid as "sequence", d.refobjid as "table"
from pg_catalog.pg_depend d join pg_catalog.pg_class c on c.oid = d.objid and c.relkind = 'S'
where d.classid = 1259 and d.refclassid = 1259 and d.refobjsubid > 0 and d.deptype in ('a', 'i')
order by d.objid`,
  parameters: /* sql */ `
select p.oid, p.parname as "name", null::pg_catalog.oid as "owner", p.paracl::pg_catalog.text as "acl"
from pg_catalog.pg_parameter_acl p order by p.oid`,
  largeObjects: /* sql */ `
select m.oid, m.oid::pg_catalog.text as "name", m.lomowner as "owner", m.lomacl::pg_catalog.text as "acl"
from pg_catalog.pg_largeobject_metadata m where m.lomacl is not null order by m.oid`,
  foreignServers: /* sql */ `
select s.oid, s.srvname as "name", s.srvowner as "owner", s.srvacl::pg_catalog.text as "acl"
from pg_catalog.pg_foreign_server s order by s.oid`,
  foreignDataWrappers: /* sql */ `
select w.oid, w.fdwname as "name", w.fdwowner as "owner", w.fdwacl::pg_catalog.text as "acl"
from pg_catalog.pg_foreign_data_wrapper w order by w.oid`,
  tablespaces: /* sql */ `
select t.oid, t.spcname as "name", t.spcowner as "owner", t.spcacl::pg_catalog.text as "acl"
from pg_catalog.pg_tablespace t order by t.oid`,
  languages: /* sql */ `
select l.oid, l.lanname as "name", l.lanowner as "owner", l.lanacl::pg_catalog.text as "acl"
from pg_catalog.pg_language l order by l.oid`,
  rowSecurity: /* sql */ `
select c.oid as "table", c.relforcerowsecurity as "forced"
from pg_catalog.pg_class c where c.relrowsecurity and c.relkind in ('r', 'p') and c.relnamespace ${own} order by c.oid`,
};
