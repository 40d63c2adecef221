// What privileges can be on, and who holds them by an ACL that nobody wrote.
import { describe, expect, it } from "vitest";
import { accessEngine } from "../../../lib/core/privileges/effective.ts";
import { acl, catalog, publicSchema, role, table } from "../../support/catalogs.ts";

describe("a column with an ACL of its own", () => {
  it.each(["r", "S"] as const)("gives the owner no more than the relation's default does (%s)", (kind) => {
    const engine = accessEngine(
      catalog({
        roles: [role(10, "admin"), role(100, "app_ro")],
        schemas: [publicSchema],
        relations: [table(1000, "orders", { kind })],
        columns: [{ relation: 1000, number: 1, name: "id", acl: acl("100=r/10") }],
      }),
    );
    const rows = [...engine.rows()].filter((row) => row.kind === "column");
    expect(rows.map(({ role: who, privilege }) => `${who} ${privilege}`)).toEqual(["app_ro SELECT"]);
  });
});
