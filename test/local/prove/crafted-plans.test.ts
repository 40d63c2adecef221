// Each printed fix of estates that stand in its way, run as it is printed; then the plan for all of them, proven.
import type pg from "pg";
import { describe, expect, it } from "vitest";
import { type Catalog, rowsOf } from "../../../lib/core/catalog/catalog.ts";
import { planFor } from "../../../lib/core/remediation/plan.ts";
import { readCatalogFrom } from "../../../lib/dsql/read-catalog.ts";
import { onBench } from "../../../local/prove/prove-plan.ts";
import { runScript } from "../../../local/prove/run-script.ts";
import { cluster, withinTransaction } from "../../oracle/compare.ts";
import { sharedPostgres } from "../../support/postgres.ts";
import { crafted } from "./crafted-estates.ts";
import { connected, findingsOf, randomCatalog } from "./random-plans.ts";

const postgres = sharedPostgres();

const read = (client: pg.Client): Promise<Catalog> =>
  readCatalogFrom(withinTransaction(client), { cluster, serverKind: "postgres" });

/** What is refused, warned of or left of the fixes, each run alone on the estate as it was made; the catalog. */
const fixesOf = async (client: pg.Client, sql: string): Promise<{ catalog: Catalog; wrong: string[] }> => {
  const wrong: string[] = [];
  let running = "";
  const warn = ({
    message,
    severity,
  }: {
    message?: string | undefined;
    severity?: string | undefined;
  }): void => {
    if (severity === "WARNING") wrong.push(`${running}\n${message}`);
  };
  client.on("notice", warn);
  await client.query("begin isolation level read committed");
  try {
    await client.query(sql);
    await client.query("reset role");
    const catalog = await read(client);
    for (const { id, title, fix = "" } of findingsOf(catalog)) {
      running = `${title}\n${fix}`;
      await client.query("savepoint fix");
      const refused = await runScript(client, [fix], undefined);
      if (refused) wrong.push(`${running}\n${refused.message}`);
      else if (findingsOf(await read(client)).some((one) => one.id === id)) wrong.push(`${running}\nstill`);
      await client.query("rollback to savepoint fix");
    }
    return { catalog, wrong };
  } finally {
    await client.query("rollback");
    client.off("notice", warn);
  }
};

const proofOfAll = async (client: pg.Client, catalog: Catalog) => {
  const wishes = findingsOf(catalog).map(({ id, title, fix = "" }) => ({ id, title, fix }));
  const plan = planFor(catalog, wishes);
  const { status, because } = await onBench(client, catalog, ({ prove }) =>
    prove(
      plan,
      wishes.map(({ id }) => id),
      (of) => new Set(findingsOf(of).map(({ id }) => id)),
    ),
  );
  return { found: wishes.length > 0, status, because, steps: plan.steps.map(({ text }) => text) };
};

describe("the fixes of crafted estates", () => {
  it.each(crafted)("run alone and together where there is $name", { timeout: 120_000 }, async ({ sql }) => {
    await connected(postgres.server().url, async (client) => {
      const { catalog, wrong } = await fixesOf(client, sql);
      expect(wrong).toEqual([]);
      expect(await proofOfAll(client, catalog)).toMatchObject({ found: true, status: "proven", because: [] });
    });
  });

  it("lend a grantor on Aurora DSQL what he has no more, and take it back", {
    timeout: 120_000,
  }, async () => {
    const said = (as: string, ...all: string[]) => all.map((sql) => ({ as, sql }));
    await connected(postgres.server().url, async (client) => {
      const world = {
        roles: ["o2", "one_readonly", "once", "other"],
        statements: [
          ...["o2", "one_readonly", "once", "other"].map((role) => ({ sql: `create role ${role} login` })),
          ...said("admin", "create schema app", "grant usage, create on schema app to o2", "grant usage on schema app to once"),
          ...said("o2", "create table app.t (i int, a text)", "grant update on app.t to once with grant option"),
          ...said("once", "grant update (a) on app.t to one_readonly, other"),
          ...said("o2", "revoke grant option for update on app.t from once"),
          ...said("admin", "revoke usage on schema app from once"),
        ],
      }; // biome-ignore format: one role a line
      const catalog = await randomCatalog(client, world, "dsql");
      const columns = rowsOf(catalog, "columns").flatMap(({ acl }) => acl?.entries ?? []);
      expect(columns).toHaveLength(2);
      const wanted = findingsOf(catalog).filter(({ title }) => title.includes("can UPDATE app.t.a"));
      expect(wanted).toHaveLength(1);
      const [{ id, title, fix = "" } = { id: "", title: "" }] = wanted;
      expect(fix).toContain("GRANT UPDATE ON app.t TO once WITH GRANT OPTION;");
      const proof = await onBench(client, catalog, ({ prove }) =>
        prove(
          planFor(catalog, [{ id, title, fix }]),
          [id],
          (of) => new Set(findingsOf(of).map((one) => one.id)),
        ),
      );
      expect(proof).toMatchObject({ status: "proven", because: [] });
    });
  });
});
