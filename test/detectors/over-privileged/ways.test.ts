// Ways to more that a reader has without a write privilege of its own: superusers, the server's powers, roles it may take.
import { describe, expect, it } from "vitest";
import type { Catalog } from "../../../lib/core/catalog/catalog.ts";
import { exampleFacts } from "../../../lib/core/findings/example-facts.ts";
import type { Facts } from "../../../lib/core/findings/facts.ts";
import { judgeWith } from "../../../lib/core/findings/judge.ts";
import { auditView } from "../../../lib/core/findings/view.ts";
import { privilegeExceedsArchetype } from "../../../lib/detectors/over-privileged/privilege-exceeds-archetype.ts";
import { acl, catalog, publicSchema, role, table } from "../../support/catalogs.ts";

const judge = judgeWith([privilegeExceedsArchetype]);
const found = (of: Catalog, on: "postgres" | "dsql" = "postgres") => {
  const plain = exampleFacts({});
  const named = on === "dsql" ? of : { ...of, cluster: "postgres://localhost/app" as typeof of.cluster };
  const facts: Facts = { ...plain, snapshot: { catalog: named, takenAt: plain.now, seq: 1 } };
  return judge(auditView(facts)).observations.map(({ title, severity }) => `${severity}: ${title}`);
};
const member = (of: number, who: number, more = {}) => ({
  role: of, member: who, grantor: 10, admin: false, inherit: true, set: true, ...more,
}); // biome-ignore format: one glance
const only = { inherit: false, set: false, admin: true };
const roles = [role(10, "admin"), role(100, "app_ro"), role(101, "backup_agent"), role(102, "writers")];
const orders = table(1000, "orders", { acl: acl("10=arwdDxt/10", "102=a/10", "101=d/10", "100=t/10") });
const base = { roles, schemas: [{ ...publicSchema, acl: acl("0=U/10") }], relations: [orders] };

describe("a reader's other ways", () => {
  it("is medium at most for a name that only sounds like reading, and TRIGGER counts where there are triggers", () => {
    expect(found(catalog(base)).toSorted()).toEqual([
      "high: app_ro can run code by a TRIGGER as whoever writes public.orders",
      "medium: backup_agent can DELETE from public.orders",
    ]);
    expect(found(catalog(base), "dsql")).toEqual(["medium: backup_agent can DELETE from public.orders"]);
  });

  it("tells ADMIN OPTION on a role that can write, and the server's powers where there are any", () => {
    const more = catalog({
      ...base,
      relations: [table(1000, "orders", { acl: acl("10=arwdDxt/10", "102=a/10") })],
      roles: [...roles, role(4571, "pg_execute_server_program"), role(4580, "pg_dsql_audit_admin")],
      memberships: [member(102, 100, only), member(4571, 100), member(4580, 100)],
    });
    const [adminOption, auditLog] = [
      "medium: app_ro can grant itself role writers, which can write (ADMIN OPTION)",
      "high: app_ro can switch the audit log on and off (pg_dsql_audit_admin)",
    ];
    expect(found(more).toSorted()).toEqual([
      "critical: app_ro can run programs as the database server (pg_execute_server_program), as good as superuser",
      auditLog,
      adminOption,
    ]);
    expect(found(more, "dsql").toSorted()).toEqual([auditLog, adminOption]);
  });
});
