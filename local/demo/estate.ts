// The company of the demonstration: one cluster, its schemas, roles and mappings, made as its admin would make them.
import { Cluster } from "../../lib/core/base/ids.ts";

export const ACCOUNT = "111122223333";
export const REGION = "us-east-1";
export const CLUSTER_ID = "k7abcdefghij1234567890orders";
export const CLUSTER = Cluster.parse(`arn:aws:dsql:${REGION}:${ACCOUNT}:cluster/${CLUSTER_ID}`);
export const AUDITOR_USER = "dsql_auditor";

const iamRole = (path: string): string => `arn:aws:iam::${ACCOUNT}:role/${path}`;

/** The IAM roles of the company, and its one IAM user; the key is how the rest of the demonstration names them. */
export const principals = {
  admin: { arn: iamRole("ops/DatabaseAdmin"), id: "AROADEMODBADMIN000001", role: "admin" },
  auditor: { arn: iamRole("dsql-access-auditor-snapshot"), id: "AROADEMOAUDITOR000002", role: AUDITOR_USER },
  ordersApi: { arn: iamRole("service/OrdersApi"), id: "AROADEMOORDERSAPI0003", role: "api_readwrite" },
  catalogApi: { arn: iamRole("service/CatalogApi"), id: "AROADEMOCATALOGAPI004", role: "api_readonly" },
  userService: { arn: iamRole("service/UserService"), id: "AROADEMOUSERSERVICE05", role: "user_service" },
  reporting: { arn: iamRole("jobs/NightlyReports"), id: "AROADEMOREPORTING0006", role: "reporting_readonly" },
  migrations: { arn: iamRole("ci/SchemaMigrations"), id: "AROADEMOMIGRATIONS007", role: "migration_user" },
  analytics: { arn: iamRole("data/AnalyticsNotebook"), id: "AROADEMOANALYTICS0008", role: "analytics_user" },
  backup: { arn: iamRole("jobs/LogicalBackup"), id: "AROADEMOBACKUP0000009", role: "backup_user" },
  contractor: {
    arn: iamRole("external/ContractorNils"),
    id: "AROADEMOCONTRACTOR010",
    role: "contractor_nils",
  },
  support: {
    arn: iamRole("aws-reserved/sso.amazonaws.com/AWSReservedSSO_Support_a1b2c3d4e5f60718"),
    id: "AROADEMOSUPPORT000011",
    role: "support_readonly",
  },
  partner: {
    arn: "arn:aws:iam::999900001111:role/bi/DashboardVendor",
    id: "AROADEMOPARTNER000012",
    role: "partner_bi",
  },
  /** Mapped to nothing: its connections are refused. */
  staging: { arn: iamRole("staging/BillingWorker"), id: "AROADEMOSTAGING000013", role: "api_readwrite" },
  warehouse: { arn: iamRole("jobs/WarehouseSync"), id: "AROADEMOWAREHOUSE0014", role: "warehouse_sync" },
  inventory: { arn: iamRole("ci/InventoryLoader"), id: "AROADEMOINVENTORY0015", role: "inventory_load" },
  cron: {
    arn: `arn:aws:iam::${ACCOUNT}:user/legacy/NightCron`,
    id: "AIDADEMONIGHTCRON0016",
    role: "cron_user",
  },
} as const satisfies Record<string, { arn: string; id: string; role: string }>;
export type PrincipalKey = keyof typeof principals;

export const isUser = (arn: string): boolean => arn.includes(":user/");

/** The unique id of whoever is made again under the name of one that was deleted. */
export const madeAgainId = (id: string): string => id.replace("DEMO", "MADEAGAIN").slice(0, 21);

const map = (key: PrincipalKey): string =>
  `AWS IAM GRANT ${principals[key].role} TO '${principals[key].arn}'`;

/** The root user of the company's account. */
export const ROOT = `arn:aws:iam::${ACCOUNT}:root`;

/** One statement each: DSQL takes one DDL statement a transaction, and GRANT counts as DDL. */
export const estateSql: readonly string[] = [
  "CREATE TABLE public.orders (id uuid PRIMARY KEY, customer uuid NOT NULL, total numeric, placed_at timestamptz)",
  "CREATE TABLE public.order_items (order_id uuid, line int, product uuid, quantity int, PRIMARY KEY (order_id, line))",
  "CREATE TABLE public.products (id uuid PRIMARY KEY, name text, price numeric)",
  "CREATE TABLE public.payments (id uuid PRIMARY KEY, order_id uuid, amount numeric, card_token text)",
  "CREATE SCHEMA users_schema",
  "CREATE TABLE users_schema.users (id uuid PRIMARY KEY, email text, full_name text, password_hash text)",
  "CREATE TABLE users_schema.addresses (id uuid PRIMARY KEY, user_id uuid, street text, city text)",
  "CREATE TABLE users_schema.sessions (id uuid PRIMARY KEY, user_id uuid, expires_at timestamptz)",
  `CREATE ROLE ${AUDITOR_USER} WITH LOGIN`,
  map("auditor"),
  "CREATE ROLE api_readonly WITH LOGIN",
  map("catalogApi"),
  "GRANT SELECT ON public.orders, public.order_items, public.products TO api_readonly",
  "CREATE ROLE api_readwrite WITH LOGIN",
  map("ordersApi"),
  "GRANT SELECT, INSERT, UPDATE, DELETE ON public.orders, public.order_items, public.payments TO api_readwrite",
  "GRANT SELECT ON public.products TO api_readwrite",
  "CREATE ROLE user_service WITH LOGIN",
  map("userService"),
  "GRANT USAGE ON SCHEMA users_schema TO user_service",
  "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA users_schema TO user_service",
  "CREATE ROLE reporting_readonly WITH LOGIN",
  map("reporting"),
  "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reporting_readonly",
  "CREATE ROLE migration_user WITH LOGIN",
  map("migrations"),
  "GRANT USAGE, CREATE ON SCHEMA users_schema TO migration_user",
  "CREATE ROLE analytics_user WITH LOGIN",
  map("analytics"),
  "GRANT SELECT ON public.orders, public.order_items, public.products TO analytics_user",
  "GRANT USAGE ON SCHEMA users_schema TO analytics_user",
  "GRANT SELECT (id, full_name) ON users_schema.users TO analytics_user",
  "CREATE ROLE support_readonly WITH LOGIN",
  map("support"),
  "GRANT SELECT ON public.orders, public.order_items TO support_readonly",
  "CREATE ROLE backup_user WITH LOGIN",
  map("backup"),
  "GRANT SELECT ON ALL TABLES IN SCHEMA public TO backup_user",
  "GRANT USAGE ON SCHEMA users_schema TO backup_user",
  "GRANT SELECT ON ALL TABLES IN SCHEMA users_schema TO backup_user",
  "CREATE ROLE warehouse_sync WITH LOGIN",
  map("warehouse"),
  "GRANT SELECT ON public.order_items, public.products TO warehouse_sync",
  "CREATE ROLE inventory_load WITH LOGIN",
  map("inventory"),
  "GRANT SELECT ON public.products TO inventory_load",
  "CREATE ROLE cron_user WITH LOGIN",
  map("cron"),
  "GRANT SELECT ON public.order_items TO cron_user",
];
