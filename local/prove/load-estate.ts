// Loads a snapshot into the throw-away server that a transaction is open on: the same access, on stand-ins of the objects.
import type { ClientBase } from "pg";
import { PUBLIC } from "../../lib/core/base/ids.ts";
import { type Acl, type Catalog, isDsql, rowsOf } from "../../lib/core/catalog/catalog.ts";
import { extraOf, otherSections } from "../../lib/core/catalog/extras.ts";
import { aclOf } from "../../lib/core/privileges/acl-of.ts";
import { accessObjects } from "../../lib/core/privileges/effective-objects.ts";
import { graphOf } from "../../lib/core/remediation/state.ts";
import { name, type Sql, sql } from "../../lib/core/sql/guard.ts";
import { grantTarget } from "../../lib/core/sql/object-sql.ts";
import { defaultKinds } from "../../lib/core/sql/statements.ts";
import { AuditError } from "../../lib/errors.ts";
import { clusterSetupSql } from "../dsql/catalog.sql.ts";
import {
  columnsSql,
  defaultsSql,
  followOwnersSql,
  kindsSql,
  type LoadedKind,
  membershipsSql,
  noMembershipsSql,
  objectsSql,
  rolesSql,
} from "./estate.sql.ts";
import { estateDdl } from "./estate-ddl.ts";
import { plainArguments } from "./ordered-arguments.ts";

const BOOTSTRAP_SUPERUSER = 10;

/** Why the snapshot cannot be loaded: then nothing is proven, and nothing is wrong with the plan. */
const cannot = (why: string, cause?: unknown): AuditError =>
  new AuditError("query", `the snapshot cannot be loaded into the throw-away server: ${why}`, { cause });

type Names = { readonly role: (oid: number) => string; readonly schema: (oid: number) => string };

const namesIn = (catalog: Catalog): Names => {
  const roles = new Map(rowsOf(catalog, "roles").map(({ oid, name }) => [oid, name]));
  const schemas = new Map(rowsOf(catalog, "schemas").map(({ oid, name }) => [oid, name]));
  const or = (what: string, name: string | undefined, oid: number): string => {
    if (name === undefined) throw cannot(`it names a ${what} with OID ${oid} that it does not hold`);
    return name;
  };
  return {
    role: (oid) => or("role", roles.get(oid), oid),
    schema: (oid) => or("schema", schemas.get(oid), oid),
  };
};

/** A name as aclitem reads it. */
const aclName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** An ACL as the texts of its items; null for the built-in default. */
const aclTexts = (acl: Acl, names: Names): string[] | null => {
  // SQL cannot write a list that is empty: a REVOKE makes it later.
  if (acl === null || (acl.entries.length === 0 && acl.unknown.length === 0)) return null;
  if (acl.unknown.length) throw cannot(`it holds a grant that could not be read: ${acl.unknown[0]}`);
  return acl.entries.map(({ grantee, grantor, privileges, grantable }) => {
    const letters = [...privileges]
      .map((letter) => (grantable.includes(letter) ? `${letter}*` : letter))
      .join("");
    return `${grantee === PUBLIC ? "" : aclName(names.role(grantee))}=${letters}/${aclName(names.role(grantor))}`;
  });
};

type ObjectRow = {
  readonly name: string;
  readonly schema: string | null;
  readonly arguments: string | null;
  readonly owner: string | null;
  readonly acl: string[] | null;
};

const objectRows = (catalog: Catalog, names: Names): Partial<Record<LoadedKind, ObjectRow[]>> => {
  const row = (
    one: { readonly name: string; readonly owner: number | null; readonly acl: Acl },
    schema: number | null = null,
    identityArguments: string | null = null,
  ): ObjectRow => ({
    name: one.name,
    schema: schema === null ? null : names.schema(schema),
    arguments: identityArguments,
    owner: one.owner === null ? null : names.role(one.owner),
    acl: aclTexts(one.acl, names),
  });
  const others = otherSections.flatMap((name) => {
    const { rows } = extraOf(catalog, name);
    return rows ? [[name, rows.map((one) => row(one))] as const] : [];
  });
  return {
    database: rowsOf(catalog, "database").map((one) => row(one)),
    schemas: rowsOf(catalog, "schemas").map((one) => row(one)),
    types: rowsOf(catalog, "types").map((one) => row(one, one.schema)),
    relations: rowsOf(catalog, "relations").map((one) => row(one, one.schema)),
    functions: rowsOf(catalog, "functions").map((one) => row(one, one.schema, one.identityArguments)),
    ...Object.fromEntries(others),
  };
};

const run = async (client: ClientBase, text: string, rows?: unknown): Promise<void> => {
  await client.query(text, rows === undefined ? [] : [JSON.stringify(rows)]);
};

const loadRoles = async (client: ClientBase, catalog: Catalog, names: Names): Promise<void> => {
  const roles = rowsOf(catalog, "roles");
  // Nobody on the server may be in the way of a name, nor the one we are.
  const first = roles.find(({ oid, superuser }) => oid === BOOTSTRAP_SUPERUSER && superuser);
  const bootstrap = first?.name ?? "dsql audit stand-in";
  await client.query("update pg_authid set rolname = $1 where oid = $2", [bootstrap, BOOTSTRAP_SUPERUSER]);
  await run(client, rolesSql, roles);
  await client.query(noMembershipsSql);
  await run(
    client,
    membershipsSql,
    rowsOf(catalog, "memberships").map((row) => ({
      ...row,
      role: names.role(row.role),
      member: names.role(row.member),
      grantor: names.role(row.grantor),
    })),
  );
};

const loadObjects = async (client: ClientBase, catalog: Catalog, names: Names): Promise<void> => {
  const ddl = estateDdl(catalog);
  const unwritable = ddl.find(({ sql }) => sql === undefined);
  if (unwritable) throw cannot(`no SQL can make ${unwritable.what}`);
  if (ddl.length) await client.query(ddl.map(({ sql }) => sql).join("\n"));
  const functions = rowsOf(catalog, "functions")
    .filter(({ kind }) => kind === "a" || kind === "w")
    .map((row) => {
      const { text, direct } = plainArguments(row.identityArguments);
      return { ...row, schema: names.schema(row.schema), arguments: text, direct };
    });
  if (functions.some(({ kind }) => kind === "a")) await run(client, kindsSql.aggregates, functions);
  if (functions.length) await run(client, kindsSql.functions, functions);
  const bases = rowsOf(catalog, "types").filter(({ kind }) => kind === "b");
  if (bases.length)
    await run(
      client,
      kindsSql.types,
      bases.map((row) => ({ name: row.name, schema: names.schema(row.schema) })),
    );
};

const loadOthers = async (client: ClientBase, catalog: Catalog): Promise<void> => {
  for (const { name } of extraOf(catalog, "largeObjects").rows ?? [])
    await client.query("select lo_create($1::oid)", [name]);
  for (const { name } of extraOf(catalog, "parameters").rows ?? [])
    await client.query(
      "insert into pg_parameter_acl (oid, parname, paracl) values (pg_nextoid('pg_parameter_acl', 'oid', 'pg_parameter_acl_oid_index'), $1, '{}')",
      [name],
    );
};

const isEmpty = (acl: Acl): boolean => acl !== null && acl.entries.length === 0;

/** Lists that somebody has revoked everything from. */
const emptyLists = async (client: ClientBase, catalog: Catalog, names: Names): Promise<void> => {
  const objects = accessObjects(catalog, graphOf(catalog)).filter(
    (object) => object.kind !== "column" && isEmpty(aclOf(catalog, object)),
  );
  const statements = objects.map(
    (object) => sql`revoke all on ${grantTarget(object)} from ${name(names.role(object.owner))}, public;`,
  );
  const defaults = rowsOf(catalog, "defaultPrivileges")
    .filter(({ schema, acl }) => schema === 0 && isEmpty(acl))
    .map(({ role, objectType }) => {
      const kind = (defaultKinds[objectType] ?? "") as Sql;
      const creator = name(names.role(role));
      return sql`alter default privileges for role ${creator} revoke all on ${kind} from ${creator}, public;`;
    });
  const all = [...statements, ...defaults];
  if (all.includes(undefined)) throw cannot("no SQL can name an object in it");
  if (all.length) await client.query(all.join("\n"));
};

/** Who owns what, and every list with its grantors. */
const loadAccess = async (client: ClientBase, catalog: Catalog, names: Names): Promise<void> => {
  const [database] = rowsOf(catalog, "database");
  if (database)
    await client.query("update pg_database set datname = $1 where datname = current_database()", [
      database.name,
    ]);
  for (const [kind, rows] of Object.entries(objectRows(catalog, names)))
    if (rows.length) await run(client, objectsSql(kind as LoadedKind), rows);
  await client.query(followOwnersSql);
  const relations = new Map(rowsOf(catalog, "relations").map((row) => [row.oid, row]));
  const columns = rowsOf(catalog, "columns").flatMap(({ relation, number, acl }) => {
    const of = relations.get(relation);
    return of
      ? [{ schema: names.schema(of.schema), relation: of.name, number, acl: aclTexts(acl, names) }]
      : [];
  });
  if (columns.length) await run(client, columnsSql, columns);
  const written = rowsOf(catalog, "defaultPrivileges").filter(({ acl }) => !isEmpty(acl));
  const defaults = written.map((row) => ({
    role: names.role(row.role),
    schema: row.schema === 0 ? null : names.schema(row.schema),
    type: row.objectType,
    acl: aclTexts(row.acl, names),
  }));
  if (defaults.length) await run(client, defaultsSql, defaults);
  await emptyLists(client, catalog, names);
};

/** Sequences that belong to a column go with its table to another owner. */
const loadSequences = async (client: ClientBase, catalog: Catalog, names: Names): Promise<void> => {
  const relations = new Map(rowsOf(catalog, "relations").map((row) => [row.oid, row]));
  const of = (oid: number) => {
    const row = relations.get(oid);
    return row && { schema: names.schema(row.schema), name: row.name };
  };
  const rows = (extraOf(catalog, "sequences").rows ?? []).flatMap(({ sequence, table }) => {
    const [own, belongs] = [of(sequence), of(table)];
    return own && belongs
      ? [{ schema: own.schema, name: own.name, tableSchema: belongs.schema, table: belongs.name }]
      : [];
  });
  if (rows.length)
    await run(
      client,
      /* sql */ `
insert into pg_depend (classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype)
select 'pg_class'::regclass, s.oid, 0, 'pg_class'::regclass, t.oid, 1, 'a'
from jsonb_to_recordset($1::jsonb) as w (schema text, name text, "tableSchema" text, "table" text)
  join pg_class s on s.relname = w.name::name and s.relnamespace = (select oid from pg_namespace where nspname = w.schema::name)
  join pg_class t on t.relname = w.table::name and t.relnamespace = (select oid from pg_namespace where nspname = w."tableSchema"::name)`,
      rows,
    );
};

const loadMappings = async (client: ClientBase, catalog: Catalog, names: Names): Promise<void> => {
  for (const { iamOid, arn, role, grantor } of rowsOf(catalog, "mappings")) {
    await client.query(
      /* sql */ `insert into sys.__iam_trust select $1::oid, $2, null, r.oid, g.oid from pg_authid r, pg_authid g
        where r.rolname = $3 and g.rolname = $4`,
      [iamOid, arn, names.role(role), names.role(grantor)],
    );
  }
  await client.query(/* sql */ `
    insert into pg_shdepend
    select distinct d.oid, 'pg_class'::regclass, 'sys.iam_pg_role_mappings'::regclass, 0, 'pg_authid'::regclass, t.role_oid, 'a'::"char"
    from pg_database d, sys.__iam_trust t where d.datname = current_database();
    select setval('sys.__iam_oid', (select coalesce(max(iam_oid::int8), 26398) + 2 from sys.__iam_trust));`);
};

/** The names of the roles that the server has of itself and the snapshot has not. */
export type Loaded = { readonly serverOwn: ReadonlySet<string> };

/**
 * Loads the snapshot. The client is a superuser's, in a transaction that will be rolled back.
 * AuditError("query") says what cannot be loaded.
 */
export const loadEstate = async (client: ClientBase, catalog: Catalog): Promise<Loaded> => {
  const names = namesIn(catalog);
  await client.query(
    "set local search_path = pg_catalog; set local allow_system_table_mods = on; set local check_function_bodies = off",
  );
  if (isDsql(catalog)) {
    // The script has a reset of its own: the setting is said again.
    await client.query(`${clusterSetupSql("everybody")}; set local allow_system_table_mods = on`);
  }
  const before = await client.query<{ name: string }>("select rolname as name from pg_authid");
  try {
    await loadRoles(client, catalog, names);
    await loadObjects(client, catalog, names);
    await loadOthers(client, catalog);
    await loadAccess(client, catalog, names);
    await loadSequences(client, catalog, names);
    if (isDsql(catalog)) await loadMappings(client, catalog, names);
  } catch (error) {
    if (error instanceof AuditError) throw error;
    throw cannot(error instanceof Error ? error.message : String(error), error);
  }
  await client.query('set local allow_system_table_mods = off; set local search_path = "$user", public');
  const known = new Set(rowsOf(catalog, "roles").map(({ name }) => name));
  const { rows } = await client.query<{ name: string }>("select rolname as name from pg_authid");
  return {
    serverOwn: new Set([...before.rows, ...rows].map(({ name }) => name).filter((name) => !known.has(name))),
  };
};
