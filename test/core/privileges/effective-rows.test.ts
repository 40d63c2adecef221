// The row of a privilege that is held only after SET ROLE.
import { describe, expect, it } from "vitest";
import type { Membership } from "../../../lib/core/catalog/catalog.ts";
import { accessEngine } from "../../../lib/core/privileges/effective.ts";
import { acl, catalog, role, table } from "../../support/catalogs.ts";

const setOnly = (of: number, who: number): Membership => ({
  role: of,
  member: who,
  grantor: 10,
  admin: false,
  inherit: false,
  set: true,
});

describe("a privilege after SET ROLE", () => {
  const engine = (usage: string) =>
    accessEngine(
      catalog({
        roles: [role(10, "boss"), role(100, "app"), role(101, "first"), role(102, "second")],
        memberships: [setOnly(101, 100), setOnly(102, 100)],
        schemas: [{ oid: 2000, name: "s", owner: 10, acl: acl("10=UC/10", usage) }],
        relations: [table(1000, "t", { schema: 2000, acl: acl("101=r/10", "102=r/10") })],
      }),
    );
  const rowOf = (usage: string) =>
    [...engine(usage).rows()].find(
      (row) => row.role === "app" && row.object === "t" && row.privilege === "SELECT",
    );

  it("shows the path of an acting role that can use it", () => {
    expect(rowOf("102=U/10")).toMatchObject({ holds: "set-role", usable: true, path: ["app", "second"] });
    expect(rowOf("101=U/10")).toMatchObject({ holds: "set-role", usable: true, path: ["app", "first"] });
  });

  it("shows the shortest path where no acting role can use it", () => {
    expect(rowOf("10=U/10")).toMatchObject({ holds: "set-role", usable: false, path: ["app", "first"] });
  });
});
