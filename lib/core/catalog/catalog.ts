// What one cluster's catalog said at one instant: sections, each read or unreadable with a reason.
// Everything refers to roles and objects by OID, so that a rename changes one row. Rows are sorted by their key.
import { isDsqlCluster } from "../base/cluster-host.ts";
import { Cluster, Oid } from "../base/ids.ts";
import * as z from "../base/zod.ts";
import { Extras } from "./extras.ts";
import { IamFacts } from "./iam-facts.ts";
import { Acl, section } from "./section.ts";

export { Acl, AclEntry } from "./section.ts";

export const Role = z.object({
  oid: Oid,
  name: z.string(),
  superuser: z.boolean(),
  inherit: z.boolean(),
  createRole: z.boolean(),
  createDb: z.boolean(),
  canLogin: z.boolean(),
  replication: z.boolean(),
  bypassRls: z.boolean(),
  connectionLimit: z.int(),
  validUntil: z.nullable(z.string()),
});
export type Role = z.infer<typeof Role>;

/** `member` is a member of `role`. `inherit` and `set` are null where the server has no such column (before 16). */
export const Membership = z.object({
  role: Oid,
  member: Oid,
  grantor: Oid,
  admin: z.boolean(),
  inherit: z.nullable(z.boolean()),
  set: z.nullable(z.boolean()),
});
export type Membership = z.infer<typeof Membership>;

/** A row of sys.iam_pg_role_mappings. */
export const Mapping = z.object({
  iamOid: Oid,
  arn: z.string(),
  role: Oid,
  roleName: z.string(),
  grantor: Oid,
});
export type Mapping = z.infer<typeof Mapping>;

export const Schema = z.object({ oid: Oid, name: z.string(), owner: Oid, acl: Acl });
export type Schema = z.infer<typeof Schema>;

/** `kind` is pg_class.relkind: r table, p partitioned table, v view, m materialised view, S sequence, f foreign table. */
export const Relation = z.object({
  oid: Oid,
  schema: Oid,
  name: z.string(),
  kind: z.enum(["r", "p", "v", "m", "S", "f"]),
  owner: Oid,
  acl: Acl,
});
export type Relation = z.infer<typeof Relation>;

/** Only columns that have an ACL of their own; `number` is negative for system columns. */
export const Column = z.object({ relation: Oid, number: z.int(), name: z.string(), acl: Acl });
export type Column = z.infer<typeof Column>;

/** `kind` is pg_proc.prokind: f function, p procedure, a aggregate, w window function. */
export const Routine = z.object({
  oid: Oid,
  schema: Oid,
  name: z.string(),
  identityArguments: z.string(),
  kind: z.enum(["f", "p", "a", "w"]),
  owner: Oid,
  securityDefiner: z.boolean(),
  acl: Acl,
});
export type Routine = z.infer<typeof Routine>;

/** `kind` is pg_type.typtype: b base, c composite (stand-alone), d domain, e enum, r range, m multirange. */
export const Type = z.object({
  oid: Oid,
  schema: Oid,
  name: z.string(),
  kind: z.string(),
  owner: Oid,
  acl: Acl,
});
export type Type = z.infer<typeof Type>;

/** A row of pg_default_acl. `schema` 0: all schemas. `objectType`: r relation, S sequence, f function, T type, n schema. */
export const DefaultPrivilege = z.object({
  oid: Oid,
  role: Oid,
  schema: Oid,
  objectType: z.string(),
  acl: Acl,
});
export type DefaultPrivilege = z.infer<typeof DefaultPrivilege>;

export const Database = z.object({ oid: Oid, name: z.string(), owner: Oid, acl: Acl });
export type Database = z.infer<typeof Database>;

export const Sections = z.object({
  roles: section(Role),
  memberships: section(Membership),
  mappings: section(Mapping),
  schemas: section(Schema),
  relations: section(Relation),
  columns: section(Column),
  functions: section(Routine),
  types: section(Type),
  defaultPrivileges: section(DefaultPrivilege),
  database: section(Database),
});
export type Sections = z.infer<typeof Sections>;
export type SectionName = keyof Sections;
export const sectionNames = Object.keys(Sections.shape) as readonly SectionName[];
export type RowOf<N extends SectionName> = Extract<Sections[N], { status: "read" }>["rows"][number];

/** The format of the canonical snapshot; raised when a field changes its meaning. */
export const CATALOG_FORMAT = 1;

/** The peers of a cluster in other Regions, by ARN, as Aurora DSQL's API named them; or why it did not. */
export const ToldPeers = z.discriminatedUnion("status", [
  z.object({ status: z.literal("read"), arns: z.array(z.string()) }),
  z.object({ status: z.literal("unreadable"), reason: z.string() }),
]);
export type ToldPeers = z.infer<typeof ToldPeers>;

export const Catalog = z.object({
  format: z.literal(CATALOG_FORMAT),
  cluster: Cluster,
  /** server_version_num: 160014. 0 where it could not be read. */
  serverVersion: z.int(),
  sections: Sections,
  /** Missing in a snapshot of a release that did not read them. */
  extras: z.optional(Extras),
  /** What IAM says of the cluster. Missing: it was not asked, as by a release that did not. */
  iam: z.optional(IamFacts),
  /** Only where IAM was not asked, which tells them too. Missing: nobody asked. */
  peers: z.optional(ToldPeers),
});
export type Catalog = z.infer<typeof Catalog>;

/** The rows of a section, none where it is unreadable: only for uses where "none" and "unknown" come to the same. */
export const rowsOf = <N extends SectionName>(catalog: Catalog, name: N): readonly RowOf<N>[] => {
  const { sections } = catalog;
  const found = sections[name];
  return found.status === "read" ? (found.rows as RowOf<N>[]) : [];
};

/** Whether the catalog is of an Aurora DSQL cluster, by its ARN or its endpoint: another PostgreSQL has another address. */
export const isDsql = ({ cluster }: Pick<Catalog, "cluster">): boolean => isDsqlCluster(cluster);
