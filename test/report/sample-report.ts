// A report's data as a small company would see it, and the same with names that an attacker chose.
import type { Profile, Tally } from "../../lib/core/activity/activity.ts";
import type { ActivityRow } from "../../lib/core/activity/activity-row.ts";
import { Cluster, Principal } from "../../lib/core/base/ids.ts";
import { DAY, HOUR, type Instant, iso } from "../../lib/core/base/time.ts";
import type { Finding } from "../../lib/core/findings/finding.ts";
import { weekdayOf } from "../../lib/report/activity-figures.ts";
import type { Reach, ReportData, ReportMapping } from "../../lib/report/report-data.ts";

export const cluster = Cluster.parse(
  "arn:aws:dsql:eu-west-1:111122223333:cluster/kqtyt2hvz5hsmy7mvjwqshop4e",
);
export const END: Instant = Date.UTC(2026, 5, 30, 2);
export const START: Instant = END - 120 * DAY;
export const principal = (name: string): Principal =>
  Principal.parse(`arn:aws:iam::111122223333:role/${name}`);

const estate = [
  { who: "user-service", role: "user_service", oid: 16401, network: "10.20.4.0/24", perDay: 48 },
  { who: "orders-api", role: "api_readwrite", oid: 16402, network: "10.20.4.0/24", perDay: 30 },
  { who: "catalog-api", role: "api_readonly", oid: 16403, network: "10.20.5.0/24", perDay: 24 },
  {
    who: "nightly-report",
    role: "reporting_readonly",
    oid: 16404,
    network: "vpce-0a1b2c3d4e5f60718",
    perDay: 4,
  },
  { who: "schema-migrations", role: "migration_user", oid: 16405, network: "10.20.9.0/24", perDay: 0.2 },
  { who: "analysts", role: "analytics_user", oid: 16406, network: "198.51.100.0/24", perDay: 7 },
  { who: "backup", role: "backup_user", oid: 16407, network: "10.20.9.0/24", perDay: 1 },
  { who: "contractor-2024", role: "contractor", oid: 16408, network: "203.0.113.0/24", perDay: 0 },
] as const;

const tally = (who: string, at: Instant, count: number, more: Partial<Tally> = {}): Tally => ({
  principal: principal(who),
  action: "DbConnect",
  outcome: "allowed",
  network: "10.20.4.0/24",
  client: "aurora-dsql-nodejs-pg/0.1.9",
  session: `${who}-*`,
  role: "",
  count,
  firstAt: at + 60_000,
  lastAt: at + 50 * 60_000,
  firstEventId: `e-${who}-${at}`,
  ...more,
});

const outage = { from: START + 61 * DAY, to: START + 64 * DAY };

const tallyAt = (at: Instant, i: number): Tally | undefined => {
  const one = estate[i];
  if (!one || one.perDay === 0) return undefined;
  const hour = (at % DAY) / HOUR;
  const workday = weekdayOf(at) < 5;
  const { who, network, perDay } = one;
  // A shape per principal: services all day, people in working hours, jobs at their hour.
  const shape =
    who === "nightly-report" || who === "backup"
      ? hour === 2
        ? 24
        : 0
      : who === "analysts"
        ? workday && hour >= 7 && hour < 17
          ? 2.4
          : 0
        : (workday ? 1.15 : 0.6) * (hour >= 6 && hour < 21 ? 1.4 : 0.4);
  const wobble = ((Math.floor(at / HOUR) * (i + 7) * 2654435761) % 1000) / 1000;
  const n = Math.floor((perDay / 24) * shape + wobble);
  return n > 0 ? tally(who, at, n, { network }) : undefined;
};

const hoursOf = (): Profile[] => {
  const hours: Profile[] = [];
  for (let from = START; from < END; from += HOUR) {
    if (from >= outage.from && from < outage.to) continue;
    const tallies = estate.flatMap((_, i) => tallyAt(from, i) ?? []);
    if (from === START + 96 * DAY + 21 * HOUR) {
      tallies.push(tally("analysts", from, 3, { network: "185.220.101.0/24", client: "psql/16.2" }));
      tallies.push(tally("intern", from, 2, { network: "185.220.101.0/24", outcome: "refused" }));
    }
    if (tallies.length) hours.push({ cluster, from, to: from + HOUR, tallies, folded: 0 });
  }
  return hours;
};

const finding = (detector: string, more: Partial<Finding> & Pick<Finding, "title">): Finding => ({
  id: `${detector}-7f3a91c2`,
  detector,
  category: "over-privileged",
  life: "state",
  severity: "high",
  cluster,
  subject: { facet: "" },
  evidence: {},
  firstSeenAt: END - 20 * DAY,
  lastSeenAt: END,
  status: "open",
  detectedAt: END - 20 * DAY,
  confirmedAt: END,
  reopened: 0,
  ...more,
});

export const sampleFindings: readonly Finding[] = [
  finding("privilege-exceeds-archetype", {
    title: "api_readonly is read-only by name but can DELETE from public.orders",
    severity: "critical",
    subject: { role: "api_readonly", roleOid: 16403, object: "public.orders", facet: "d" },
    evidence: {
      archetype: "read-only",
      privileges: ["DELETE"],
      object: "public.orders",
      path: ["api_readonly"],
      firstHeldAt: { between: iso(END - 20 * DAY - HOUR), and: iso(END - 20 * DAY) },
      principalsBehindIt: [principal("catalog-api")],
    },
    fix: 'REVOKE DELETE ON TABLE "public"."orders" FROM "api_readonly";',
  }),
  finding("never-used-mapping", {
    category: "dormant",
    severity: "medium",
    verdict: "unknown",
    title:
      "Mapping whose use is unknown: contractor-2024 as contractor, no use seen, but 72 hours without capture",
    subject: { principal: principal("contractor-2024"), role: "contractor", roleOid: 16408, facet: "" },
    evidence: {
      window: { from: iso(END - 90 * DAY), to: iso(END), days: 90 },
      lastUseAt: null,
      uncoveredHours: 72,
    },
  }),
  finding("capture-gap", {
    category: "coverage",
    severity: "high",
    title: "CloudTrail capture gap: 72 hours from 2026-09-12 00:00 UTC",
    evidence: { hours: 72, from: outage.from, to: outage.to },
    firstSeenAt: outage.from,
    lastSeenAt: outage.to,
  }),
  finding("dormant-mapping", {
    category: "dormant",
    severity: "medium",
    verdict: "dormant",
    title: "Unused mapping: schema-migrations as migration_user, last used 92 days ago",
    subject: { principal: principal("schema-migrations"), role: "migration_user", roleOid: 16405, facet: "" },
    evidence: { idleDays: 92, lastUseAt: iso(END - 92 * DAY), mappedRoles: 1 },
    fix: `AWS IAM REVOKE "migration_user" FROM '${principal("schema-migrations")}';\n-- Then, when the role owns nothing:\nDROP ROLE "migration_user";`,
  }),
  finding("new-network", {
    category: "anomalous",
    severity: "high",
    title: "analysts connected from 185.220.101.0/24 for the first time",
    status: "ended",
    subject: { principal: principal("analysts"), role: "analytics_user", facet: iso(START + 96 * DAY) },
    evidence: {
      network: "185.220.101.0/24",
      knownNetworks: ["198.51.100.0/24"],
      signs: [{ detector: "off-hours", bits: 3.2 }],
    },
    eventIds: ["e1", "e2", "e3", "e4"],
  }),
  finding("public-access", {
    title: "PUBLIC can read users_schema.profiles",
    status: "resolved",
    closedAt: END - 5 * DAY,
  }),
];

const mapping = ({ who, role, oid, perDay }: (typeof estate)[number]): ReportMapping => ({
  principal: principal(who),
  roleOid: oid,
  role,
  verdict: perDay === 0 ? "unknown" : perDay < 1 ? "dormant" : "active",
  lastUsedAt: perDay === 0 ? null : perDay < 1 ? END - 92 * DAY : END - HOUR,
  knownFor: { from: START, to: END },
  unprovenHours: 72,
  certain: true,
});

const tables = {
  public: ["orders", "order_items", "payments", "products", "stock", "shipments"],
  users_schema: ["users", "profiles", "sessions", "audit_log"],
} as const;

const reachOf = (
  oid: number,
  role: string,
  schema: keyof typeof tables,
  access: Reach["access"],
  via: string[] = [],
): Reach[] =>
  tables[schema].map((object) => ({
    roleOid: oid,
    schema,
    object,
    access,
    path: [role, ...via],
    column: null,
    setRole: false,
    usable: true,
  }));

/** By principal, as the query would add the hours up. */
const rowsOf = (hours: readonly Profile[]): ActivityRow[] =>
  [
    ...Map.groupBy(
      hours.flatMap(({ tallies }) => tallies),
      ({ principal }) => principal,
    ),
  ].map(([principal, tallies]) => {
    const sum = (outcome: string) =>
      tallies.reduce((total, tally) => total + (tally.outcome === outcome ? tally.count : 0), 0);
    const last = Math.max(...tallies.map(({ lastAt }) => lastAt));
    return {
      principal,
      allowed: sum("allowed"),
      refused: sum("refused"),
      admin: 0,
      firstAt: iso(Math.min(...tallies.map(({ firstAt }) => firstAt))),
      lastAt: iso(last),
      lastUseAt: sum("allowed") ? iso(last) : null,
      lastUse: sum("allowed") ? ("seen" as const) : ("unknown" as const),
      networks: [...new Set(tallies.map(({ network }) => network))],
      clients: [],
      mappedTo: [],
    };
  });

/** The estate at END: one open critical finding, one outage, everything else ordinary. */
export const sampleReport = (): ReportData => ({
  cluster,
  at: END,
  snapshot: { seq: 2881, takenAt: END, hash: "9f2c4b7a".repeat(8) },
  history: { from: START, to: END, snapshots: 2881 },
  unreadable: [{ section: "functions", reason: "permission denied for table pg_proc", code: "42501" }],
  incompleteLooks: [],
  judgedAt: END,
  findings: sampleFindings,
  rules: ["privilege-exceeds-archetype", "never-used-mapping", "capture-gap", "dormant-mapping"].map(
    (id) => ({
      id,
      title: id,
      why: "An unused mapping is access that nobody would miss and nobody watches.",
      falsePositives: "Break-glass and yearly jobs: exempt the finding with a reason and an end.",
      blindSpots: "Connects name a principal, not a role: with several roles the use is ambiguous.",
      evidence: {},
    }),
  ),
  roles: estate.map(({ oid, role }) => ({ oid, name: role, canLogin: true, superuser: false })),
  schemas: [
    { name: "public", objects: 6 },
    { name: "users_schema", objects: 4 },
  ],
  mappings: estate.map(mapping),
  reach: [
    ...reachOf(16401, "user_service", "users_schema", ["read", "write"]),
    ...reachOf(16402, "api_readwrite", "public", ["read", "write"]),
    ...reachOf(16403, "api_readonly", "public", ["read"]),
    {
      roleOid: 16403,
      schema: "public",
      object: "orders",
      access: ["write"],
      path: ["api_readonly"],
      column: null,
      setRole: false,
      usable: true,
    },
    ...reachOf(16404, "reporting_readonly", "public", ["read"], ["readers"]),
    ...reachOf(16404, "reporting_readonly", "users_schema", ["read"], ["readers"]),
    ...reachOf(16405, "migration_user", "public", ["read", "write", "own"]),
    ...reachOf(16405, "migration_user", "users_schema", ["read", "write", "own"]),
    {
      roleOid: 16405,
      schema: "users_schema",
      object: "",
      access: ["create"],
      path: ["migration_user"],
      column: null,
      setRole: false,
      usable: null,
    },
    ...reachOf(16406, "analytics_user", "public", ["read"]),
    ...reachOf(16407, "backup_user", "public", ["read"]),
    ...reachOf(16407, "backup_user", "users_schema", ["read"]).map((one) => ({ ...one, usable: false })),
    ...reachOf(16408, "contractor", "public", ["read", "write"]).slice(0, 3),
  ],
  activity: { window: { from: START, to: END }, hours: hoursOf(), principals: rowsOf(hoursOf()) },
  adminLogins: [],
  admins: null,
  revoked: [],
  walls: null,
  pastFindings: null,
  declared: {
    version: 3,
    publishedAt: END - 20 * DAY,
    by: "mira",
    components: 8,
    drift: [
      {
        kind: "undeclared",
        component: "catalog",
        role: "api_readonly",
        says: "api_readonly holds DELETE on public.orders",
        planned: null,
      },
      {
        kind: "undeclared",
        component: null,
        role: "contractor",
        says: "contractor holds SELECT on public.payments",
        planned: "move of the shop",
      },
      {
        kind: "unknown",
        component: null,
        role: null,
        says: "functions: not known, for permission denied for table pg_proc",
        planned: null,
      },
    ],
    breakGlass: [
      {
        component: "emergency",
        role: "breakglass",
        windows: [{ from: "2026-06-29", to: "2026-06-29", reason: "restore drill", state: "over" }],
      },
      { component: "night", role: "on_call", windows: [] },
    ],
    ended: [
      { component: "contractor", until: "2026-05-31", declared: 3, live: 2, atLeast: false },
      { component: "audit", until: "2026-04-30", declared: 1, live: 0, atLeast: false },
      { component: "intern", until: "2026-03-31", declared: 1, live: null, atLeast: true },
    ],
  },
  exemptionsUntold: null,
  exemptions: [
    {
      key: "k",
      cluster,
      detector: "dormant-mapping",
      subject: { principal: principal("backup"), role: "backup_user", facet: "" },
      owner: "mira",
      reason: "yearly restore",
      until: END - DAY,
      createdAt: END - 90 * DAY,
    },
  ],
  coverage: {
    window: { from: START, to: END },
    covered: [
      { from: START, to: START + 40 * DAY, proof: "folder" },
      { from: START + 40 * DAY, to: outage.from, proof: "digest" },
      { from: outage.to, to: END - 2 * HOUR, proof: "digest" },
    ],
    doubts: [
      {
        from: START + 20 * DAY,
        to: START + 20 * DAY + 5 * HOUR,
        reason: "the trail's selectors were changed",
      },
    ],
  },
  changes: [
    { after: END - 20 * DAY - HOUR, by: END - 20 * DAY, text: "api_readonly gained DELETE on public.orders" },
    {
      after: END - 50 * DAY - HOUR,
      by: END - 50 * DAY,
      text: "role contractor was mapped to role/contractor-2024",
    },
  ],
  olderChanges: 14,
  storeOption: "--store ./dsql-audit-demo/store",
});

/** What somebody who may create a role, a table or a session could have called it. */
export const hostileNames = [
  "</script><script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "\"onmouseover='alert(1)'`",
  "</style></svg></title><b>",
  "admin\u202Enimda\u0000\u001b[31m\u200b",
  "a&lt;b&amp;\r\nSet-Cookie: x",
  "url(#x) javascript:alert(1) {{7*7}}",
] as const;

/** The same estate with every name in it replaced: nothing of it may become markup. */
export const hostileReport = (): ReportData => {
  const clean = sampleReport();
  let n = 0;
  const evil = (): string => `${hostileNames[n++ % hostileNames.length]}`;
  const names = new Map(
    clean.mappings?.map((m) => [m.principal, Principal.parse(`arn:aws:iam::1:role/${evil()}`)]),
  );
  const who = (p: Principal): Principal => names.get(p) ?? p;
  return {
    ...clean,
    cluster: Cluster.parse(`arn:aws:dsql:x:1:cluster/${evil()}`),
    storeOption: `--store '${evil()}'`,
    unreadable: [{ section: "functions", reason: evil(), code: evil() }],
    incompleteLooks: [{ detector: evil(), complete: false, reason: evil() }],
    findings: clean.findings.map((one) => ({
      ...one,
      id: evil(),
      detector: evil(),
      title: evil(),
      fix: evil(),
      eventIds: [evil()],
      subject: { ...one.subject, role: evil(), object: evil(), principal: who(principal("orders-api")) },
      evidence: { [evil()]: evil(), deep: { [evil()]: [evil(), { [evil()]: evil() }] } },
    })),
    roles: clean.roles?.map((role) => ({ ...role, name: evil() })) ?? null,
    schemas: [{ name: evil(), objects: 3 }],
    mappings: clean.mappings?.map((m) => ({ ...m, principal: who(m.principal), role: evil() })) ?? null,
    reach: clean.reach?.map((r) => ({ ...r, object: evil(), path: [evil(), evil()] })) ?? null,
    activity: clean.activity && {
      ...clean.activity,
      principals: clean.activity.principals.map((row) => ({
        ...row,
        principal: who(Principal.parse(row.principal)),
      })),
      hours: clean.activity.hours.map((hour) => ({
        ...hour,
        tallies: hour.tallies.map((t, i) => ({
          ...t,
          principal: who(t.principal),
          network: hostileNames[i % hostileNames.length] ?? "",
        })),
      })),
    },
    coverage: {
      ...clean.coverage,
      doubts: clean.coverage.doubts.map((doubt) => ({ ...doubt, reason: evil() })),
    },
    changes: clean.changes.map((change) => ({ ...change, text: evil() })),
  };
};
