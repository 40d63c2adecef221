// What explain proposes is run on a real server, as a superuser and as `admin` of Aurora DSQL: the way is complete then.
import type pg from "pg";
import { expect, it } from "vitest";
import type { Catalog } from "../../lib/core/catalog/catalog.ts";
import type { Privilege } from "../../lib/core/catalog/privileges.ts";
import { type AccessEngine, accessEngine } from "../../lib/core/privileges/effective.ts";
import { isSystemSchema } from "../../lib/core/privileges/effective-objects.ts";
import { type Explanation, explanationOf } from "../../lib/core/privileges/explain.ts";
import { findObject } from "../../lib/core/privileges/find-object.ts";
import { asAdmin } from "../../lib/core/remediation/as-admin.ts";
import { readCatalogFrom } from "../../lib/dsql/read-catalog.ts";
import { loadEstate } from "../../local/prove/load-estate.ts";
import { runScript } from "../../local/prove/run-script.ts";
import { connected, type Kind, randomCatalog, sampleWorld } from "../local/prove/random-plans.ts";
import { sharedPostgres } from "../support/postgres.ts";
import { withinTransaction } from "./compare.ts";
import type { World } from "./world.ts";

const postgres = sharedPostgres();
const MOST = Number(process.env.PROPOSALS ?? 40);
const asked: Readonly<Partial<Record<string, Privilege>>> = {
  table: "INSERT", view: "UPDATE", sequence: "USAGE", schema: "CREATE", function: "EXECUTE", type: "USAGE",
}; // biome-ignore format: one glance
const before = { principal: null, links: [], completes: [] };

/** Memberships that give nothing, on the way to a holder and at the holder. */
const idle: World = {
  roles: ["keeper", "holder", "middle", "far", "near"],
  statements: [
    ...["keeper", "holder", "middle", "far", "near"].map((role) => ({ sql: `create role ${role} login` })),
    { sql: "create schema app" },
    { sql: "create table app.t (i int)" },
    { sql: "alter table app.t owner to keeper" },
    { sql: "grant insert on app.t to holder" },
    { sql: "grant holder to middle with inherit false, set false" },
    { sql: "grant middle to far with inherit false, set false" },
    { sql: "grant middle to near" },
  ],
};

/** The ways that are not complete, and what would complete them. */
const proposalsIn = (engine: AccessEngine): Explanation[] => {
  const all: Explanation[] = [];
  for (const [id, { name, superuser }] of engine.graph.roles.entries()) {
    if (superuser || name.startsWith("pg_")) continue;
    for (const object of engine.objects) {
      const privilege = asked[object.kind];
      const { kind, schema, name: own } = object;
      if (privilege === undefined || isSystemSchema(kind === "schema" ? own : schema) || schema === "sys")
        continue;
      const it = explanationOf(engine, id, privilege, object, before);
      if (it.verdict === "no" && it.completes.some((text) => !text.startsWith("--"))) all.push(it);
    }
  }
  const step = Math.max(1, Math.floor(all.length / MOST));
  return all.filter((_, i) => i % step === 0);
};

/** What is refused, or left incomplete, of what is proposed; how many were tried. */
const tried = async (client: pg.Client, catalog: Catalog, kind: Kind) => {
  const engine = accessEngine(catalog);
  const wrong: string[] = [];
  const proposals = proposalsIn(engine);
  await client.query("begin isolation level read committed");
  try {
    await loadEstate(client, catalog);
    for (const { role, privilege, object, completes } of proposals) {
      await client.query("savepoint proposal");
      const lines = asAdmin(engine, completes);
      const refused = await runScript(client, lines, kind === "dsql" ? "admin" : undefined);
      const server = withinTransaction(client);
      const after = accessEngine(
        await readCatalogFrom(server, { cluster: catalog.cluster, serverKind: kind }),
      );
      const id = after.graph.idOfName.get(role ?? "");
      const { verdict } = explanationOf(after, id, privilege, findObject(after, object, privilege), before);
      if (refused || verdict === "no")
        wrong.push([`${role} ${privilege} ${object}`, ...lines, refused?.message ?? verdict].join("\n"));
      await client.query("rollback to savepoint proposal; reset session authorization");
    }
  } finally {
    await client.query("rollback");
  }
  return { wrong, count: proposals.length };
};

it.each([
  ["postgres", "a random estate", sampleWorld(11)],
  ["dsql", "a random estate", sampleWorld(12)],
  ["postgres", "idle memberships", idle],
] as const)(
  "what explain proposes completes the way (%s, %s)",
  { timeout: 240_000 },
  async (kind, _, world) => {
    await connected(postgres.server().url, async (client) => {
      const catalog = await randomCatalog(client, world, kind);
      const { wrong, count } = await tried(client, catalog, kind);
      expect(wrong.slice(0, 2)).toEqual([]);
      expect(count).toBeGreaterThan(4);
    });
  },
);
