// A role that nobody has used for the whole window, by any mapping or membership; admin and who connected as it as well.
import * as z from "zod";
import type { Tally } from "../../core/activity/activity.ts";
import type { Timeline } from "../../core/activity/activity-index.ts";
import { ADMIN, adminLoginsOf } from "../../core/activity/admin-logins.ts";
import { Principal } from "../../core/base/ids.ts";
import { dayOf, HOUR, type Instant, iso } from "../../core/base/time.ts";
import { principalName } from "../../core/base/visible-text.ts";
import { isDsql, type Role, rowsOf } from "../../core/catalog/catalog.ts";
import { type Administrators, administrators } from "../../core/findings/administrators.ts";
import { isBuiltIn, shownRole } from "../../core/findings/catalog-judgement.ts";
import { type DetectorView, defineDetector, type Judgement } from "../../core/findings/detector.ts";
import {
  type Case,
  daily,
  daysAgo,
  EXAMPLE_CLUSTER,
  type Example,
  exampleFacts,
} from "../../core/findings/example-facts.ts";
import { exampleCluster, exampleIam, exampleRole } from "../../core/findings/example-iam.ts";
import type { Judged } from "../../core/findings/verdict.ts";
import type { MappingSubject } from "../../core/findings/view-mappings.ts";
import type { AccessEngine } from "../../core/privileges/effective.ts";
import { reachedBy } from "../../core/privileges/role-way.ts";
import { refuseLoginSql, revokeMappingSql } from "../../core/sql/statements.ts";

const SHOWN = 10;

type DormantRoleEvidence = {
  readonly window: { readonly days: number };
  readonly lastUseAt: string | null;
  readonly captureProvenSince: string | null;
  readonly principals: readonly string[];
  readonly reachedThrough?: readonly string[];
  /** null: it is not known, such as where IAM has not been read. */
  readonly whoMay?: readonly string[] | null;
};

const isUnused = ({ verdict }: Judged): boolean => verdict === "dormant" || verdict === "never-used";

/** Since when nobody has, in words: the last use, else as far back as capture is proven. */
const sinceWords = (lastUseAt: Instant | undefined, provenSince: Instant): string =>
  lastUseAt === undefined
    ? `as far back as capture is proven (${dayOf(provenSince)})`
    : `since ${dayOf(lastUseAt)}`;

const provenSince = ({ coverage }: DetectorView, days: number): Instant =>
  Math.max(coverage.uncovered.provenSince(coverage.windowOf(days).to), 0);

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
        firstSeenAt: Math.min(lastUseAt ?? proven, view.coverage.settledUntil),
        lastSeenAt: view.coverage.settledUntil,
        fix: [
          ...own.map(({ principal }) => revokeMappingSql(role.name, principal)),
          ...(role.canLogin ? [refuseLoginSql(role.name)] : []),
          "-- When nobody has missed it: revoke what it holds, give away what it owns, then DROP ROLE.",
        ].join("\n"),
      },
    ];
  });

/** Who may connect as admin, in words; undefined: nobody but the root user, so that nothing can be taken away. */
const adminsInWords = (admins: Administrators | null): string | undefined => {
  if (admins === null) return "who may is not known, IAM has not been read";
  const { may, unknown } = admins;
  if (may.length + unknown === 0) return undefined;
  if (unknown) return `${may.length || "nobody"} by IAM may for certain, and ${unknown} more perhaps`;
  return `IAM lets ${may.length === 1 ? "one identity" : `${may.length} identities`} do so`;
};

/** Whether one identity still may, in words; undefined: it may not any more. */
const stillMayInWords = ({ iam }: DetectorView, arn: string): string | undefined => {
  if (iam.who() === undefined) return "; whether it still may is not known, IAM has not been read";
  const rows = iam.mayOf(arn, "DbConnectAdmin");
  if (rows.some(({ verdict }) => verdict === "allowed" || verdict === "conditional"))
    return ", and IAM still lets it";
  const hasUnreadPeers = iam.clusters.some(({ peersUnread }) => peersUnread !== undefined);
  return !hasUnreadPeers && rows.every(({ verdict }) => verdict === "denied")
    ? undefined
    : "; whether it still may is not known";
};

/** Connections as admin that had begun by then: few of many. */
const asAdmin = (line: Timeline | undefined, now: Instant): Tally[] => {
  const found: Tally[] = [];
  for (let n = 0; line && n < line.length; n++) {
    if (line.texts(n).action === "DbConnectAdmin" && line.firstAt(n) <= now) found.push(line.tally(n));
  }
  return found;
};

/** admin needs no mapping: who may connect as it stands in IAM. */
const judgeAdmin = (
  view: DetectorView,
  engine: AccessEngine,
  days: number,
): Judgement<DormantRoleEvidence>[] => {
  const { activity, coverage, now } = view;
  const window = coverage.windowOf(days);
  const role = rowsOf(engine.catalog, "roles").find(({ name }) => name === ADMIN);
  if (!role || !isDsql(engine.catalog) || coverage.uncovered.hoursIn(window) > 0) return [];
  const logins = adminLoginsOf(
    activity.principals.flatMap((one) => asAdmin(activity.timelineOf(one), now)),
  ).filter(({ arn }) => arn !== activity.auditor);
  const proven = provenSince(view, days);
  const lastUseAt = logins.length
    ? Math.min(now, Math.max(...logins.map((login) => login.lastUseAt)))
    : undefined;
  const judgement = (
    subject: Judgement["subject"],
    at: Instant | undefined,
    principals: readonly string[],
    title: string,
    whoMay: readonly string[] | null,
  ): Judgement<DormantRoleEvidence> => ({
    subject,
    title,
    evidence: {
      window: { days },
      lastUseAt: at === undefined ? null : iso(at),
      captureProvenSince: iso(proven),
      principals: principals.slice(0, SHOWN),
      whoMay: whoMay?.slice(0, SHOWN) ?? null,
    },
    firstSeenAt: Math.min(at ?? proven, coverage.settledUntil),
    lastSeenAt: coverage.settledUntil,
    fix: "Take dsql:DbConnectAdmin away in IAM, from every policy that gives it where nobody needs it.",
  });
  const subject = { role: role.name, roleOid: role.oid };
  if (lastUseAt === undefined || lastUseAt < window.from) {
    const admins = administrators(view.iam, activity.auditor);
    const words = adminsInWords(admins);
    if (words === undefined) return [];
    const title = `Nobody has connected as admin ${sinceWords(lastUseAt, proven)}; ${words}`;
    const known = logins.map(({ arn }) => arn);
    return [judgement(subject, lastUseAt, known, title, admins?.may ?? null)];
  }
  return logins
    .filter((login) => login.lastUseAt < window.from)
    .flatMap(({ arn, lastUseAt: at }): Judgement<DormantRoleEvidence>[] => {
      const words = stillMayInWords(view, arn);
      if (words === undefined) return [];
      const title = `${principalName(arn)} has not connected as admin since ${dayOf(at)}${words}`;
      const may = words.startsWith(",") ? [arn] : null;
      return [judgement({ ...subject, principal: Principal.parse(arn) }, at, [arn], title, may)];
    });
};

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
  options: z.object({ days: z.int().positive().default(90) }),
  needs: ["mappings", "roles", "memberships"],
  detect: (view, { days }): readonly Judgement<DormantRoleEvidence>[] => {
    const engine = view.privileges.engine();
    return engine ? [...judgeRoles(view, engine, days), ...judgeAdmin(view, engine, days)] : [];
  },
});

export const cases = (): Case[] => {
  const role = (oid: number, name: string): Role => ({
    oid, name, superuser: false, inherit: true, createRole: false, createDb: false, canLogin: true, replication: false,
    bypassRls: false, connectionLimit: -1, validUntil: null,
  }); // biome-ignore format: one glance
  const roles = [role(20_000, "app_ro"), role(20_001, "app")];
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
  const member = { role: 20_000, member: 20_001, grantor: 10, admin: false, inherit: true, set: true };
  const admin = { roles: [role(10, "admin"), role(20_001, "app")] };
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
      name: "fires for admin that IAM lets nobody be, while nobody can tell the cluster's peers in other Regions",
      facts: facts({ mappings: onlyApp, connections: [...used, asAdmin(120)], iam: peersUnread }, admin),
      expect: ["admin"],
    },
    {
      name: "fires for who may not connect as admin here any more, while nobody can tell the peers in other Regions",
      facts: facts(
        { mappings: onlyApp, connections: [...used, asAdmin(120), asAdmin(5, "Dba")], iam: peersUnread },
        admin,
      ),
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
