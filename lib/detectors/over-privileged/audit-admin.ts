// A role that can switch Aurora DSQL's audit log off: before it does something, or after.
import * as z from "../../core/base/zod.ts";
import { isBuiltIn, type Since, seenInSnapshot, shownRole } from "../../core/findings/catalog-judgement.ts";
import { defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { databaseRole, membership } from "../../core/findings/example-catalog.ts";
import { type Case, type Example, exampleFacts } from "../../core/findings/example-facts.ts";
import { type RoleWay, roleWay } from "../../core/privileges/role-way.ts";
import { revokeMembershipSql } from "../../core/remediation/revoke-membership.ts";

const AUDIT_ADMIN = "pg_dsql_audit_admin";

type AuditAdminEvidence = {
  readonly path: readonly string[];
  readonly how: RoleWay["how"];
  readonly since: Since;
};

const howWords = {
  inherits: "",
  "set-role": " after SET ROLE",
  "admin-option": " after granting itself the role (ADMIN OPTION)",
} as const satisfies Record<RoleWay["how"], string>;

export const auditAdmin = /* @__PURE__ */ defineDetector({
  id: "audit-admin",
  category: "over-privileged",
  title: "Role that can switch the audit log off",
  short: "Can switch the audit log off",
  severity: "high",
  life: "state",
  docs: {
    why: "The audit log shows which statements were run. Whoever can switch it off can work unseen, and nothing in the database shows that it was off.",
    fix: "REVOKE pg_dsql_audit_admin from the role, or the membership that it comes through.",
    falsePositives: "A role that exists for the audit log alone: exempt the finding with an owner.",
    blindSpots:
      "admin can do the same and is not found: see who connects as admin. This detector does not see whether the log was switched off.",
  },
  evidence: {
    path: "Path",
    how: { label: "How", hidden: true },
    since: { label: "Since", hidden: true },
  },
  options: z.object({}),
  needs: ["roles", "memberships"],
  detect: (view): readonly Judgement<AuditAdminEvidence>[] => {
    const engine = view.privileges.engine();
    const target = engine?.graph.idOfName.get(AUDIT_ADMIN);
    if (!engine || target === undefined) return [];
    return view.once(engine, () => {
      const { since, times } = seenInSnapshot(view);
      const admin = engine.graph.idOfName.get("admin");
      return engine.graph.roles.flatMap((self, id): Judgement<AuditAdminEvidence>[] => {
        const way = isBuiltIn(engine, self) ? undefined : roleWay(engine, id, target);
        // Through admin it has far more: admin-membership tells that.
        if (!way || (way.roles.length > 2 && !self.canLogin)) return [];
        if (admin !== undefined && way.roles.slice(1, -1).includes(admin)) return [];
        const path = way.roles.map((each) => engine.graph.roles[each]?.name ?? "");
        const oids = way.roles.slice(1).map((each) => engine.graph.roles[each]?.oid);
        const between = path.slice(1, -1).map(shownRole);
        return [
          {
            subject: { role: self.name, roleOid: self.oid, facet: `audit-log:${oids.join(">")}` },
            title: `${shownRole(self.name)} can switch the audit log off${howWords[way.how]}: member of ${AUDIT_ADMIN}${between.length ? ` through ${between.join(" and ")}` : ""}`,
            evidence: { path, how: way.how, since },
            ...times,
            fix: revokeMembershipSql(engine, path[1] ?? AUDIT_ADMIN, self),
          },
        ];
      });
    });
  },
});

export const cases = (): Case[] => {
  const roles = [
    databaseRole(10, "admin"),
    databaseRole(100, "orders_app"),
    databaseRole(101, "watchers", { canLogin: false }),
    databaseRole(102, AUDIT_ADMIN, { canLogin: false }),
  ];
  const facts = (memberships: NonNullable<Example["catalog"]>["memberships"]) =>
    exampleFacts({ catalog: { roles, ...(memberships && { memberships }) } });
  return [
    { name: "fires for a member", facts: facts([membership(102, 100)]), expect: ["orders_app"] },
    {
      name: "fires for a group, and for who can log in by it",
      facts: facts([membership(102, 101), membership(101, 100)]),
      expect: ["orders_app", "watchers"],
    },
    {
      name: "fires for a member that has to SET ROLE first",
      facts: facts([membership(102, 100, { inherit: false })]),
      expect: ["orders_app"],
    },
    {
      name: "is quiet for admin, and for a role that admin may have",
      facts: facts([membership(102, 10), membership(100, 10)]),
      expect: [],
    },
    {
      name: "is quiet for a membership that has none of the three options",
      facts: facts([membership(102, 100, { inherit: false, set: false })]),
      expect: [],
    },
    { name: "is quiet while memberships could not be read", facts: facts("permission denied"), expect: [] },
    { name: "clears when the membership is revoked", facts: facts([]), expect: [] },
  ];
};
