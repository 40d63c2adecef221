// Reading the catalog and solving it, beside what PostgreSQL itself takes for the same questions, in one run on one server.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Cluster } from "../lib/core/base/ids.ts";
import { CATALOG_FORMAT, type Catalog, type Sections } from "../lib/core/catalog/catalog.ts";
import { accessEngine } from "../lib/core/privileges/effective.ts";
import { connect } from "../lib/dsql/connect.ts";
import { readCatalogFrom } from "../lib/dsql/read-catalog.ts";
import { startPostgres } from "../local/postgres/postgres.ts";
import { type BenchRow, median } from "./row.ts";
import { peakMegabytes } from "./support/peak-memory.ts";

export const name = "privileges";

const cluster = Cluster.parse("postgres://bench");
const SCHEMAS = 10;
const TABLES = 1_000;
const ROLES = 200;
const MEMBERSHIPS = 40;
const GRANTS = 20;

/** 10 schemas, 1,000 tables, 200 roles, 40 memberships, 20 grants a table. */
const build = `
do $$ begin
  for i in 1..${ROLES} loop execute format('create role bench_%s', i); end loop;
  for i in 1..${MEMBERSHIPS} loop execute format('grant bench_%s to bench_%s', i, i + 100); end loop;
  for i in 0..${SCHEMAS - 1} loop
    execute format('create schema s%s', i);
    for r in 1..${ROLES} by 2 loop execute format('grant usage on schema s%s to bench_%s', i, r); end loop;
  end loop;
  for t in 0..${TABLES - 1} loop
    execute format('create table s%s.t%s (id int, name text, at timestamptz)', t % ${SCHEMAS}, t);
    for g in 1..${GRANTS} loop
      execute format('grant select%s on s%s.t%s to bench_%s', case g % 3 when 0 then ', insert, update' when 1 then ', delete' else '' end,
        t % ${SCHEMAS}, t, 1 + (t * 7 + g * 13) % ${ROLES});
    end loop;
    if t % 50 = 0 then execute format('grant update (name) on s%s.t%s to bench_%s', t % ${SCHEMAS}, t, 1 + t % ${ROLES}); end if;
  end loop;
end $$`;

const bare =
  "select c.relacl::text from pg_catalog.pg_class c where c.relkind = 'r' and c.relacl is not null and c.relnamespace >= 16384";
const serverAnswers = `
select count(*) from pg_roles r, pg_class c,
  unnest(array['SELECT','INSERT','UPDATE','DELETE','TRUNCATE','REFERENCES','TRIGGER']) p
where c.relkind = 'r' and c.relnamespace >= 16384 and r.rolname like 'bench%' and has_table_privilege(r.oid, c.oid, p)`;
const standardView = "select * from information_schema.role_table_grants where table_schema like 's%'";

/** Solves all of it: what is held, with grant option, usable, and each after SET ROLE. Counts so that none is skipped. */
const solve = (catalog: Catalog): number => {
  const engine = accessEngine(catalog);
  let found = 0;
  for (let at = 0; at < engine.objects.length; ) {
    const { held, usable, settable, settableUsable, width } = engine.matrix.block(at);
    for (let i = 0; i < held.length; i += 1)
      if ((held[i] ?? 0) | (usable[i] ?? 0) | (settable[i] ?? 0) | (settableUsable[i] ?? 0)) found += 1;
    at += width;
  }
  return found;
};

const timed = async (work: () => unknown): Promise<number> => {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
};

/** All works in turn, several times, so that noise hits all alike; the median of each, the first few left out. */
const rounds = async (
  count: number,
  works: Readonly<Record<string, () => unknown>>,
): Promise<Record<string, number>> => {
  const times: Record<string, number[]> = {};
  for (let i = -4; i < count; i += 1) {
    for (const [what, work] of Object.entries(works)) {
      const time = await timed(work);
      times[what] ??= [];
      if (i >= 0) times[what].push(time);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([what, all]) => [what, median(all)]));
};

const onServer = async (): Promise<BenchRow[]> => {
  const server = await startPostgres();
  const { client, close } = await connect({ kind: "url", url: server.url });
  try {
    await client.query(build);
    // Building all in one go bloats the catalog as no life does: packed, as autovacuum would keep it.
    for (const packed of ["full pg_class", "full pg_attribute", "analyze"])
      await client.query(`vacuum ${packed}`);
    const catalog = await readCatalogFrom(client, { cluster });
    const read = () => readCatalogFrom(client, { cluster });
    // Apart, as the 20,000 rows of the standard view leave garbage that the next in turn would have to sweep.
    const reading = await rounds(40, { bare: () => client.query(bare), read });
    const solving = await rounds(11, {
      engine: () => solve(catalog),
      server: () => client.query(serverAnswers),
    });
    const viewing = await rounds(11, {
      view: () => client.query(standardView),
      all: async () => solve(await read()),
    });
    const at = (what: string): number => ({ ...reading, ...solving, ...viewing })[what] ?? Number.NaN;
    return [
      { name: "read the catalog / a bare select of relacl", value: at("read") / at("bare"), unit: "x", target: { op: "<=", value: 3 }, note: `${ms(at("read"))} / ${ms(at("bare"))}` },
      { name: "has_table_privilege over all / engine after the read", value: at("server") / at("engine"), unit: "x", target: { op: ">=", value: 20 }, note: `${ms(at("server"))} / ${ms(at("engine"))}` },
      { name: "information_schema.role_table_grants / read and engine", value: at("view") / at("all"), unit: "x", target: { op: ">=", value: 2 }, note: `${ms(at("view"))} / ${ms(at("all"))}` },
    ]; // biome-ignore format: one line a figure
  } finally {
    await close();
    await server.stop();
  }
};

const ms = (value: number): string => `${value.toFixed(1)} ms`;

/** Chains 50 deep: each role is a member of the next; grants to 20 roles a table, as above. */
const deepCatalog = (roles: number, tables: number): Catalog => {
  const read = <T>(rows: T[]) => ({ status: "read" as const, rows });
  const role = (i: number) => ({
    oid: 20_000 + i, name: `r${i}`, superuser: i === 0, inherit: true, createRole: false, createDb: false, canLogin: true,
    replication: false, bypassRls: false, connectionLimit: -1, validUntil: null,
  }); // biome-ignore format: one glance
  const sections: Sections = {
    roles: read(Array.from({ length: roles }, (_, i) => role(i))),
    memberships: read(
      Array.from({ length: roles }, (_, i) => i).filter((i) => i % 50 !== 49 && i > 0 && i + 1 < roles).map((i) => ({ role: 20_001 + i, member: 20_000 + i, grantor: 20_000, admin: false, inherit: i % 7 !== 0, set: true })),
    ),
    mappings: read([]),
    schemas: read(Array.from({ length: 10 }, (_, i) => ({ oid: 100 + i, name: `s${i}`, owner: 20_000, acl: { entries: [{ grantee: 0, grantor: 20_000, privileges: "U", grantable: "" }], unknown: [] } }))),
    relations: read(
      Array.from({ length: tables }, (_, t) => ({
        oid: 100_000 + t, schema: 100 + (t % 10), name: `t${t}`, kind: "r" as const, owner: 20_001 + (t % (roles - 1)),
        acl: { entries: Array.from({ length: 20 }, (_, g) => ({ grantee: 20_000 + ((t * 97 + g * 551) % roles), grantor: 20_000, privileges: "arw", grantable: g % 5 ? "" : "r" })), unknown: [] },
      })),
    ),
    columns: read([]), functions: read([]), types: read([]), defaultPrivileges: read([]),
    database: read([{ oid: 5, name: "postgres", owner: 20_000, acl: null }]),
  }; // biome-ignore format: one glance
  return { format: CATALOG_FORMAT, cluster, serverVersion: 160_000, sections };
};

type Deep = { readonly milliseconds: number; readonly megabytes: number };

/** Solves all in this process: called once in each, so that the memory is that of one engine. */
const solveDeep = (roles: number, tables: number): Deep => {
  const catalog = deepCatalog(roles, tables);
  const startedAt = performance.now();
  const engine = accessEngine(catalog);
  for (let at = 0; at < engine.objects.length; ) at += engine.matrix.block(at).width;
  return { milliseconds: performance.now() - startedAt, megabytes: peakMegabytes() };
};

/** The median time and the highest memory of three fresh processes. */
const deepInProcess = async (roles: number, tables: number): Promise<Deep> => {
  const all: Deep[] = [];
  for (let i = 0; i < 3; i += 1) {
    const { stdout } = await promisify(execFile)(process.execPath, [
      import.meta.filename,
      `${roles}`,
      `${tables}`,
    ]);
    all.push(JSON.parse(stdout) as Deep);
  }
  return {
    milliseconds: median(all.map(({ milliseconds }) => milliseconds)),
    megabytes: Math.max(...all.map(({ megabytes }) => megabytes)),
  };
};

const deep = async (): Promise<BenchRow[]> => {
  const full = await deepInProcess(11_000, 1_000);
  const halfRoles = await deepInProcess(5_500, 1_000);
  const halfTables = await deepInProcess(11_000, 500);
  return [
    { name: "11,000 roles, chains of 50, 1,000 tables: engine", value: full.milliseconds / 1000, unit: "s", target: { op: "<=", value: 2 }, note: "fresh process" },
    { name: "the same: most memory of the whole process", value: full.megabytes, unit: "MB", target: { op: "<=", value: 512 } },
    { name: "growth when the roles double", value: full.milliseconds / halfRoles.milliseconds, unit: "x", note: "2 is linear" },
    { name: "growth when the objects double", value: full.milliseconds / halfTables.milliseconds, unit: "x", note: "2 is linear" },
  ]; // biome-ignore format: one line a figure
};

/** The targets of the privilege engine. */
export const run = async (): Promise<BenchRow[]> => [...(await onServer()), ...(await deep())];

if (import.meta.main) {
  const [roles = 11_000, tables = 1_000] = process.argv.slice(2).map(Number);
  process.stdout.write(JSON.stringify(solveDeep(roles, tables)));
}
