// Estates in which a REVOKE is not enough, each with what stands in its way.

export type Crafted = { readonly name: string; readonly sql: string };

export const crafted: readonly Crafted[] = [
  {
    name: "a grantor who became a superuser and lost the schema",
    sql: `create role chief; create role boss superuser; create role lent_readonly login; create schema app authorization chief;
      set role chief; create table app.t (i int, c text); create sequence app.s; create type app.e as enum ('a');
      create procedure app.p(a int, out b text) language sql security definer as $$ select 'x' $$;
      revoke execute on all routines in schema app from public;
      reset role; alter role boss nosuperuser; set role chief; grant usage on schema app to boss with grant option;
      grant insert on app.t to boss with grant option; grant update (c) on app.t to boss with grant option;
      grant update on app.s to boss with grant option; grant usage on type app.e to boss with grant option;
      grant execute on procedure app.p(int) to boss with grant option;
      set role boss; grant insert on app.t to lent_readonly with grant option; grant update (c) on app.t to lent_readonly;
      grant update on app.s to lent_readonly with grant option; grant usage on type app.e to lent_readonly with grant option;
      grant execute on procedure app.p(int) to lent_readonly with grant option; grant execute on procedure app.p(int) to public;
      reset role; revoke usage on schema app from boss; alter role boss superuser`,
  },
  {
    name: "what a role has granted to itself once more",
    sql: `create role chief; create role self_readonly login; create role boss; create role kid login;
      create schema app authorization chief; grant usage on schema app to public; set role chief;
      create table app.t (i int, c text); create sequence app.s;
      create function app.f() returns int language sql security definer as 'select 1'; revoke execute on function app.f() from public;
      grant insert, update on app.t to self_readonly with grant option; grant update on app.s to self_readonly with grant option;
      grant execute on function app.f() to self_readonly with grant option;
      set role self_readonly; grant insert on app.t to self_readonly; grant update (c) on app.t to self_readonly;
      grant update on app.s to self_readonly; grant execute on function app.f() to self_readonly; reset role;
      create schema own authorization boss; grant boss to self_readonly with admin true;
      grant boss to self_readonly with set false granted by self_readonly; grant boss to kid granted by self_readonly`,
  },
  {
    name: "columns granted by who could pass on the table and cannot any more",
    sql: `create role chief; create role once; create role also; create role one_readonly login; create role other login;
      create schema app authorization chief; grant usage on schema app to one_readonly, other, once, also;
      set role chief; create table app.t (i int, "a,b" text, "c)d" text);
      grant update, insert on app.t to once with grant option; grant update on app.t to also with grant option;
      set role once; grant update ("a,b", "c)d"), insert ("a,b") on app.t to one_readonly, other;
      set role also; grant update ("a,b") on app.t to one_readonly;
      set role chief; revoke grant option for update, insert on app.t from once; reset role`,
  },
  {
    name: "two levels of passing on, columns beside the table",
    sql: `create role chief; create role left_; create role right_; create role mid_readonly login; create role leaf login;
      create schema app authorization chief; grant usage on schema app to public;
      set role chief; create table app.t (i int, n text); create view app.v as select 1 as a;
      grant insert, update on app.t to left_, right_ with grant option; grant delete on app.v to left_ with grant option;
      set role left_; grant insert on app.t to mid_readonly with grant option; grant delete on app.v to mid_readonly with grant option;
      set role right_; grant insert, update (n) on app.t to mid_readonly;
      set role mid_readonly; grant insert on app.t to leaf with grant option; grant delete on app.v to leaf with grant option; reset role`,
  },
  {
    name: "routines of every shape that a reader owns",
    sql: `create role keeper; create role own_readonly login; create schema app; alter schema app owner to keeper;
      create type app."ty pe" as enum ('a');
      create aggregate app.ordered(float8 order by float8) (sfunc = float8pl, stype = float8, initcond = '0');
      create aggregate app.ranked(variadic "any" order by variadic "any") (sfunc = ordered_set_transition_multi,
        stype = internal, finalfunc = rank_final, finalfunc_extra, hypothetical);
      create aggregate app.counted(*) (sfunc = int8inc, stype = int8, initcond = '0');
      create function app.out(app."ty pe"[], a "char", out b int, variadic c text[] default '{}') language sql as 'select 1';
      create function app.both(inout r anyelement) language sql as 'select $1';
      create function app.of() returns table (x int, y text) language sql as $$ select 1, 'a' $$;
      create procedure app.pr(inout a int, out b text) language sql as $$ select 1, 'x' $$;
      alter aggregate app.ordered(float8 order by float8) owner to own_readonly;
      alter aggregate app.ranked(variadic "any" order by variadic "any") owner to own_readonly;
      alter aggregate app.counted(*) owner to own_readonly;
      alter routine app.out(app."ty pe"[], "char", text[]) owner to own_readonly; alter routine app.both owner to own_readonly;
      alter routine app.of owner to own_readonly; alter routine app.pr owner to own_readonly`,
  },
];
