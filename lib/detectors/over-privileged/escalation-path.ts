// A role that can get more than it holds: a role that it can grant itself, a function or a trigger that runs as another.
import { visible } from "../../core/base/visible-text.ts";
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
import type { Severity } from "../../core/findings/finding.ts";
import type { AccessEngine } from "../../core/privileges/effective.ts";
import type { RoleId } from "../../core/privileges/effective-graph.ts";
import type { AccessObject } from "../../core/privileges/effective-objects.ts";
import { escalations } from "../../core/privileges/escalation.ts";
import type { Escalation } from "../../core/privileges/escalation-way.ts";
import { objectText } from "../../core/privileges/find-object.ts";
import { writeAccess } from "../../core/privileges/write-access.ts";
import { revokeMembershipSql } from "../../core/remediation/revoke-membership.ts";
import { revokePrivilegeSql } from "../../core/remediation/revoke-privilege.ts";
import { noCreateRoleSql } from "../../core/sql/statements.ts";

type EscalationEvidence = {
  readonly how: Escalation["how"];
  readonly target: string;
  readonly runsAs: string | null;
  readonly path: readonly string[];
  readonly since: Since;
};

/** One way to more: what it is called, and what makes it another one. */
type Told = {
  readonly says: string;
  readonly severity: Severity;
  readonly facet: string;
  readonly fix?: string;
};

const oidOf = (engine: AccessEngine, name: string): number =>
  engine.graph.roles[engine.graph.idOfName.get(name) ?? -1]?.oid ?? 0;

const chainOf = (engine: AccessEngine, { path, target, kind }: Escalation): string =>
  [...path.slice(1), ...(kind === "role" && path.at(-1) !== target ? [target] : [])]
    .map((name) => oidOf(engine, name))
    .join(">");

const hasAnything = (engine: AccessEngine, name: string): boolean => {
  const id = engine.graph.idOfName.get(name);
  if (id === undefined) return true;
  const { superuser, owned, direct, inherited } = writeAccess(engine, id);
  return superuser || owned.length > 0 || direct.some(({ path }) => !path.everybody) || inherited.size > 0;
};

const ofRole = (engine: AccessEngine, self: Role, it: Escalation): Told | undefined => {
  const target = shownRole(it.target);
  const chain = chainOf(engine, it);
  const hop = it.path[1] ?? it.target;
  const fix = it.path.length > 1 ? revokeMembershipSql(engine, hop, self) : undefined;
  if (it.how === "admin-option") {
    const severity = it.superuser ? "critical" : hasAnything(engine, it.target) ? "high" : "medium";
    return {
      says: `can grant itself role ${target} (ADMIN OPTION)`,
      severity,
      facet: `admin-option:${chain}`,
      ...(fix !== undefined && { fix }),
    };
  }
  if (it.how !== "create-role") return undefined;
  const own = it.target === self.name;
  return {
    says: own ? "can make roles (CREATEROLE)" : `can get role ${target} by CREATEROLE`,
    severity: it.superuser ? "critical" : "high",
    facet: `create-role:${chain}`,
    fix: fix ?? noCreateRoleSql(self.name),
  };
};

/** The first object of a kind and a text. */
type Named = ReadonlyMap<string, AccessObject>;
const nameOf = (kind: string, text: string): string => `${kind} ${text}`;
const namedIn = ({ objects }: AccessEngine): Named =>
  new Map(objects.toReversed().map((object) => [nameOf(object.kind, objectText(object)), object]));

const ofObject = (engine: AccessEngine, named: Named, self: Role, it: Escalation): Told | undefined => {
  // What everybody can do is told of everybody, by public-access.
  if (it.path.at(-1) === "PUBLIC") return undefined;
  const object = named.get(nameOf(it.kind, it.target));
  if (!object) return undefined;
  const target = visible(it.target, 100);
  const facet = `${it.how}:${object.kind}:${object.oid}:${chainOf(engine, it)}`;
  const [, hop] = it.path;
  const privilege = it.privileges[0] ?? "EXECUTE";
  const fix =
    hop === undefined
      ? revokePrivilegeSql(engine, object, privilege, self)
      : revokeMembershipSql(engine, hop, self);
  switch (it.how) {
    case "security-definer":
      return {
        says: `can run ${target} with the rights of ${shownRole(it.as ?? "its owner")}`,
        // Such functions are made to lend rights: only a superuser's are more than that by themselves.
        severity: it.superuser ? "high" : "low",
        facet,
        fix,
      };
    case "trigger":
      return {
        says: `can run code by a TRIGGER on ${target} as whoever writes there`,
        severity: "medium",
        facet,
        fix,
      };
    case "system-object":
      return {
        says: `has ${it.privileges.join(", ")} on ${target} of the system`,
        severity: "medium",
        facet,
        fix,
      };
    case "ownership": {
      const holder = it.path.at(-1) ?? "";
      const [member, group] = [self.name, holder].map((name) => engine.graph.idOfName.get(name) ?? -1);
      // Who can become it is told by admin-membership.
      if (!it.superuser || engine.isMember(member ?? -1, group ?? -1, "SET")) return undefined;
      return {
        says: `owns what superuser ${shownRole(holder)} does, whose rights its code runs with`,
        severity: "critical",
        // One finding, however much the superuser owns.
        facet: `superuser-owner:${chainOf(engine, it)}`,
        fix,
      };
    }
    default:
      return undefined;
  }
};

const judgeRole = (
  view: DetectorView,
  engine: AccessEngine,
  named: Named,
  id: RoleId,
): Judgement<EscalationEvidence>[] => {
  const self = engine.graph.roles[id];
  if (!self) return [];
  const { since, times } = seenInSnapshot(view);
  const reader = isToldAsReader(view, self.name);
  const seen = new Set<string>();
  return escalations(engine, id).flatMap((it): Judgement<EscalationEvidence>[] => {
    const told = it.kind === "role" ? ofRole(engine, self, it) : ofObject(engine, named, self, it);
    // A way that begins with a group is told at the group, and at who can log in.
    if (!told || seen.has(told.facet) || (it.path.length > 2 && !self.canLogin)) return [];
    // What a reader can become or write by it is told by privilege-exceeds-archetype.
    const isToldThere =
      it.how === "admin-option" ||
      it.how === "trigger" ||
      it.how === "ownership" ||
      (it.kind === "role" && it.superuser);
    if (reader && isToldThere) return [];
    seen.add(told.facet);
    return [
      {
        subject: { role: self.name, roleOid: self.oid, facet: told.facet },
        title: `${shownRole(self.name)} ${told.says}${it.path.length > 2 ? ` through ${it.path.slice(1, -1).map(shownRole).join(" and ")}` : ""}`,
        severity: told.severity,
        evidence: { how: it.how, target: it.target, runsAs: it.as, path: it.path, since },
        ...times,
        ...(told.fix !== undefined && { fix: told.fix }),
      },
    ];
  });
};

export const escalationPath = /* @__PURE__ */ defineDetector({
  id: "escalation-path",
  category: "over-privileged",
  title: "Role that can get more privileges than it has",
  short: "Can get more privileges",
  severity: "medium",
  life: "state",
  docs: {
    why: "The privileges that a role has say little if it can take more by itself. No administrator is asked, and the list of its grants looks harmless.",
    fix: "REVOKE what opens the path: the membership with ADMIN OPTION, CREATEROLE, EXECUTE or TRIGGER.",
    falsePositives:
      "Functions with SECURITY DEFINER are made to lend a few rights, so those of an ordinary owner are low. A role that manages others on purpose: declare it as admin.",
    blindSpots:
      "Membership in admin or a superuser that the role can become is covered by admin-membership, grant options by grant-option, ownership and CREATE by ddl-in-application-role. Views that read with their owner's rights are listed by `dsql-audit escalations` only. What a function does is not read.",
  },
  evidence: {
    how: { label: "How", hidden: true },
    target: "Leads to",
    runsAs: { label: "With the rights of", whenEmpty: "" },
    path: "Path",
    since: { label: "Since", hidden: true },
  },
  options: z.object({}),
  needs: ["roles", "memberships", "schemas", "relations"],
  unjudgedFacets: (view) =>
    view.missing("functions") === undefined ? [] : ["security-definer:", "system-object:function:"],
  detect: (view): readonly Judgement<EscalationEvidence>[] => {
    const engine = view.privileges.engine();
    if (!engine) return [];
    return view.once(engine, () => {
      const named = namedIn(engine);
      return engine.graph.roles.flatMap((self, id) =>
        isBuiltIn(engine, self) || declaredAs(view, self.name) === "admin"
          ? []
          : judgeRole(view, engine, named, id),
      );
    });
  },
});

export const cases = (): Case[] => {
  const roles = [
    databaseRole(10, "admin", { createRole: true }),
    databaseRole(100, "orders_app"),
    databaseRole(101, "keeper"),
  ];
  const acl = (...items: readonly (readonly [number, string])[]) => ({
    entries: items.map(([grantee, privileges]) => ({ grantee, grantor: 101, privileges, grantable: "" })),
    unknown: [],
  });
  const schemas = [{ oid: 2200, name: "public", owner: 10, acl: acl([0, "U"]) }];
  const relations = [{ oid: 300, schema: 2200, name: "orders", kind: "r" as const, owner: 101, acl: null }];
  const f = (more: ReturnType<typeof acl>, securityDefiner = true) => ({
    oid: 500, schema: 2200, name: "f", identityArguments: "", kind: "f" as const, owner: 101, securityDefiner, acl: more,
  }); // biome-ignore format: one glance
  const facts = (catalog: Example["catalog"], declared: Example["declared"] = {}) =>
    exampleFacts({ catalog: { roles, schemas, relations, ...catalog }, declared });
  const canGrantItself = membership(101, 100, { admin: true, inherit: false, set: false });
  return [
    {
      name: "fires for ADMIN OPTION on a role that it does not have",
      facts: facts({ memberships: [canGrantItself] }),
      expect: ["orders_app"],
    },
    {
      name: "fires for CREATEROLE",
      facts: facts({
        roles: [databaseRole(10, "admin"), databaseRole(100, "orders_app", { createRole: true })],
      }),
      expect: ["orders_app"],
    },
    {
      name: "fires for a function that runs with the rights of an owner who has more",
      facts: facts({ functions: [f(acl([100, "X"]))] }),
      expect: ["orders_app"],
    },
    {
      name: "fires for a reader's function that runs with the rights of a superuser",
      facts: facts({
        roles: [databaseRole(100, "orders_ro"), databaseRole(101, "keeper", { superuser: true })],
        functions: [f(acl([100, "X"]))],
      }),
      expect: ["orders_ro"],
    },
    {
      name: "is quiet for a function that runs as its caller, and for one that everybody may call",
      facts: facts({ functions: [f(acl([100, "X"]), false), { ...f(acl([0, "X"])), oid: 501, name: "g" }] }),
      expect: [],
    },
    {
      name: "is quiet for admin, which can grant itself every role",
      facts: facts({ memberships: [membership(100, 10, { admin: true, inherit: false, set: false })] }),
      expect: [],
    },
    {
      name: "is quiet where the role is declared to manage access",
      facts: facts({ memberships: [canGrantItself] }, { orders_app: "admin" }),
      expect: [],
    },
    {
      name: "is quiet while memberships could not be read",
      facts: facts({ memberships: "permission denied" }),
      expect: [],
    },
    { name: "clears when the membership is revoked", facts: facts({ memberships: [] }), expect: [] },
  ];
};
