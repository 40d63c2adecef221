// A role that nobody has used for the whole window, by any mapping or membership; admin and who connected as it as well.
import { ADMIN } from "../../core/activity/admin-logins.ts";
import { Cluster } from "../../core/base/ids.ts";
import { HOUR, iso } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import { isDsql } from "../../core/catalog/catalog.ts";
import { isBuiltIn, shownRole } from "../../core/findings/catalog-judgement.ts";
import { type DetectorView, defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { databaseRole, membership } from "../../core/findings/example-catalog.ts";
import {
  type Case,
  daily,
  daysAgo,
  EXAMPLE_CLUSTER,
  type Example,
  exampleFacts,
} from "../../core/findings/example-facts.ts";
import { exampleCluster, exampleIam, exampleRole } from "../../core/findings/example-iam.ts";
import type { Facts } from "../../core/findings/facts.ts";
import type { Judged } from "../../core/findings/verdict.ts";
import type { MappingSubject } from "../../core/findings/view-mappings.ts";
import type { AccessEngine } from "../../core/privileges/effective.ts";
import { reachedBy } from "../../core/privileges/role-way.ts";
import { refuseLoginSql, revokeMappingSql } from "../../core/sql/statements.ts";
import { type DormantRoleEvidence, provenSince, SHOWN, sinceWords } from "./unused-role/evidence.ts";
import { judgeAdmin } from "./unused-role/judge-admin.ts";
import { whyAdminGone, whyRoleGone } from "./unused-role/why-gone.ts";

const isUnused = ({ verdict }: Judged): boolean => verdict === "dormant" || verdict === "never-used";

/** Mappings by the roles that are had through them: their own, and all that those are members of. */
const mappingsByRole = (
  view: DetectorView,
  engine: AccessEngine,
): ReadonlyMap<number, readonly MappingSubject[]> => {
  const reached = view.once(engine, () => new Map<number, readonly number[]>());
  const rolesOf = (oid: number): readonly number[] => {
    const known = reached.get(oid);
    if (known) return known;
    const id = engine.graph.idOf.get(oid);
    const found = id === undefined ? [] : [...reachedBy(engine, id)];
    const oids = [oid, ...found.flatMap((one) => engine.graph.roles[one]?.oid ?? [])];
    reached.set(oid, oids);
    return oids;
  };
  const byRole = new Map<number, MappingSubject[]>();
  for (const mapping of view.mappings.standing) {
    for (const oid of rolesOf(mapping.roleOid)) {
      const known = byRole.get(oid);
      if (known) known.push(mapping);
      else byRole.set(oid, [mapping]);
    }
  }
  return byRole;
};

const judgeRoles = (
  view: DetectorView,
  engine: AccessEngine,
  days: number,
): Judgement<DormantRoleEvidence>[] =>
  [...mappingsByRole(view, engine)].flatMap(([oid, mappings]): Judgement<DormantRoleEvidence>[] => {
    const own = mappings.filter(({ roleOid }) => roleOid === oid);
    const role = engine.graph.roles[engine.graph.idOf.get(oid) ?? -1];
    if (!own.length || !role || isBuiltIn(engine, role)) return [];
    if (own.some(({ principal }) => principal === view.activity.auditor)) return [];
    const judged = mappings.map((mapping) => view.mappings.useOf(mapping, days));
    if (!judged.every(isUnused)) return [];
    const uses = judged.flatMap(({ lastUse, lastPossibleUse }) => lastUse?.at ?? lastPossibleUse?.at ?? []);
    const lastUseAt = uses.length ? Math.max(...uses) : undefined;
    const proven = provenSince(view, days);
    const through = [
      ...new Set(mappings.flatMap(({ roleOid, role: name }) => (roleOid === oid ? [] : [name]))),
    ];
    return [
      {
        subject: { role: role.name, roleOid: oid },
        title: `Nobody has used role ${shownRole(role.name)} ${sinceWords(lastUseAt, proven)}`,
        evidence: {
          window: { days },
          lastUseAt: lastUseAt === undefined ? null : iso(lastUseAt),
          captureProvenSince: iso(proven),
          principals: own.slice(0, SHOWN).map(({ principal }) => principal),
          ...(through.length && { reachedThrough: through.slice(0, SHOWN) }),
        },
        firstSeenAt: Math.min(lastUseAt ?? proven, view.coverage.database.settledUntil),
        lastSeenAt: view.coverage.database.settledUntil,
        fix: [
          ...own.map(({ principal }) => revokeMappingSql(role.name, principal)),
          ...(role.canLogin ? [refuseLoginSql(role.name)] : []),
          "-- When nobody has missed it: revoke what it holds, give away what it owns, then DROP ROLE.",
        ].join("\n"),
      },
    ];
  });

export const dormantRole = /* @__PURE__ */ defineDetector({
  id: "dormant-role",
  category: "dormant",
  title: "Role that nobody uses",
  severity: "low",
  life: "state",
  docs: {
    why: "When every way to a role is unused, the role itself can go, with all its grants. Nobody would miss it, and nobody watches it.",
    fix: "AWS IAM REVOKE its mappings and ALTER ROLE … NOLOGIN. When nobody has missed it, DROP ROLE. For admin take dsql:DbConnectAdmin away in IAM.",
    falsePositives:
      "Break-glass access: admin is often meant to be used by nobody. Exempt the finding with an owner, a reason and an end.",
    blindSpots:
      "Its mappings are findings of their own, which are mailed: this one is low. One mapping that may have been used, or whose use is unknown, keeps the role out. Who may connect as admin is as far as this account's policies go; the root user always may, and is not counted.",
  },
  evidence: {
    window: { label: "Window", fields: { days: { label: "", unit: ["day", "days"] } } },
    lastUseAt: { label: "Last use", whenEmpty: "none is known" },
    captureProvenSince: { label: "Capture is proven since", whenEmpty: "" },
    principals: { label: "Principals", whenEmpty: "none is known", lines: true },
    reachedThrough: "Also had by",
    whoMay: { label: "Principals that may connect as admin", whenEmpty: "not known for certain" },
  },
  options: z.object({ days: z._default(z.int().check(z.positive()), 90) }),
  needs: ["mappings", "roles", "memberships"],
  detect: (view, { days }): readonly Judgement<DormantRoleEvidence>[] => {
    const engine = view.privileges.engine();
    return engine ? [...judgeRoles(view, engine, days), ...judgeAdmin(view, engine, days)] : [];
  },
  gone: (view, subject, { days }) => {
    const engine = view.privileges.engine();
    if (!engine || subject.roleOid === undefined) return undefined;
    if (subject.role === ADMIN && isDsql(engine.catalog)) return whyAdminGone(view, subject, days);
    return whyRoleGone(view, mappingsByRole(view, engine).get(subject.roleOid) ?? [], days);
  },
});

export const cases = (): Case[] => {
  const roles = [databaseRole(20_000, "app_ro"), databaseRole(20_001, "app")];
  const mappings = [
    { to: "OldJob", role: "app_ro" },
    { to: "OlderJob", role: "app_ro" },
    { to: "App", role: "app" },
  ];
  const used = daily("App", 20, daysAgo(1));
  const old = [...used, ...daily("OldJob", 10, daysAgo(100))];
  const facts = (more: Example, catalog: Example["catalog"] = {}) =>
    exampleFacts({ mappings, connections: old, ...more, catalog: { roles, ...catalog } });
  const hour = { from: daysAgo(30), to: daysAgo(30) + HOUR };
  const member = membership(20_000, 20_001);
  const admin = { roles: [databaseRole(10, "admin"), databaseRole(20_001, "app")] };
  const asAdmin = (days: number, by = "Ops") => ({
    by,
    at: daysAgo(days),
    action: "DbConnectAdmin" as const,
  });
  const ops = exampleIam({ roles: [exampleRole("Ops", "dsql:DbConnectAdmin")] });
  const nobody = exampleIam({ roles: [exampleRole("Ops", "dsql:DbConnect")] });
  const peersUnread = exampleIam({
    roles: [exampleRole("Ops", "dsql:DbConnect")],
    clusters: [{ ...exampleCluster(EXAMPLE_CLUSTER), peersUnread: "access denied" }],
  });
  const peer = EXAMPLE_CLUSTER.replace("us-east-1", "us-east-2");
  const both = exampleIam({
    roles: [exampleRole("Ops", "dsql:DbConnectAdmin")],
    clusters: [exampleCluster(EXAMPLE_CLUSTER), exampleCluster(peer)],
  });
  const withPeer = (there: Example): Facts => ({
    ...facts({ mappings: onlyApp, connections: [...used, asAdmin(120)], iam: both }, admin),
    peers: [{ ...exampleFacts(there), cluster: Cluster.parse(peer) }],
  });
  const onlyApp = [
    { to: "App", role: "app" },
    { to: "App", role: "x", goneAt: daysAgo(200) },
  ].toReversed();
  return [
    { name: "fires for a role whose mappings are all unused", facts: facts({}), expect: ["app_ro"] },
    {
      name: "fires for admin that nobody has used in the window",
      facts: facts({ mappings: onlyApp, connections: [...used, asAdmin(120)] }, admin),
      expect: ["admin"],
    },
    {
      name: "fires for who no longer connects as admin, where others do",
      facts: facts({ mappings: onlyApp, connections: [...used, asAdmin(120), asAdmin(5, "Dba")] }, admin),
      expect: ["admin"],
    },
    {
      name: "fires for admin that nobody has used and that IAM lets somebody be",
      facts: facts({ mappings: onlyApp, connections: [...used, asAdmin(120)], iam: ops }, admin),
      expect: ["admin"],
    },
    {
      name: "is quiet for admin that IAM lets nobody be",
      facts: facts({ mappings: onlyApp, connections: [...used, asAdmin(120)], iam: nobody }, admin),
      expect: [],
    },
    {
      name: "is quiet for who may not connect as admin any more, where others do",
      facts: facts(
        { mappings: onlyApp, connections: [...used, asAdmin(120), asAdmin(5, "Dba")], iam: nobody },
        admin,
      ),
      expect: [],
    },
    {
      name: "is quiet for admin while nobody can tell the cluster's peers in other Regions, through which it may be used",
      facts: facts({ mappings: onlyApp, connections: [...used, asAdmin(120)], iam: peersUnread }, admin),
      expect: [],
    },
    {
      name: "is quiet for admin that is used through the cluster's peer in another Region",
      facts: withPeer({ connections: [asAdmin(5)] }),
      expect: [],
    },
    {
      name: "is quiet for admin while the peer is not covered for the whole window",
      facts: withPeer({ gaps: [hour] }),
      expect: [],
    },
    {
      name: "fires for admin that nobody has used at either endpoint",
      facts: withPeer({ connections: [asAdmin(130)] }),
      expect: ["admin"],
    },
    {
      name: "is quiet for admin that is used",
      facts: facts({ mappings: onlyApp, connections: [...used, asAdmin(5)] }, admin),
      expect: [],
    },
    {
      name: "is quiet while one of its mappings may have been used",
      facts: facts({ connections: [...old, { by: "OlderJob", at: daysAgo(3) }] }),
      expect: [],
    },
    {
      name: "is quiet for a role that one that is used is a member of",
      facts: facts({}, { memberships: [member] }),
      expect: [],
    },
    {
      name: "is quiet while an hour of the window is not covered",
      facts: facts({ gaps: [hour] }),
      expect: [],
    },
    {
      name: "is quiet while a mapping is younger than the window",
      facts: facts({
        mappings: [...mappings, { to: "NewJob", role: "app_ro", madeAt: daysAgo(60) }],
      }),
      expect: [],
    },
    {
      name: "clears when its mappings are revoked",
      facts: facts({
        mappings: mappings.map((one) => (one.role === "app" ? one : { ...one, goneAt: daysAgo(1) })),
      }),
      expect: [],
    },
  ];
};
