// What a plan answers where little is known: a slip in a role's name, and what could not be read.
import { afterAll, describe, expect, it } from "vitest";
import { baselineOf } from "../../lib/core/baseline/baseline-of.ts";
import type { Catalog } from "../../lib/core/catalog/catalog.ts";
import { notProven } from "../../lib/core/remediation/proof.ts";
import { type PlanFor, planOf } from "../../lib/queries/plan.ts";
import { openStore } from "../../lib/store/open-store.ts";
import { cluster, estate, role, table } from "../support/catalogs.ts";
import { sqliteTables } from "../support/table.ts";

const tables = sqliteTables();
afterAll(() => tables.stop());

const T = Date.UTC(2026, 10, 20);
const baseline = baselineOf(estate());

const planned = async (newest: Catalog, asked: PlanFor) => {
  const store = openStore(await tables.fresh(), { now: () => T });
  await store.snapshots.save(cluster, newest, T);
  return planOf(store, cluster, asked, T, { prove: async () => notProven(["nobody tried"]) });
};

describe("a plan for one role", () => {
  it("is refused where nobody has the name: it would find no differences", async () => {
    await expect(planned(estate(), { baseline, role: "app_or" })).rejects.toMatchObject({
      code: "not-found",
      message: "neither the newest snapshot nor the baseline has a role app_or",
    });
  });

  it("is made for a role that only the baseline has", async () => {
    const gone = estate({
      roles: [role(10, "admin", { createRole: true }), role(101, "app_rw")],
      memberships: [],
      mappings: [],
      relations: [table(1000, "orders"), table(1001, "payments")],
    });
    const { ends } = await planned(gone, { baseline, role: "app_ro" });
    expect(ends).toContainEqual({ id: null, title: "role app_ro does not exist" });
  });

  it("is quiet about the rest where all was read", async () => {
    const { ends, notes } = await planned(estate(), { baseline, role: "app_ro" });
    expect({ ends, notes }).toEqual({ ends: [], notes: [] });
  });
});

describe("a plan where something could not be read", () => {
  it.each(["app_ro", null])("says that there may be more differences (%s)", async (one) => {
    const { ends, notes } = await planned(estate({ functions: "unreadable" }), { baseline, role: one });
    expect({ ends, notes }).toEqual({
      ends: [],
      notes: ["There may be more differences: functions: not known, for permission denied."],
    });
  });

  it("says that more roles may be concerned where nobody can tell what the plan changes", async () => {
    const { plan, notes } = await planned(estate({ roles: "unreadable" }), { baseline, role: null });
    expect(plan.expected).toBeNull();
    expect(notes.join("\n")).toContain("more roles, and who uses them, may be concerned");
  });
});
