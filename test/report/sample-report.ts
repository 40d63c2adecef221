// A report's data as a small company would see it.
import { DAY, HOUR, iso } from "../../lib/core/base/time.ts";
import type { Reach, ReportData, ReportMapping } from "../../lib/report/report-data.ts";
import { hoursOf, rowsOf } from "./sample-activity.ts";
import { cluster, END, estate, outage, principal, START } from "./sample-estate.ts";
import { sampleFindings } from "./sample-findings.ts";

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

/** The estate at END: one open critical finding, one outage, everything else ordinary. */
export const sampleReport = (): ReportData => ({
  cluster,
  at: END,
  snapshot: { seq: 2881, takenAt: END, hash: "9f2c4b7a".repeat(8) },
  basis: {
    snapshot: { seq: 2881, takenAt: iso(END), manifestHash: "9f2c4b7a".repeat(8) },
    uncertainty: {
      after: iso(END),
      before: null,
      unreadable: [],
      text: `What changed after ${iso(END)} is not known: no later snapshot was taken.`,
    },
  },
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
  archetypes: new Map([
    [
      16401,
      { archetype: "service", because: "it may read and write all 4 tables and views", declared: false },
    ],
    [16403, { archetype: "read-only", because: "it is declared", declared: true }],
    [
      16404,
      { archetype: null, because: "what it may do is not known: columns could not be read", declared: false },
    ],
    [16408, { archetype: "custom", because: 'its name says "<b>ro"', declared: false }],
  ]),
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
      {
        component: "contractor",
        until: "2026-05-31",
        declared: 3,
        live: 2,
        atLeast: false,
        stillDeclared: 0,
      },
      { component: "audit", until: "2026-04-30", declared: 1, live: 0, atLeast: false, stillDeclared: 0 },
      { component: "intern", until: "2026-03-31", declared: 1, live: null, atLeast: true, stillDeclared: 0 },
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
    peers: [],
    peersUnread: null,
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
