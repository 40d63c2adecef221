// A role that gained much at once, between two snapshots: the powers of an administrator, or many privileges.

import { counted } from "../../core/base/counted.ts";
import { shellOption } from "../../core/base/shell-word.ts";
import { DAY, dayOf, HOUR, iso, minute } from "../../core/base/time.ts";
import { principalName, visible } from "../../core/base/visible-text.ts";
import * as z from "../../core/base/zod.ts";
import { sessionHours } from "../../core/coverage/session-hours.ts";
import { declaredAs, isBuiltIn, shownRole, someOf } from "../../core/findings/catalog-judgement.ts";
import { type DetectorView, defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { databaseRole } from "../../core/findings/example-catalog.ts";
import {
  type Case,
  EXAMPLE_NOW,
  type Example,
  type ExampleConnection,
  exampleFacts,
} from "../../core/findings/example-facts.ts";
import type { RecentChanges } from "../../core/findings/facts.ts";
import type { Severity } from "../../core/findings/finding.ts";
import { adminsBetween } from "../../core/findings/found-between.ts";
import type { Change } from "../../core/history/change.ts";
import { type Gain, gainsOf } from "../../core/history/gains.ts";
import { isKeeper } from "../../core/privileges/archetype.ts";
import type { AccessEngine } from "../../core/privileges/effective.ts";
import { powerfulRoles } from "../../core/privileges/powerful-roles.ts";
import { noSuperuserSql } from "../../core/remediation/no-superuser.ts";
import { revokeMembershipSql } from "../../core/remediation/revoke-membership.ts";

/** How long it stays a finding: as long as an episode that nobody acknowledges. */
const KEPT_DAYS = 14;
const SHOWN = 20;
type RapidEvidence = {
  readonly between: { readonly from: string; readonly to: string };
  readonly powers: readonly string[];
  readonly privilegeCount: number;
  readonly privileges: readonly string[];
  readonly grantedBy: readonly string[];
  readonly connectedAsAdmin: readonly string[];
  readonly hoursNotProven: number;
  readonly peersUnread?: string;
};

/** How many privileges a role holds on users' objects, by whatever way: what a new member gets. */
const holdings = (engine: AccessEngine, oid: number): number => {
  const role = engine.graph.idOf.get(oid);
  if (role === undefined) return 0;
  let count = 0;
  for (const _ of engine.rows({ role })) count += 1;
  return count;
};

const severityOf = (gain: Gain, powers: readonly { severity: Severity }[]): Severity => {
  const critical =
    gain.attributes.includes("SUPERUSER") || powers.some(({ severity }) => severity === "critical");
  if (critical) return "critical";
  return gain.attributes.length || powers.length ? "high" : "medium";
};

const judge = (
  view: DetectorView,
  engine: AccessEngine,
  recent: RecentChanges,
  gain: Gain,
  least: number,
): Judgement<RapidEvidence>[] => {
  const { role } = gain;
  const self = engine.graph.roles[engine.graph.idOf.get(role.oid) ?? -1];
  const declared = self && declaredAs(view, self.name);
  // A role that is gone again has nothing left to revoke. Of a built-in role SUPERUSER alone is news.
  if (!self || (isBuiltIn(engine, self) && !gain.attributes.includes("SUPERUSER"))) return [];
  const joined = new Set(gain.memberships.map(({ oid }) => oid));
  const powers = powerfulRoles(engine).filter(({ id }) => joined.has(engine.graph.roles[id]?.oid ?? -1));
  const auditAdmin = gain.memberships.some(({ name }) => name === "pg_dsql_audit_admin");
  const byGroup = gain.memberships.reduce((sum, { oid }) => sum + holdings(engine, oid), 0);
  const count = gain.privileges.length + gain.owned.length + byGroup;
  const adminLike = gain.attributes.length > 0 || powers.length > 0 || auditAdmin;
  if (declared === "admin" || !(adminLike || (count >= least && !isKeeper(declared)))) return [];
  const gained = [
    ...gain.attributes,
    ...[...powers.map(({ name }) => name), ...(auditAdmin ? ["pg_dsql_audit_admin"] : [])].map(
      (name) => `membership in ${shownRole(name)}`,
    ),
  ];
  const many = count > 0 && !gained.length ? [counted(count, "privilege")] : [];
  const admins = adminsBetween(view, recent);
  const { uncovered, peersUnread } = view.coverage.database;
  const between = `between ${minute(recent.from)} and ${minute(recent.to)}`;
  return [
    {
      subject: { role: self.name, roleOid: self.oid, facet: iso(recent.from) },
      title: `${shownRole(self.name)} gained ${someOf([...gained, ...many], 3)} ${between}`,
      severity: auditAdmin && !powers.length ? "high" : severityOf(gain, powers),
      evidence: {
        between: { from: iso(recent.from), to: iso(recent.to) },
        powers: gained,
        privilegeCount: count,
        privileges: [
          ...gain.privileges,
          ...gain.owned.map((name) => `ownership of ${name}`),
          ...gain.memberships.map(({ oid, name }) => `all that ${name ?? `the role with OID ${oid}`} has`),
        ].slice(0, SHOWN),
        grantedBy: gain.grantors,
        connectedAsAdmin: admins.map(principalName).slice(0, SHOWN),
        hoursNotProven: sessionHours(uncovered, recent).unprovenHours,
        ...(peersUnread !== undefined && { peersUnread: `not known: ${visible(peersUnread, 200)}` }),
      },
      firstSeenAt: recent.from,
      lastSeenAt: recent.to,
      fix: [
        `-- Ask who granted it. If nobody meant it, take it back; every grant: \`dsql-audit history timeline ${shellOption("--role", self.name)}\``,
        ...(gain.attributes.includes("SUPERUSER") ? [noSuperuserSql(engine, self)] : []),
        ...gain.memberships.flatMap(({ name }) =>
          name === null ? [] : [revokeMembershipSql(engine, name, self)],
        ),
      ].join("\n"),
    },
  ];
};

/** The days whose findings are not judged again: a look sees what is new since the last one, and nothing before it. */
const keptDays = (now: number): readonly string[] =>
  Array.from({ length: KEPT_DAYS + 2 }, (_, n) => dayOf(now - n * DAY));

export const rapidEscalation = /* @__PURE__ */ defineDetector({
  id: "rapid-escalation",
  category: "over-privileged",
  title: "Role that gained much at once",
  short: "Gained much at once",
  severity: "high",
  life: "stretch",
  docs: {
    why: "An intruder who wants to stay makes a role stronger first. Between two snapshots this role gained the powers of an administrator, or more privileges at once than a change of an application usually needs.",
    fix: "Ask the principals that were connected as admin, and the grantor. If nobody can explain it, revoke what the role gained (every grant: `dsql-audit history timeline --role ROLE`), and revoke the sessions of those principals in IAM.",
    falsePositives:
      "The deployment of an application, or a new colleague: acknowledge it. Grants on a table that was made in the same stretch do not count, unless it took the place of a table of the same name that gave less.",
    blindSpots:
      "Gains in small steps stay below the threshold each time. What came and went between two snapshots is not seen. Who granted it is known as a database role only. A principal that was connected as admin may have done it; nothing shows that it did.",
  },
  evidence: {
    between: "Between the snapshots of",
    powers: { label: "Powers gained", whenEmpty: "" },
    privilegeCount: "Privileges gained",
    privileges: { label: "Among them", lines: true, whenEmpty: "" },
    grantedBy: { label: "Granted by", whenEmpty: "not known" },
    connectedAsAdmin: { label: "Connected as admin then", whenEmpty: "nobody, as far as is recorded" },
    hoursNotProven: { label: "Of these hours not proven yet", unit: ["hour", "hours"] },
    peersUnread: { label: "Peers in other Regions", whenEmpty: "" },
  },
  options: z.object({
    /** From how many privileges gained at once on. */
    privileges: z._default(z.int().check(z.gte(1)), 20),
  }),
  needs: ["recentChanges", "roles", "memberships"],
  unjudgedFacets: ({ now }) => keptDays(now),
  reachesFrom: ({ now }) => now - KEPT_DAYS * DAY,
  detect: (view, { privileges }): readonly Judgement<RapidEvidence>[] => {
    const engine = view.privileges.engine();
    const recent = view.privileges.recentChanges;
    if (!engine || !recent || recent.to > view.now) return [];
    const gains = gainsOf(recent.changes.map(({ change }) => change));
    return gains.flatMap((gain) => judge(view, engine, recent, gain, privileges));
  },
});

export const cases = (): Case[] => {
  const roles = [
    databaseRole(10, "admin"),
    databaseRole(100, "orders_app"),
    databaseRole(101, "boss", { superuser: true }),
  ];
  const ref = ({ oid, name }: { oid: number; name: string }) => ({ oid, name });
  const app = ref(databaseRole(100, "orders_app"));
  const admin = ref(databaseRole(10, "admin"));
  const object = (n: number) => ({
    section: "relations" as const, oid: 1000 + n, column: null, kind: "table", schema: "public", name: `t${n}`,
  }); // biome-ignore format: one glance
  const grant = (n: number): Change => ({
    kind: "grant", object: object(n), grantee: app, grantor: admin, before: null, after: { privileges: "r", grantable: "" },
  }); // biome-ignore format: one glance
  const grants = (count: number) => Array.from({ length: count }, (_, n) => grant(n));
  const membership: Change = {
    kind: "membership", role: admin, member: app, grantor: admin, before: null,
    after: { admin: false, inherit: true, set: true },
  }; // biome-ignore format: one glance
  const created = Array.from({ length: 30 }, (_, n): Change => ({
    kind: "object-created", object: object(n),
    entry: { section: "relations", row: { oid: 1000 + n, schema: 2200, name: `t${n}`, kind: "r", owner: 10, acl: null } },
  })); // biome-ignore format: one glance
  const connections: ExampleConnection[] = [
    { by: "Ops", at: EXAMPLE_NOW - HOUR / 2, action: "DbConnectAdmin" },
  ];
  const facts = (changes: readonly Change[] | undefined, more: Partial<Example> = {}) =>
    exampleFacts({ connections, catalog: { roles }, ...(changes && { changes }), ...more });
  return [
    {
      name: "fires for membership in admin since the last snapshot",
      facts: facts([membership]),
      expect: ["orders_app"],
    },
    {
      name: "fires for SUPERUSER",
      facts: facts([
        {
          kind: "role-attribute",
          role: ref(databaseRole(101, "boss")),
          attribute: "superuser",
          from: false,
          to: true,
        },
      ]),
      expect: ["boss"],
    },
    { name: "fires once for twenty privileges at once", facts: facts(grants(20)), expect: ["orders_app"] },
    { name: "is quiet for a few privileges", facts: facts(grants(19)), expect: [] },
    {
      name: "is quiet for grants on tables that are new themselves",
      facts: facts([...created, ...grants(30)]),
      expect: [],
    },
    {
      name: "is quiet for privileges that are taken away",
      facts: facts(
        grants(30).map(
          (change) => ({ ...change, before: { privileges: "r", grantable: "" }, after: null }) as Change,
        ),
      ),
      expect: [],
    },
    {
      name: "is quiet for a role that is declared as admin",
      facts: facts([membership], { declared: { orders_app: "admin" } }),
      expect: [],
    },
    {
      name: "is quiet while there is no newer snapshot than the one judged before",
      facts: facts(undefined),
      expect: [],
    },
    { name: "clears for later snapshots, which show no gain", facts: facts([]), expect: [] },
  ];
};
