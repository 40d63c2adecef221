// The text of a plan: what cannot be taken back stands before the steps.
import { expect, it } from "vitest";
import { sayPlan } from "../../../cli/findings/plan-text.ts";
import type { Io } from "../../../cli/io.ts";
import { planFor } from "../../../lib/core/remediation/plan.ts";
import { notProven } from "../../../lib/core/remediation/proof.ts";
import { acl, catalog, publicSchema, role, table } from "../../support/catalogs.ts";

it("says what no statement takes back before the first step, with its number and why", () => {
  const before = catalog({
    roles: [role(10, "owner", { superuser: true }), role(11, "admin"), role(100, "app")],
    memberships: [{ role: 100, member: 11, grantor: 10, admin: true, inherit: true, set: true }],
    schemas: [{ ...publicSchema, acl: acl("10=UC/10", "11=UC/10", "0=U/10") }],
    relations: [table(300, "orders", { owner: 100 })],
    database: [{ oid: 5, name: "postgres", owner: 10, acl: null }],
  });
  const plan = planFor(before, [
    {
      id: "a",
      title: "a finding",
      fix: "ALTER ROLE app NOLOGIN;\nALTER TABLE public.orders OWNER TO admin;",
    },
  ]);
  let said = "";
  const out = { write: (text: string) => (said += text), isTTY: false, columns: 80 };
  const io = { stdout: out, stderr: out, env: {} } as unknown as Io;
  sayPlan(io, {
    ...{ plan, proof: notProven(plan.doubts), ends: [], usedBy: [], usedDays: 90, notes: [] },
    snapshot: { seq: 1, takenAt: 0 },
  });
  expect(said.replaceAll(/\s+/g, " ")).toContain(
    "Not all of this can be taken back Step 2: app cannot be made the owner of table public.orders again: Aurora DSQL asks for CREATE on schema public, and takes no GRANT on it. Steps 1 ALTER ROLE app",
  );
  expect(said).toContain("The way back, as far as there is one\n     ALTER ROLE app WITH LOGIN;");
});
