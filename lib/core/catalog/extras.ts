// What a snapshot holds beside its sections: how views reach tables, whose a sequence is, and objects of rarer kinds.
// It came later: a snapshot of an older release has none of it, which is "not read", never "none".
import { isDsqlCluster } from "../base/cluster-host.ts";
import { type Cluster, Oid } from "../base/ids.ts";
import * as z from "../base/zod.ts";
import { Acl, section } from "./section.ts";

/** A view; with `security_invoker` it reads and writes with its caller's rights, else with its owner's. */
export const ViewRights = z.object({ oid: Oid, invoker: z.boolean() });

/**
 * A rule of a view or table. That which makes a view names the relations it reads, and tells which of INSERT, UPDATE, DELETE
 * go through to one of them (pg_relation_is_updatable() without triggers: bits 8, 4, 16) but for the columns `fixed`. One
 * that somebody wrote (CREATE RULE) has the statement that sets it off as `event`, and may stand `instead` of it.
 */
export const ViewRule = z.object({
  view: Oid,
  relations: z.array(Oid),
  updatable: z.int(),
  // Missing: an earlier release, which read views alone.
  fixed: z.optional(z.array(z.int())),
  event: z.optional(z.nullable(z.enum(["INSERT", "UPDATE", "DELETE"]))),
  instead: z.optional(z.boolean()),
  // Of the system's relations that a view reads those, by name, that PUBLIC may not read. Missing: none, or an earlier release.
  secret: z.optional(z.array(z.string())),
});
export type ViewRule = z.infer<typeof ViewRule>;

/** A sequence that belongs to a column: it has its table's owner, always. */
export const SequenceOf = z.object({ sequence: Oid, table: Oid });

/** A table with row-level security: policies decide which of its rows a role sees; `forced`, also of those of its owner. */
export const RowSecurity = z.object({ table: Oid, forced: z.boolean() });

/** An object that privileges can be on and that is none of a schema's. `owner` null: its kind has none. */
export const OtherObject = z.object({ oid: Oid, name: z.string(), owner: z.nullable(Oid), acl: Acl });
export type OtherObject = z.infer<typeof OtherObject>;

/** Rows of the other kinds: those alone that somebody granted something on, or all where they are few. */
export const Extras = z.object({
  views: section(ViewRights),
  viewRules: section(ViewRule),
  sequences: section(SequenceOf),
  parameters: section(OtherObject),
  largeObjects: section(OtherObject),
  foreignServers: section(OtherObject),
  foreignDataWrappers: section(OtherObject),
  tablespaces: section(OtherObject),
  languages: section(OtherObject),
  // Missing: Aurora DSQL, which has none, or a release that did not read it.
  rowSecurity: z.optional(section(RowSecurity)),
});
export type Extras = z.infer<typeof Extras>;
export type ExtraName = keyof Extras;
export const extraNames = Object.keys(Extras.shape) as readonly ExtraName[];
export type ExtraRow<N extends ExtraName> = Extract<Extras[N], { status: "read" }>["rows"][number];

/** The kinds of OtherObject, as people and SQL call them. */
export const otherKinds = {
  parameters: "parameter",
  largeObjects: "large object",
  foreignServers: "foreign server",
  foreignDataWrappers: "foreign data wrapper",
  tablespaces: "tablespace",
  languages: "language",
} as const satisfies { readonly [N in ExtraName]?: string };
export type OtherSection = keyof typeof otherKinds;
/** "foreign server films": how an object that stands in no schema is called and asked for. */
export const otherName = (section: OtherSection, name: string): string => `${otherKinds[section]} ${name}`;
export const otherSections = Object.keys(otherKinds) as readonly OtherSection[];

type WithExtras = { readonly cluster: Cluster; readonly extras?: Extras | undefined };

/** The rows; or why there are none to look at. */
export const extraOf = <N extends ExtraName>(
  { cluster, extras }: WithExtras,
  name: N,
): { readonly rows: readonly ExtraRow<N>[] } | { readonly rows: null; readonly reason: string } => {
  const found: Extras[ExtraName] = extras?.[name];
  if (found === undefined && name === "rowSecurity" && isDsqlCluster(cluster)) return { rows: [] };
  if (found === undefined) return { rows: null, reason: "an older release took the snapshot" };
  return found.status === "read"
    ? { rows: found.rows as ExtraRow<N>[] }
    : { rows: null, reason: found.reason };
};
