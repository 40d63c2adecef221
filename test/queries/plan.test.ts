// What a plan answers where little is known: a slip in a role's name, and what could not be read.
import { afterAll, describe, expect, it } from "vitest";
import { baselineOf } from "../../lib/core/baseline/baseline-of.ts";
import type { Catalog } from "../../lib/core/catalog/catalog.ts";
import type { IamFacts } from "../../lib/core/iam/facts.ts";
import { notProven } from "../../lib/core/remediation/proof.ts";
import { type PlanFor, planOf } from "../../lib/queries/plan.ts";
import { openStore } from "../../lib/store/open-store.ts";
import { cluster, estate, role, table } from "../support/catalogs.ts";
import { allow, iamFacts, policy } from "../support/iam-facts.ts";
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

describe("a plan for a baseline, on both walls", () => {
  const LEAVER = "arn:aws:iam::111122223333:role/leaver";
  const connects = { policies: [policy(allow({ Action: "dsql:DbConnect", Resource: cluster }))] };
  const withLeaver = (iam: IamFacts): Catalog => {
    const { mappings } = estate().sections;
    const rows = mappings.status === "read" ? mappings.rows : [];
    const [first] = rows;
    if (!first) throw new Error("the estate maps nobody");
    return { ...estate({ mappings: [...rows, { ...first, iamOid: 600, arn: LEAVER }] }), iam };
  };

  it("lets who is declared in, and who is not out, in IAM before the database", async () => {
    const iam = iamFacts({ roles: { leaver: connects, reader: {}, writer: connects } }, cluster);
    const { plan, ends } = await planned(withLeaver(iam), { baseline, role: null });
    expect(plan.doubts).toEqual([]);
    expect(plan.steps.map(({ wall, text }) => `${wall} ${text.slice(0, 46)}`)).toEqual([
      expect.stringMatching(/^iam aws iam delete-role-policy --role-name leaver/),
      expect.stringMatching(/^iam aws iam put-role-policy --role-name reader/),
      expect.stringMatching(/^sql AWS IAM REVOKE app_ro FROM/),
    ]);
    expect(ends.map(({ title }) => title)).toEqual(
      expect.arrayContaining([
        "IAM lets leaver connect (dsql:DbConnect), which is not declared",
        "IAM does not let reader connect (dsql:DbConnect), which is declared",
      ]),
    );
    expect(plan.inverse.at(-1)).toMatch(/^aws iam put-role-policy --role-name leaver/);
  });

  it("says that it is not known whom IAM lets in while the cluster's policy could not be read", async () => {
    const iam = iamFacts(
      { roles: { leaver: {}, reader: {}, writer: {} }, unreadPolicy: "access denied" },
      cluster,
    );
    const { plan, notes } = await planned(withLeaver(iam), { baseline, role: null });
    expect(plan.steps.map(({ wall }) => wall)).toEqual(["sql"]);
    expect(notes).toContain("There may be more differences: whether IAM lets leaver connect.");
  });
});

describe("a plan where something could not be read", () => {
  it("tells that whether or not it is tried, as no server could clear it", async () => {
    const unread = { status: "unreadable" as const, reason: "permission denied", code: "42501" };
    const dark: Catalog = { ...estate(), sections: { ...estate().sections, memberships: unread } };
    const { proof, plan } = await planned(dark, { baseline, role: null });
    expect(plan.doubts).toContain("the snapshot could not read memberships: permission denied");
    expect(proof).toEqual(notProven(plan.doubts));
  });

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
