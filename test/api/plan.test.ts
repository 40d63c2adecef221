// GET /findings/{id}/plan says what `dsql-audit plan ID --no-proof` says, for findings of both walls.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStore } from "../../lib/store/open-store.ts";
import { openSqliteTable, type SqliteTable } from "../../lib/store/table/sqlite/sqlite-table.ts";
import { type Ask, asker } from "../support/ask.ts";
import { acl, cluster, estate, publicSchema, table } from "../support/catalogs.ts";
import { cliIn } from "../support/cli.ts";
import { allow, iamFacts, policy } from "../support/iam-facts.ts";
import { fillWorld, NOW } from "../support/query-world.ts";

let folder: string;
let opened: SqliteTable;
let ask: Ask;
type Found = { id: string; detector: string; category: string };
type Plan = { steps: { wall: string; text: string }[]; proof: { because: string[]; changed: unknown } };
const plans = new Map<string, Plan>();
let found: Found[];

const open = async () => {
  const file = join(folder, "dsql-audit.db");
  opened = await openSqliteTable({ file, mayCreate: true, sleep: async () => {}, random: () => 0 });
  return opened.table;
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "api-plan-"));
  const db = await open();
  await fillWorld(db);
  const roles = { stray: { policies: [policy(allow({ Action: "dsql:DbConnect" }))] } };
  await openStore(db, { now: () => NOW }).snapshots.save(
    cluster,
    {
      ...estate({
        schemas: [{ ...publicSchema, acl: acl("0=U/10", "10=UC/10") }],
        relations: [table(1000, "orders", { acl: acl("10=arwdDxt/10", "100=r*/10") })],
      }),
      iam: iamFacts({ roles }, cluster),
    },
    NOW - 1,
  );
  await opened.close();
  const cli = cliIn(
    () => folder,
    () => NOW,
  );
  expect((await cli("detect --json")).code).toBe(0);
  found = ((await cli("findings --status open --json")).json() as Found[]).filter(
    ({ category }) => category === "dormant" || category === "over-privileged",
  );
  for (const { id } of found) plans.set(id, (await cli(`plan ${id} --no-proof --json`)).json() as Plan);
  ask = asker(await open(), () => NOW).ask;
}, 120_000);
afterAll(async () => {
  await opened.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("GET /findings/{id}/plan", () => {
  it("says what the command line says without a proof, of every finding", async () => {
    expect(new Set(found.map(({ detector }) => detector))).toContain("permission-without-mapping");
    expect(found.length).toBeGreaterThan(1);
    for (const { id } of found) {
      const { status, body } = await ask(`/findings/${id}/plan`);
      expect(status).toBe(200);
      const { cluster: named, ...told } = body as unknown as Plan & { cluster: string };
      const { proof, ...plan } = plans.get(id) as Plan;
      expect(named).toBe(cluster);
      expect(told).toEqual({ ...plan, proof: { ...proof, because: told.proof.because } });
      if (proof.because.join().includes("--no-proof"))
        expect(told.proof.because.join()).toContain(`npx dsql-audit plan ${id}`);
      else expect(told.proof.because).toEqual(proof.because);
      expect(told.proof.changed).toBeNull();
    }
  });

  it("has a command for what lies in IAM", async () => {
    const { id } = found.find(({ detector }) => detector === "permission-without-mapping") as Found;
    const { steps } = (await ask(`/findings/${id}/plan`)).body as unknown as Plan;
    expect(steps).toMatchObject([
      { wall: "iam", text: expect.stringMatching(/^aws iam .*--role-name stray/) },
    ]);
  });

  it("is not found for a finding that nobody has", async () => {
    expect(await ask("/findings/zzzz/plan")).toMatchObject({ status: 404 });
  });
});
