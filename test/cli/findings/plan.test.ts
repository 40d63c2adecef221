// `plan` on the demonstration's estate: proven on a throw-away server, for findings, for a baseline, for one role.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoPlan } from "../../../cli/run/demo-plan.ts";
import { DAY } from "../../../lib/core/base/time.ts";
import { baselineOf } from "../../../lib/core/baseline/baseline-of.ts";
import { baselineText } from "../../../lib/core/baseline/baseline-text.ts";
import type { Catalog } from "../../../lib/core/catalog/catalog.ts";
import { readCatalogFrom } from "../../../lib/dsql/read-catalog.ts";
import { registerCluster } from "../../../lib/store/history/clusters.ts";
import { createSnapshotStore } from "../../../lib/store/history/snapshots.ts";
import { openStore } from "../../../lib/store/open-store.ts";
import { openSqliteTable } from "../../../lib/store/table/sqlite/sqlite-table.ts";
import { CLUSTER, estateSql, principals } from "../../../local/demo/estate.ts";
import { clusterSetupSql } from "../../../local/dsql/catalog.sql.ts";
import { startPostgres } from "../../../local/postgres/postgres.ts";
import { runScript } from "../../../local/prove/run-script.ts";
import { withinTransaction } from "../../oracle/compare.ts";
import { cliIn } from "../../support/cli.ts";
import { fillStore } from "../../support/table.ts";

const T = Date.UTC(2026, 10, 20);
let cwd: string;
const cli = cliIn(
  () => cwd,
  () => T + DAY,
);

/** The estate as it was planned, and as it is now. */
const catalogs = async (): Promise<{ planned: Catalog; now: Catalog }> => {
  const server = await startPostgres();
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  const read = () => readCatalogFrom(withinTransaction(client), { cluster: CLUSTER, serverKind: "dsql" });
  const run = async (statements: readonly string[]) => {
    await client.query('set local search_path = "$user", public');
    expect(
      await runScript(
        client,
        statements.map((one) => `${one};`),
        "admin",
      ),
    ).toBeUndefined();
  };
  try {
    await client.query(`begin; ${clusterSetupSql("everybody")}`);
    await run(estateSql);
    const planned = await read();
    await run([
      "GRANT DELETE ON public.orders TO api_readonly",
      "CREATE ROLE contractor_nils WITH LOGIN",
      `AWS IAM GRANT contractor_nils TO '${principals.contractor.arn}'`,
      "GRANT SELECT ON public.orders TO contractor_nils WITH GRANT OPTION",
      "CREATE ROLE old_reports WITH LOGIN",
      "GRANT SELECT ON public.payments TO old_reports",
    ]);
    return { planned, now: await read() };
  } finally {
    await client.end();
    await server.stop();
  }
};

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), "plan-"));
  const { planned, now } = await catalogs();
  await fillStore(join(cwd, "dsql-audit.db"), async (table) => {
    await registerCluster(table, CLUSTER);
    const snapshots = createSnapshotStore(table, { now: () => 0 });
    await snapshots.save(CLUSTER, planned, T);
    await snapshots.save(CLUSTER, now, T + DAY / 2);
  });
  writeFileSync(join(cwd, "access.yml"), baselineText(baselineOf(planned)));
  expect((await cli("detect --json")).code).toBe(0);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

type Finding = { id: string; detector: string; role?: string; fix?: string };
type Planned = {
  ends: { id: string | null; title: string }[];
  steps: { wall: string; text: string; undo: string; byHand: boolean }[];
  inverse: string[];
  proof: { status: string; because: string[]; resolved: string[]; changed: Record<string, unknown>[] };
  usedBy: { principal: string; lastUse: string }[];
};

const findings = async (): Promise<Finding[]> => (await cli("findings --json")).json() as Finding[];
const findingOf = async (detector: string, role: string): Promise<Finding> => {
  const found = (await findings()).find((one) => one.detector === detector && one.role === role);
  if (!found) throw new Error(`no ${detector} of ${role}`);
  return found;
};

describe("plan", () => {
  it("proves the REVOKE that ends a finding, and says who used the role", async () => {
    const { id } = await findingOf("privilege-exceeds-archetype", "api_readonly");
    const plan = (await cli(["plan", id, "--json"])).json() as Planned;
    expect(plan.proof.because).toEqual([]);
    expect(plan).toMatchObject({
      ends: [{ id }],
      steps: [{ wall: "sql", text: "REVOKE DELETE ON public.orders FROM api_readonly;", byHand: false }],
      inverse: ["GRANT DELETE ON public.orders TO api_readonly;"],
      proof: {
        status: "proven",
        resolved: [id],
        changed: [{ change: "lost", role: "api_readonly", object: "orders", privilege: "DELETE" }],
      },
      usedBy: [{ principal: principals.catalogApi.arn, lastUse: "unknown" }],
    });
  });

  it("is not proven without a server, and says why; --exit-code tells it", async () => {
    const { id } = await findingOf("privilege-exceeds-archetype", "api_readonly");
    const { code, out } = await cli(["plan", id, "--no-proof", "--exit-code"]);
    expect(code).toBe(2);
    expect(out).toContain("Not proven");
    expect(out).toContain("REVOKE DELETE ON public.orders FROM api_readonly;");
  });

  it("removes a role in the order that Aurora DSQL takes: mappings, grants, then the role", async () => {
    const { id } = await findingOf("unmapped-login-role", "old_reports");
    const plan = (await cli(["plan", id, "--drop-role", "--json"])).json() as Planned;
    expect(plan.proof.because).toEqual([]);
    expect(plan.proof.status).toBe("proven");
    expect(plan.steps.map(({ text }) => text)).toEqual([
      "ALTER ROLE old_reports WITH NOLOGIN;",
      "REVOKE SELECT ON public.payments FROM old_reports;",
      "DROP ROLE old_reports;",
    ]);
    expect(plan.inverse).toEqual([
      "CREATE ROLE old_reports;",
      "GRANT SELECT ON public.payments TO old_reports;",
      "ALTER ROLE old_reports WITH LOGIN;",
    ]);
  });

  it("plans several findings as one, each thing done once, with scripts for review", async () => {
    const all = (await findings()).filter(({ role }) => role === "contractor_nils" || role === "old_reports");
    const out = join(cwd, "review");
    const { code, out: said } = await cli(["plan", ...all.map(({ id }) => id), "--out", out]);
    expect(code).toBe(0);
    expect(said).toContain("Proven on a throw-away PostgreSQL 16");
    expect(readFileSync(join(out, "apply.sql"), "utf8")).toContain("NOLOGIN");
    expect(readFileSync(join(out, "undo.sql"), "utf8")).toContain("LOGIN");
  });

  it("brings the access back to a baseline", async () => {
    const plan = (await cli("plan --baseline access.yml --json")).json() as Planned;
    expect(plan.proof.because).toEqual([]);
    expect(plan.proof.status).toBe("proven");
    const texts = plan.steps.map(({ text }) => text);
    expect(texts[0]).toBe(`AWS IAM REVOKE contractor_nils FROM '${principals.contractor.arn}';`);
    expect(texts).toEqual(
      expect.arrayContaining([
        "REVOKE DELETE ON public.orders FROM api_readonly;",
        "REVOKE SELECT ON public.orders FROM contractor_nils;",
        "REVOKE SELECT ON public.payments FROM old_reports;",
      ]),
    );
    expect(plan.ends.length).toBe(plan.proof.resolved.length);
  });

  it("plans for one role alone, and needs to be told what it may have", async () => {
    const plan = (
      await cli("plan --for-role api_readonly --least --baseline access.yml --json")
    ).json() as Planned;
    expect(plan.proof.status).toBe("proven");
    expect(plan.steps.map(({ text }) => text)).toEqual(["REVOKE DELETE ON public.orders FROM api_readonly;"]);
    const { code, err } = await cli("plan --for-role api_readonly --least");
    expect(code).toBe(64);
    expect(err).toContain("use of objects is not recorded");
  });

  it("ends the demonstration with the worst finding that SQL ends, proven", async () => {
    const file = join(cwd, "dsql-audit.db");
    const opened = await openSqliteTable({ file, mayCreate: false, sleep: async () => {}, random: () => 0 });
    const io = { env: {}, cwd, now: () => T + DAY };
    try {
      const plan = await demoPlan(io, openStore(opened.table, { now: io.now }), CLUSTER);
      expect(plan?.steps.length).toBeGreaterThan(0);
      expect(plan?.inverse.length).toBeGreaterThan(0);
      expect(plan?.changed).toBeGreaterThan(0);
    } finally {
      await opened.close();
    }
  });

  it("claims nothing of a server or of policies where nothing has to be done", async () => {
    const { out } = await cli("plan --for-role user_service --least --baseline access.yml");
    expect(out).toContain("nothing: no difference is known");
    expect(out.replaceAll(/\s+/g, " ")).toContain("Proven by the snapshot itself, which needs no step");
  });

  it("is refused for a role that no baseline can declare", async () => {
    const { code, err } = await cli("plan --for-role admin --least --baseline access.yml");
    expect(code).toBe(64);
    expect(err).toContain("a baseline does not declare what admin may do");
    expect(err).toContain("who-may --action admin");
  });

  it("does not say of what was not tried that nothing changes", async () => {
    const { id } = await findingOf("privilege-exceeds-archetype", "api_readonly");
    const { proof } = (await cli(["plan", id, "--no-proof", "--json"])).json() as Planned;
    expect(proof).toMatchObject({
      status: "not-proven",
      how: [],
      resolved: null,
      opened: null,
      changed: null,
    });
  });

  it.each([
    ["plan", "needs a finding"],
    ["plan --for-role x", "needs --least"],
    ["plan abcd --baseline access.yml", "not for both"],
    ["plan --baseline access.yml --days 0", "--days"],
  ])("refuses %s", async (line, says) => {
    const { code, err } = await cli(line);
    expect(code).toBe(64);
    expect(err).toContain(says);
  });
});
