// A role that has all that an administrator has: by membership in admin, in a superuser, or in a powerful predefined role.
import * as z from "../../core/base/zod.ts";
import type { Role } from "../../core/catalog/catalog.ts";
import {
  declaredAs,
  isBuiltIn,
  isToldAsReader,
  type Since,
  seenInSnapshot,
  shownRole,
} from "../../core/findings/catalog-judgement.ts";
import { type DetectorView, defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { databaseRole, membership } from "../../core/findings/example-catalog.ts";
import { type Case, type Example, exampleFacts } from "../../core/findings/example-facts.ts";
import type { AccessEngine } from "../../core/privileges/effective.ts";
import type { RoleId } from "../../core/privileges/effective-graph.ts";
import { type Power, powerfulRoles } from "../../core/privileges/powerful-roles.ts";
import { type RoleWay, roleWay } from "../../core/privileges/role-way.ts";
import { revokeMembershipSql } from "../../core/remediation/revoke-membership.ts";

type AdminEvidence = {
  readonly memberOf: string;
  readonly path: readonly string[];
  readonly how: RoleWay["how"];
  readonly canLogIn: boolean;
  readonly since: Since;
};

const howWords = {
  inherits: "",
  "set-role": " after SET ROLE",
  "admin-option": " after granting itself the role (ADMIN OPTION)",
} as const satisfies Record<RoleWay["how"], string>;

const judge = (
  view: DetectorView,
  engine: AccessEngine,
  self: Role,
  { name, can, severity }: Power,
  { roles, how }: RoleWay,
): Judgement<AdminEvidence> => {
  const { since, times } = seenInSnapshot(view);
  const path = roles.map((id) => engine.graph.roles[id]?.name ?? "");
  const between = path.slice(1, -1).map(shownRole);
  return {
    subject: {
      role: self.name,
      roleOid: self.oid,
      facet: `member:${roles
        .slice(1)
        .map((id) => engine.graph.roles[id]?.oid)
        .join(">")}`,
    },
    title: `${shownRole(self.name)} ${can}${howWords[how]}: member of ${shownRole(name)}${between.length ? ` through ${between.join(" and ")}` : ""}`,
    severity,
    evidence: { memberOf: name, path, how, canLogIn: self.canLogin, since },
    ...times,
    fix: revokeMembershipSql(engine, path[1] ?? name, self),
  };
};

/** Ways into powerful roles: each grant is told once at its member, and again at each role that can log in by it. */
const waysOf = (
  view: DetectorView,
  engine: AccessEngine,
  id: RoleId,
  self: Role,
): Judgement<AdminEvidence>[] => {
  const found = powerfulRoles(engine).flatMap((power) => {
    const way = power.id === id ? undefined : roleWay(engine, id, power.id, power);
    // What a reader can become is told by privilege-exceeds-archetype.
    const told = power.severity === "critical" && isToldAsReader(view, self.name);
    return !way || told || (way.roles.length > 2 && !self.canLogin) ? [] : [{ power, way }];
  });
  // Who is as good as admin has what admin is a member of, too: the nearest one says it.
  return found
    .filter(({ way }) => !found.some((other) => way.roles.slice(1, -1).includes(other.power.id)))
    .map(({ power, way }) => judge(view, engine, self, power, way));
};

export const adminMembership = /* @__PURE__ */ defineDetector({
  id: "admin-membership",
  category: "over-privileged",
  title: "Role with the powers of an administrator",
  short: "Powers of an administrator",
  severity: "high",
  life: "state",
  docs: {
    why: "Such a membership gives access to everything, and no table's grants show it. Whoever takes over the role needs nothing else.",
    fix: "REVOKE the membership, and GRANT the few privileges that the role needs.",
    falsePositives:
      "Administrators who log in under their own role: declare the role as admin, or exempt the finding. A backup that must read all data: exempt it.",
    blindSpots:
      "A role that is a superuser itself is not found: see the list of roles. pg_dsql_audit_admin is covered by audit-admin. Predefined roles of later PostgreSQL releases are not known.",
  },
  evidence: {
    memberOf: "Member of",
    path: "Path",
    how: { label: "How", hidden: true },
    canLogIn: { label: "Can log in", whenEmpty: "no, but its members have it" },
    since: { label: "Since", hidden: true },
  },
  options: z.object({}),
  needs: ["roles", "memberships"],
  detect: (view): readonly Judgement<AdminEvidence>[] => {
    const engine = view.privileges.engine();
    if (!engine) return [];
    return view.once(engine, () =>
      engine.graph.roles.flatMap((self, id) =>
        isBuiltIn(engine, self) || declaredAs(view, self.name) === "admin"
          ? []
          : waysOf(view, engine, id, self),
      ),
    );
  },
});

export const cases = (): Case[] => {
  const roles = [
    databaseRole(10, "admin"),
    databaseRole(100, "orders_app"),
    databaseRole(101, "keepers", { canLogin: false }),
    databaseRole(102, "boss", { superuser: true }),
    databaseRole(103, "pg_read_all_data", { canLogin: false }),
    databaseRole(104, "writers", { canLogin: false }),
  ];
  const facts = (
    memberships: NonNullable<Example["catalog"]>["memberships"],
    declared: Example["declared"] = {},
  ) => exampleFacts({ catalog: { roles, ...(memberships && { memberships }) }, declared });
  return [
    { name: "fires for a member of admin", facts: facts([membership(10, 100)]), expect: ["orders_app"] },
    {
      name: "fires for a member of a superuser that can SET ROLE",
      facts: facts([membership(102, 100, { inherit: false })]),
      expect: ["orders_app"],
    },
    {
      name: "fires for a member of pg_read_all_data",
      facts: facts([membership(103, 100)]),
      expect: ["orders_app"],
    },
    {
      name: "fires for a group and for who can log in by it",
      facts: facts([membership(10, 101), membership(101, 100)]),
      expect: ["keepers", "orders_app"],
    },
    { name: "is quiet for an ordinary group", facts: facts([membership(104, 100)]), expect: [] },
    {
      name: "is quiet for a membership that has none of the three options",
      facts: facts([membership(10, 100, { inherit: false, set: false })]),
      expect: [],
    },
    {
      name: "is quiet for admin itself, which every role may be granted to",
      facts: facts([membership(100, 10, { admin: true }), membership(103, 10)]),
      expect: [],
    },
    {
      name: "is quiet where the role is declared as admin",
      facts: facts([membership(10, 100)], { orders_app: "admin" }),
      expect: [],
    },
    { name: "is quiet while memberships could not be read", facts: facts("permission denied"), expect: [] },
    { name: "clears when the membership is revoked", facts: facts([]), expect: [] },
  ];
};
