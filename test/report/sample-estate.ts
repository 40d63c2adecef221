// Who connects to the sample cluster, as which role and how often, and the time that its report covers.
import { Cluster, Principal } from "../../lib/core/base/ids.ts";
import { DAY, type Instant } from "../../lib/core/base/time.ts";

export const cluster = Cluster.parse(
  "arn:aws:dsql:eu-west-1:111122223333:cluster/kqtyt2hvz5hsmy7mvjwqshop4e",
);
export const END: Instant = Date.UTC(2026, 5, 30, 2);
export const START: Instant = END - 120 * DAY;
export const principal = (name: string): Principal =>
  Principal.parse(`arn:aws:iam::111122223333:role/${name}`);

export const estate = [
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

export const outage = { from: START + 61 * DAY, to: START + 64 * DAY };
