// A finding about the auditor itself: the database role that it logs in as has more than setup-sql gives it.

import { ADMIN } from "../../core/activity/admin-logins.ts";
import { withoutPath } from "../../core/base/ids.ts";
import { visible } from "../../core/base/visible-text.ts";
import * as z from "../../core/base/zod.ts";
import { isDsql, type Role } from "../../core/catalog/catalog.ts";
import { auditorMappings } from "../../core/findings/auditor-mappings.ts";
import { type Since, seenInSnapshot, shownRole, someOf } from "../../core/findings/catalog-judgement.ts";
import { type DetectorView, defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { databaseRole, membership } from "../../core/findings/example-catalog.ts";
import { type Case, type Example, exampleFacts } from "../../core/findings/example-facts.ts";
import type { MappingSubject } from "../../core/findings/view-mappings.ts";
import { sha256 } from "../../core/history/chunk.ts";
import type { AccessEngine } from "../../core/privileges/effective.ts";
import { remark } from "../../core/remediation/script.ts";
import { revokeMappingSql } from "../../core/sql/statements.ts";
import type { Excess } from "./holds-more/attributes.ts";
import { excessOf, groupOf, groups } from "./holds-more/excess.ts";

const SHOWN = 20;
const NAMED = 200;

/** What an exemption accepts: each by its name; of very many the rest by one that changes with any of them. */
const grantsIn = (holds: readonly string[]): readonly string[] =>
  holds.length <= NAMED
    ? holds
    : [...holds.slice(0, NAMED), `${holds.length - NAMED} more: ${sha256(holds.slice(NAMED).join("\n"))}`];

type MoreEvidence = {
  readonly holds: readonly string[];
  readonly holdsCount: number;
  readonly how: string;
  readonly mappedTo: string;
  readonly alsoUsedBy: readonly string[];
  readonly since: Since;
};

/** A role that the auditor may log in as. */
type Login = {
  readonly mapping: MappingSubject;
  readonly self: Role;
  readonly excess: readonly Excess[];
  /** Other principals that log in as it. */
  readonly others: readonly string[];
};

const loginsOf = (view: DetectorView, engine: AccessEngine): Login[] =>
  auditorMappings(view.mappings, view.activity.auditor).flatMap((mapping): Login[] => {
    const self = engine.graph.roles[engine.graph.idOf.get(mapping.roleOid) ?? -1];
    // What it may do as admin is for audit-as-admin to say.
    if (!self || (self.name === ADMIN && isDsql(engine.catalog))) return [];
    const others = view.mappings.standing
      .filter(
        ({ principal, roleOid }) =>
          roleOid === self.oid && withoutPath(principal) !== withoutPath(mapping.principal),
      )
      .map(({ principal }) => principal);
    const known = view.once(engine, () => new Map<number, readonly Excess[]>());
    const excess = known.get(self.oid) ?? excessOf(engine, self);
    known.set(self.oid, excess);
    return [{ mapping, self, excess, others: [...new Set(others)] }];
  });

const judge = (
  view: DetectorView,
  { mapping, self, others }: Login,
  found: Pick<Excess, "facet" | "grave" | "holds" | "how"> & { readonly title: string; readonly fix: string },
): Judgement<MoreEvidence> => {
  const { since, times } = seenInSnapshot(view);
  return {
    subject: { role: self.name, roleOid: self.oid, facet: found.facet },
    title: found.title,
    severity: found.grave ? "high" : "medium",
    evidence: {
      holds: found.holds.slice(0, SHOWN),
      holdsCount: found.holds.length,
      how: found.how,
      mappedTo: mapping.principal,
      alsoUsedBy: others.slice(0, SHOWN),
      since,
    },
    ...times,
    fix: found.fix,
    grants: grantsIn(found.holds),
  };
};

/** It is not the auditor's own: what it holds is for others, and taken from the auditor by taking the mapping. */
const judgeOthersRole = (
  view: DetectorView,
  login: Login,
  kept: string | undefined,
): Judgement<MoreEvidence> => {
  const { mapping, self, excess, others } = login;
  const holds = excess.flatMap((one) => one.holds);
  const first =
    kept === undefined
      ? "First give the auditor a role of its own, as `dsql-audit setup-sql` prints, and name it as auditorUser."
      : `See first that the auditor logs in as ${kept}: the parameter auditorUser names its role.`;
  return judge(view, login, {
    facet: "mapping",
    title: `The auditor ${kept === undefined ? "logs in" : "may also log in"} as ${shownRole(self.name)}${others.length ? ", as others do" : ""}: it ${excess[0]?.says}${excess.length > 1 ? ", and more" : ""}`,
    grave: excess.some(({ grave }) => grave),
    holds,
    how: others.length
      ? `by its mapping to a role that ${someOf(others.map((one) => visible(one, 100)))} may log in as, too`
      : "by a second mapping of its principal",
    fix: `${remark(first)}\n${revokeMappingSql(self.name, mapping.principal)}`,
  });
};

const judgeOwnRole = (view: DetectorView, login: Login): Judgement<MoreEvidence>[] =>
  login.excess.map(({ says, fix, ...more }) =>
    judge(view, login, {
      ...more,
      title: `The auditor's role ${shownRole(login.self.name)} ${says}`,
      fix: view.brief ? "" : fix(),
    }),
  );

export const auditorHoldsMore = /* @__PURE__ */ defineDetector({
  id: "auditor-holds-more",
  category: "coverage",
  title: "The auditor's own database role has more than it needs",
  short: "Auditor has more than needed",
  severity: "medium",
  life: "state",
  docs: {
    why: "The auditor reads the catalog and nothing else. Its role needs LOGIN and a mapping, and no grant. Whatever it has beyond that, whoever gets hold of the auditor's credentials or changes its code has too, in every cluster where it was given.",
    fix: "Run the statements as admin: they leave the role with what `dsql-audit setup-sql` prints. If the role is not the auditor's alone, give the auditor one of its own, and take this mapping away.",
    falsePositives:
      "A grant that somebody made so that the auditor can read the mappings is known and not found: SELECT on sys.iam_pg_role_mappings. For any other that is meant, exempt the finding with its reason.",
    blindSpots:
      "The role is found by the mappings of the auditor's own principal. Where these cannot be read, or name no role, nothing is said. What everybody has (PUBLIC) is for public-access, and a login as admin for audit-as-admin. On the database and in system schemas Aurora DSQL lets nobody grant, so grants on the database and on these schemas are left out there.",
  },
  evidence: {
    holds: "Has beyond its needs",
    holdsCount: "In all",
    how: "How",
    mappedTo: "Mapped to",
    alsoUsedBy: { label: "Others who log in as it", whenEmpty: "nobody" },
    since: { label: "Since", hidden: true },
  },
  options: z.object({}),
  needs: ["auditorRole", "mappings", "roles", "memberships", "schemas", "relations", "columns"],
  // What could not be read may hide what was found before: it is neither confirmed nor gone.
  unjudgedFacets: (view) => {
    const doubts = (view.privileges.engine()?.objects ?? []).filter(({ doubt }) => doubt !== 0).map(groupOf);
    const hidden = groups.filter(
      (group) => (group !== "tables" && view.missing(group) !== undefined) || doubts.includes(group),
    );
    return [
      ...hidden.flatMap((group) => [`owner:${group}`, `grant:${group}`]),
      ...(view.missing("defaultPrivileges") === undefined ? [] : ["default"]),
      // A role of others was judged by all of it.
      ...(hidden.length || view.missing("defaultPrivileges") !== undefined ? ["mapping"] : []),
    ];
  },
  detect: (view): readonly Judgement<MoreEvidence>[] => {
    const engine = view.privileges.engine();
    if (!engine) return [];
    const logins = loginsOf(view, engine);
    const own = logins.find(({ excess, others }) => excess.length === 0 && others.length === 0);
    return logins
      .filter(({ excess }) => excess.length > 0)
      .flatMap((login) =>
        own || login.others.length
          ? [judgeOthersRole(view, login, own?.self.name)]
          : judgeOwnRole(view, login),
      );
  },
});

export const cases = (): Case[] => {
  const admin = databaseRole(10, "admin", { createRole: true });
  const auditor = databaseRole(20_000, "dsql_auditor");
  const app = databaseRole(20_001, "orders_app");
  type Items = readonly (readonly [number, string])[];
  const acl = (...items: Items) => ({
    entries: items.map(([grantee, privileges]) => ({ grantee, grantor: 10, privileges, grantable: "" })),
    unknown: [],
  });
  const schema = { oid: 16_500, name: "shop", owner: 10, acl: acl([0, "U"]) };
  const table = (...items: Items) => ({
    ...{ oid: 300, schema: 16_500, name: "orders", kind: "r" as const, owner: 10 },
    acl: acl(...items),
  });
  const own = { to: "Auditor", role: "dsql_auditor" };
  const facts = (
    catalog: Example["catalog"],
    { role = auditor, ...more }: Partial<Example> & { readonly role?: typeof auditor } = {},
  ) =>
    exampleFacts({
      catalog: { roles: [admin, role, app], schemas: [schema], ...catalog },
      mappings: [own],
      own: {},
      ...more,
    });
  const reads = { relations: [table([20_000, "r"])] };
  const sys = { oid: 16_400, name: "sys", owner: 10, acl: acl([0, "U"], [20_000, "U"]) };
  const view = { ...table([20_000, "r"]), schema: 16_400, name: "iam_pg_role_mappings", kind: "v" as const };
  return [
    {
      name: "fires for a grant of SELECT to the auditor's role",
      facts: facts(reads),
      expect: ["dsql_auditor"],
    },
    {
      name: "fires once for all its grants, and for each membership",
      facts: facts({
        relations: [table([20_000, "rawd"]), { ...table([20_000, "r"]), oid: 301, name: "items" }],
        memberships: [membership(20_001, 20_000), membership(10, 20_000)],
      }),
      expect: ["dsql_auditor", "dsql_auditor", "dsql_auditor"],
    },
    {
      name: "fires for what it owns, may create in, and will get",
      facts: facts({
        schemas: [{ ...schema, acl: acl([20_000, "UC"]) }],
        relations: [{ ...table(), owner: 20_000 }],
        defaultPrivileges: [{ oid: 700, role: 20_001, schema: 0, objectType: "r", acl: acl([20_000, "r"]) }],
      }),
      expect: ["dsql_auditor", "dsql_auditor", "dsql_auditor"],
    },
    {
      name: "fires for CREATEROLE",
      facts: facts({}, { role: { ...auditor, createRole: true } }),
      expect: ["dsql_auditor"],
    },
    {
      name: "fires for a role of others that the auditor is mapped to as well",
      facts: facts(
        { relations: [table([20_001, "w"])] },
        { mappings: [own, { to: "Auditor", role: "orders_app" }, { to: "Orders", role: "orders_app" }] },
      ),
      expect: ["orders_app"],
    },
    { name: "is quiet for what setup-sql gives", facts: facts({}), expect: [] },
    {
      name: "is quiet for the grant on the mappings that people are told to try",
      facts: facts({ schemas: [schema, sys], relations: [view] }),
      expect: [],
    },
    {
      name: "is quiet for what everybody may do",
      facts: facts({ relations: [table([0, "ra"])] }),
      expect: [],
    },
    {
      name: "is quiet for what others hold",
      facts: facts({ relations: [table([20_001, "rawd"])] }),
      expect: [],
    },
    {
      name: "is quiet for the right to connect as admin, which is another finding",
      facts: facts({}, { asAdmin: "read" }),
      expect: [],
    },
    {
      name: "is quiet while no role is mapped to the auditor",
      facts: facts(reads, { mappings: [{ to: "Orders", role: "dsql_auditor" }] }),
      expect: [],
    },
    {
      name: "is quiet while the mappings could not be read",
      facts: facts({ ...reads, mappings: "permission denied" }),
      expect: [],
    },
    {
      name: "is quiet while the tables could not be read",
      facts: facts({ relations: "permission denied" }),
      expect: [],
    },
    {
      name: "clears when the grant is revoked",
      facts: facts({ relations: [table([20_001, "r"])] }),
      expect: [],
    },
  ];
};
