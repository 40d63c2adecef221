// Random worlds of roles and objects, as SQL statements that may each be refused by the server.
import fc from "fast-check";
import { quoteIdentifier } from "../../lib/core/base/quote.ts";
import { quoteQualified } from "../support/quote-qualified.ts";

/** One statement, run as `as` where it is given. */
export type Statement = { readonly as?: string; readonly sql: string };

const hostile = [
  "PUBLIC", "group", "NULL", "__proto__", 'a"b', "x,y={z}", "back\\slash", "sp ace", "größe", "123", "constructor",
  "semi;colon'--", "alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy", "mallory", "niaj",
  "olivia", "peggy", "quentin", "rupert", "sybil", "trent", "ursula", "victor", "walter", "zoe", "a=r/b", "{}",
]; // biome-ignore format: names
const predefinedRoles = ["pg_read_all_data", "pg_write_all_data", "pg_database_owner", "pg_monitor"];
const schemaNames = ["public", "a", "a.b", "NULL", 'q"uote', "sch,ema"];
const tableNames = ["c", "b.c", "t", "PUBLIC", "__proto__", 'x"y', "o'clock", "{t}", "t5", "t6", "t7", "t8"];

/** Numbers, so that a case shrinks well: each is taken modulo what there is. */
const pick = fc.nat(999);
const some = <T>(from: readonly T[]) => fc.subarray([...from], { minLength: 1 });
const option = fc.constantFrom(undefined, undefined, true, false);
const maybeRole = fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: pick });
const tablePrivileges = [
  "SELECT",
  "INSERT",
  "UPDATE",
  "DELETE",
  "TRUNCATE",
  "REFERENCES",
  "TRIGGER",
] as const;
const columnPrivileges = ["SELECT", "INSERT", "UPDATE", "REFERENCES"] as const;

const attributes = fc.record({
  inherit: fc.boolean(),
  superuser: fc.integer({ min: 0, max: 11 }).map((n) => n === 0),
  createRole: fc.boolean(),
});
const relationKind = fc.constantFrom(
  "table",
  "table",
  "table",
  "view",
  "matview",
  "sequence",
  "partitioned",
  "foreign",
);
const target = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("relation"), at: pick }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("schema"), at: pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("function"), at: pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("type"), at: pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("database"), at: pick }) },
);
const rights = fc.record({
  target,
  all: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
  wanted: some(tablePrivileges),
  inColumns: fc.option(
    fc.record({ wanted: some(columnPrivileges), columns: some(["k", 'co"l', "ctid", "tableoid"]) }),
    {
      freq: 3,
    },
  ),
  grantee: fc.oneof({ weight: 5, arbitrary: pick }, { weight: 1, arbitrary: fc.constant("PUBLIC" as const) }),
  by: fc.option(pick, { freq: 1 }),
});
const action = fc.oneof(
  { weight: 16, arbitrary: fc.record({ do: fc.constant("membership" as const), role: pick, member: pick, admin: option, inherit: option, set: option, by: maybeRole }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("leave" as const), role: pick, member: pick, only: fc.option(fc.constantFrom("ADMIN", "INHERIT", "SET")) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("relation" as const), kind: relationKind, schema: pick, owner: pick }) },
  { weight: 12, arbitrary: fc.record({ do: fc.constant("grant" as const), ...{ rights }, option: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("revoke" as const), ...{ rights }, optionOnly: fc.boolean(), fromOwner: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("owner" as const), target, owner: pick }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("default" as const), creator: pick, schema: fc.option(pick), grantee: fc.oneof(pick, fc.constant("PUBLIC" as const)), on: fc.constantFrom("TABLES", "SEQUENCES", "FUNCTIONS", "TYPES"), revoke: fc.boolean(), option: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("attributes" as const), role: pick, attributes }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("dropColumn" as const), relation: pick }) },
); // biome-ignore format: one line an action
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

export type World = { readonly roles: readonly string[]; readonly statements: readonly Statement[] };

type Sizes = { readonly roles: number; readonly relations: number; readonly actions: number };
type Shape = {
  readonly roles: readonly { inherit: boolean; superuser: boolean; createRole: boolean }[];
  readonly relations: number;
  readonly actions: readonly Action[];
};

const attributesSql = (a: { inherit: boolean; superuser: boolean; createRole: boolean }): string =>
  `${a.superuser ? "superuser" : "nosuperuser"} ${a.inherit ? "inherit" : "noinherit"} ${a.createRole ? "createrole" : "nocreaterole"}`;

/** Grows the statements; keeps the names of what was made, whether or not the server will agree. */
const render = ({ roles: made, relations, actions }: Shape): World => {
  const roles = made
    .map((_, i) => hostile[i % hostile.length] as string)
    .map((name, i) => (i < hostile.length ? name : `${name}${i}`));
  const statements: Statement[] = [];
  const run = (sql: string, as?: string): void => {
    statements.push(as === undefined ? { sql } : { as, sql });
  };
  const roleAt = (n: number): string => roles[n % roles.length] as string;
  const anyRole = (n: number): string =>
    [...roles, ...predefinedRoles][n % (roles.length + predefinedRoles.length)] as string;
  const id = (name: string): string => (name === "PUBLIC " ? "public" : quoteIdentifier(name));
  const grantee = (n: number | "PUBLIC"): string => (n === "PUBLIC" ? "public" : id(roleAt(n)));

  for (const [i, name] of roles.entries())
    run(
      `create role ${id(name)} login ${attributesSql(made[i] ?? { inherit: true, superuser: false, createRole: false })}`,
    );
  const schemas = schemaNames.map((name, i) => {
    if (name !== "public") run(`create schema ${id(name)} authorization ${id(roleAt(i * 7))}`);
    return name;
  });
  run("create foreign data wrapper w");
  run("create server s foreign data wrapper w");
  const all: { kind: string; name: string }[] = [];
  const addRelation = (kind: string, schema: number, owner: number): void => {
    const name = quoteQualified(
      schemas[schema % schemas.length] as string,
      `${tableNames[all.length % tableNames.length]}${all.length < tableNames.length ? "" : all.length}`,
    );
    const columns = `(k int, ${quoteIdentifier('co"l')} int, gone int)`;
    const bodies: Record<string, string> = {
      table: `create table ${name} ${columns}`,
      view: `create view ${name} as select 1 as k, 2 as ${quoteIdentifier('co"l')}`,
      matview: `create materialized view ${name} as select 1 as k, 2 as ${quoteIdentifier('co"l')}`,
      sequence: `create sequence ${name}`,
      partitioned: `create table ${name} ${columns} partition by list (k)`,
      foreign: `create foreign table ${name} ${columns} server s`,
    };
    all.push({ kind, name });
    run(bodies[kind] ?? "");
    run(
      `alter ${{ view: "view", matview: "materialized view", sequence: "sequence", foreign: "foreign table" }[kind] ?? "table"} ${name} owner to ${id(roleAt(owner))}`,
    );
  };
  for (let i = 0; i < relations; i += 1)
    addRelation(["table", "sequence", "table", "view", "table", "table"][i % 6] as string, i, i * 5 + 1);
  const functions = schemas.slice(0, 3).map((schema, i) => {
    const name = quoteQualified(schema, `f"${i}`);
    run(
      `create function ${name}(a int, b text) returns int language sql ${i ? "security definer" : ""} as 'select 1'`,
    );
    run(`alter function ${name} owner to ${id(roleAt(i * 3 + 1))}`);
    return name;
  });
  const types = [
    "create type $ as enum ('a')",
    "create domain $ as int",
    "create type $ as (x int)",
    "create type $ as range (subtype = float8)",
  ].map((sql, i) => {
    const name = quoteQualified(schemas[i % schemas.length] as string, `ty${i}`);
    run(sql.replace("$", () => name));
    run(`alter type ${name} owner to ${id(roleAt(i * 2))}`);
    return name;
  });

  const nameOf = ({ kind, at }: { kind: string; at: number }): string => {
    if (kind === "relation") {
      const relation = all[at % all.length] as { kind: string; name: string };
      return `${relation.kind === "sequence" ? "sequence" : "table"} ${relation.name}`;
    }
    if (kind === "schema") return `schema ${id(schemas[at % schemas.length] as string)}`;
    if (kind === "function") return `function ${functions[at % functions.length]}`;
    if (kind === "type") return `type ${types[at % types.length]}`;
    return "database postgres";
  };
  const privilegesFor = (object: string, wanted: readonly string[]): string => {
    const even = wanted.length % 2 === 0;
    if (object.startsWith("sequence")) return even ? "usage, select" : "update";
    if (object.startsWith("schema")) return even ? "usage" : "create";
    if (object.startsWith("function")) return "execute";
    if (object.startsWith("type")) return "usage";
    if (object.startsWith("database")) return even ? "connect" : "create, temporary";
    return wanted.join(", ");
  };
  const rightsSql = (r: typeof rights extends fc.Arbitrary<infer R> ? R : never): string => {
    const object = nameOf(r.target);
    if (r.all) return `all on ${object}`;
    if (r.inColumns && object.startsWith("table")) {
      const columns = r.inColumns.columns.map(quoteIdentifier).join(", ");
      return `${r.inColumns.wanted.map((p) => `${p} (${columns})`).join(", ")} on ${object}`;
    }
    return `${privilegesFor(object, r.wanted)} on ${object}`;
  };

  for (const a of actions) {
    switch (a.do) {
      case "membership": {
        const options = [["admin", a.admin], ["inherit", a.inherit], ["set", a.set]].flatMap(([name, on]) => (on === undefined ? [] : [`${name} ${on}`])); // biome-ignore format: one glance
        // Written as PostgreSQL 15 can read it too, where the options allow it.
        const last =
          options.join() === "admin true"
            ? " with admin option"
            : options.length
              ? ` with ${options.join(", ")}`
              : "";
        run(
          `grant ${id(anyRole(a.role))} to ${id(roleAt(a.member))}${last}`,
          a.by === null ? undefined : roleAt(a.by),
        );
        break;
      }
      case "leave":
        run(
          `revoke ${a.only ? `${a.only} option for ` : ""}${id(anyRole(a.role))} from ${id(roleAt(a.member))} cascade`,
        );
        break;
      case "relation":
        addRelation(a.kind, a.schema, a.owner);
        break;
      case "grant":
        run(
          `grant ${rightsSql(a.rights)} to ${grantee(a.rights.grantee)}${a.option ? " with grant option" : ""}`,
          a.rights.by === null ? undefined : roleAt(a.rights.by),
        );
        break;
      case "revoke":
        run(
          `revoke ${a.optionOnly ? "grant option for " : ""}${rightsSql(a.rights)} from ${grantee(a.rights.grantee)} cascade`,
          a.rights.by === null ? undefined : roleAt(a.rights.by),
        );
        break;
      case "owner": {
        const object = nameOf(a.target);
        run(`alter ${object} owner to ${id(roleAt(a.owner))}`);
        break;
      }
      case "default": {
        const privilege = {
          TABLES: "select, insert",
          SEQUENCES: "usage",
          FUNCTIONS: "execute",
          TYPES: "usage",
        }[a.on];
        const where =
          a.schema === null ? "" : ` in schema ${id(schemas[a.schema % schemas.length] as string)}`;
        const whom = grantee(a.grantee);
        run(
          `alter default privileges for role ${id(roleAt(a.creator))}${where} ${
            a.revoke
              ? `revoke ${privilege} on ${a.on} from ${whom}`
              : `grant ${privilege} on ${a.on} to ${whom}${a.option ? " with grant option" : ""}`
          }`,
        );
        break;
      }
      case "attributes":
        run(`alter role ${id(roleAt(a.role))} ${attributesSql(a.attributes)}`);
        break;
      case "dropColumn": {
        const relation = all[a.relation % all.length] as { kind: string; name: string };
        if (relation.kind === "table") run(`alter table ${relation.name} drop column gone`);
        break;
      }
      default:
        a satisfies never;
    }
  }
  // What default privileges made of it is seen on objects made last, by each role itself where it may.
  for (const [i, name] of roles.slice(0, 4).entries()) {
    const schema = schemas[i % schemas.length] as string;
    run(`grant create on schema ${id(schema)} to ${id(name)}`);
    run(`create table ${quoteQualified(schema, `late${i}`)} (k int, ${quoteIdentifier('co"l')} int)`, name);
    run(`create sequence ${quoteQualified(schema, `lateseq${i}`)}`, name);
    run(
      `create function ${quoteQualified(schema, `latef${i}`)}() returns int language sql as 'select 1'`,
      name,
    );
    run(`create domain ${quoteQualified(schema, `latety${i}`)} as int`, name);
  }
  return { roles, statements };
};

/** Worlds of about these sizes. */
export const worlds = ({ roles, relations, actions }: Sizes): fc.Arbitrary<World> =>
  fc
    .record({
      roles: fc.array(attributes, { minLength: Math.ceil(roles / 3), maxLength: roles, size: "max" }),
      relations: fc.integer({ min: 1, max: relations }),
      actions: fc.array(action, { minLength: Math.ceil(actions / 3), maxLength: actions, size: "max" }),
    })
    .map(render);

/** A script that a person can paste into psql, as superuser of an empty database. */
export const script = (world: World): string =>
  world.statements
    .map(({ as, sql }) =>
      as === undefined ? `${sql};` : `set role ${quoteIdentifier(as)}; ${sql}; reset role;`,
    )
    .join("\n");
