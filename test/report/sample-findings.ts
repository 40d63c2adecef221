// What the auditor has found in the sample estate.
import { DAY, HOUR, iso } from "../../lib/core/base/time.ts";
import type { Finding } from "../../lib/core/findings/finding.ts";
import { cluster, END, outage, principal, START } from "./sample-estate.ts";

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
