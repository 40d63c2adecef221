// What can differ between two snapshots: a closed union. Each change can be applied, and names what it is about.
import { Oid } from "../base/ids.ts";
import * as z from "../base/zod.ts";
import {
  Acl,
  Database,
  Mapping,
  Relation,
  Role,
  Routine,
  Schema,
  type SectionName,
  sectionNames,
  Type,
} from "../catalog/catalog.ts";
import { type OtherSection, otherSections, ViewRule } from "../catalog/extras.ts";
import { ObjectSection } from "../catalog/object-section.ts";
import { iamChangeShape } from "./iam-change.ts";

/** A role by its OID and by the name that people read; null where the roles could not be read. 0 is PUBLIC. */
export const RoleRef = z.object({ oid: Oid, name: z.nullable(z.string()) });
export type RoleRef = z.infer<typeof RoleRef>;

/** `oid` is the relation's for a column, `column` its number. Names are raw; a function's has its identity arguments. */
export const ObjectRef = z.object({
  section: ObjectSection,
  oid: Oid,
  column: z.nullable(z.int()),
  kind: z.string(),
  schema: z.nullable(z.string()),
  name: z.string(),
});
export type ObjectRef = z.infer<typeof ObjectRef>;

/** PostgreSQL's letters; `grantable` is a subset of `privileges`. */
export const Letters = z.object({ privileges: z.string(), grantable: z.string() });
export type Letters = z.infer<typeof Letters>;

const MembershipOptions = z.object({
  admin: z.boolean(),
  inherit: z.nullable(z.boolean()),
  set: z.nullable(z.boolean()),
});
export type MembershipOptions = z.infer<typeof MembershipOptions>;

/**
 * Another grant that gives some of the same. `how`: `grant`, another one to the same role on the same object; `public`, one
 * to PUBLIC; `table`, one on the whole table of a column; `member`, one to a role whose privileges the grantee inherits
 * (`to`); `superuser`, the grantee needs none; `unread`: something could not be read, so there may be more.
 */
const OtherGrant = z.object({
  how: z.enum(["grant", "public", "table", "member", "superuser", "unread"]),
  to: RoleRef,
  by: RoleRef,
  privileges: z.string(),
  grantable: z.string(),
});
export type OtherGrant = z.infer<typeof OtherGrant>;

/** The same membership by another grantor. */
const OtherMembership = z.object({ by: RoleRef, ...MembershipOptions.shape });
export type OtherMembership = z.infer<typeof OtherMembership>;

/** What else gave it before, and what else gives it after. Missing: an earlier release, which did not look. */
const others = <T extends z.ZodType>(one: T) =>
  z.optional(z.object({ before: z.array(one), after: z.array(one) }));
const Section = z.enum(sectionNames as readonly [SectionName, ...SectionName[]]);
/** The snapshot that last read the section, where there is one. */
const Known = z.nullable(z.object({ at: z.int(), seq: z.int() }));
/** The rows of a section of which nothing was known before: neither new nor old. */
const First = z.nullable(z.array(z.record(z.string(), z.unknown())));
const Value = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export const ObjectRow = z.discriminatedUnion("section", [
  z.object({ section: z.literal("schemas"), row: Schema }),
  z.object({ section: z.literal("relations"), row: Relation }),
  z.object({ section: z.literal("functions"), row: Routine }),
  z.object({ section: z.literal("types"), row: Type }),
  z.object({ section: z.literal("database"), row: Database }),
]);
export type ObjectRow = z.infer<typeof ObjectRow>;

/** What an object of a rarer kind is; `owner` null: its kind has none. */
const OtherState = z.object({ name: z.string(), owner: z.nullable(Oid), acl: Acl });

const kind = <K extends string, S extends z.core.$ZodLooseShape>(name: K, shape: S) =>
  z.object({ kind: z.literal(name), ...shape });

// Made when the first stored change is read: most calls read none.
const changesOfRoles = () =>
  [
    kind("server-version", { from: z.int(), to: z.int() }),
    kind("section-unreadable", {
      section: Section,
      reason: z.string(),
      code: z.nullable(z.string()),
      known: Known,
      first: First,
    }),
    kind("section-readable", { section: Section, first: First }),
    kind("role-created", { role: RoleRef, row: Role }),
    kind("role-dropped", { role: RoleRef, row: Role }),
    kind("role-renamed", { role: RoleRef, from: z.string(), to: z.string() }),
    kind("role-attribute", { role: RoleRef, attribute: z.string(), from: Value, to: Value }),
    kind("membership", {
      role: RoleRef,
      member: RoleRef,
      grantor: RoleRef,
      before: z.nullable(MembershipOptions),
      after: z.nullable(MembershipOptions),
      others: others(OtherMembership),
    }),
    kind("mapping", {
      role: RoleRef,
      principal: z.string(),
      before: z.nullable(Mapping),
      after: z.nullable(Mapping),
    }),
  ] as const;

const changesOfObjects = () =>
  [
    /** `roles`: the names of the owner and of those whom the ACL names. Missing: an earlier release. */
    kind("object-created", { object: ObjectRef, entry: ObjectRow, roles: z.optional(z.array(RoleRef)) }),
    kind("object-dropped", { object: ObjectRef, entry: ObjectRow, roles: z.optional(z.array(RoleRef)) }),
    kind("object-renamed", { object: ObjectRef, from: z.string(), to: z.string() }),
    kind("object-moved", {
      object: ObjectRef,
      from: Oid,
      to: Oid,
      fromName: z.nullable(z.string()),
      toName: z.nullable(z.string()),
    }),
    kind("object-attribute", { object: ObjectRef, attribute: z.string(), from: Value, to: Value }),
    kind("owner", { object: ObjectRef, from: RoleRef, to: RoleRef }),
    /** An object without an ACL of its own has its kind's built-in privileges; writing them down changes nobody's access. `column`: a column's bare name. */
    kind("acl-form", { object: ObjectRef, explicit: z.boolean(), column: z.nullable(z.string()) }),
    kind("acl-unknown", { object: ObjectRef, from: z.array(z.string()), to: z.array(z.string()) }),
    kind("grant", {
      object: ObjectRef,
      grantee: RoleRef,
      grantor: RoleRef,
      before: z.nullable(Letters),
      after: z.nullable(Letters),
      others: others(OtherGrant),
    }),
    kind("default-privilege", {
      oid: Oid,
      role: RoleRef,
      schema: z.object({ oid: Oid, name: z.nullable(z.string()) }),
      objectType: z.string(),
      before: z.nullable(z.object({ acl: Acl })),
      after: z.nullable(z.object({ acl: Acl })),
      /** The names of those whom the ACLs name. Missing: an earlier release. */
      grantees: z.optional(z.array(RoleRef)),
    }),
  ] as const;

/** Of what stands beside the sections, and of the second wall. */
const changesBeside = () =>
  [
    /**
     * A parameter, a foreign server or another object that stands in no schema. null: it is not in the snapshot, which of
     * parameters and large objects means that nobody was granted anything on it. `grants`: what the ACLs give, with what is
     * built in, where it differs; entries of the old owner count as the new one's.
     */
    kind("other-object", {
      section: z.enum(otherSections as readonly [OtherSection, ...OtherSection[]]),
      oid: Oid,
      before: z.nullable(OtherState),
      after: z.nullable(OtherState),
      owners: z.object({ before: z.nullable(RoleRef), after: z.nullable(RoleRef) }),
      grants: z.array(
        z.object({
          grantee: RoleRef,
          grantor: RoleRef,
          before: z.nullable(Letters),
          after: z.nullable(Letters),
        }),
      ),
    }),
    /** Whether a view runs with its caller's rights (security_invoker); null: it is not there. */
    kind("view-rights", {
      object: ObjectRef,
      before: z.nullable(z.boolean()),
      after: z.nullable(z.boolean()),
    }),
    /** The rules of a view or table; `relations`: the names of what they read or write. */
    kind("view-rules", {
      object: ObjectRef,
      before: z.array(ViewRule),
      after: z.array(ViewRule),
      relations: z.array(ObjectRef),
    }),
    /** The table whose column a sequence belongs to; null: none. */
    kind("sequence-owner", {
      object: ObjectRef,
      before: z.nullable(ObjectRef),
      after: z.nullable(ObjectRef),
    }),
    /** Whether row-level security is forced on the table's owner too; null: it is not enabled. */
    kind("row-security", {
      object: ObjectRef,
      before: z.nullable(z.boolean()),
      after: z.nullable(z.boolean()),
    }),
    kind("iam", iamChangeShape),
  ] as const;

export const Change = z.lazy(() =>
  z.discriminatedUnion("kind", [...changesOfRoles(), ...changesOfObjects(), ...changesBeside()]),
);
export type Change = z.infer<typeof Change>;
type ChangeKind = Change["kind"];
export type ChangeOf<K extends ChangeKind> = Extract<Change, { kind: K }>;

/**
 * A change and the two snapshots between which it happened: `fromSeq` is the last that still showed the old state
 * (for a section that could not be read: the last that did read it), `toSeq` the first that showed the new one.
 */
export const RecordedChange = z.object({
  fromSeq: z.int(),
  from: z.int(),
  toSeq: z.int(),
  to: z.int(),
  change: Change,
});
export type RecordedChange = z.infer<typeof RecordedChange>;

/** The section whose rows a change is about; none for the server's version, and none of the catalog's for IAM. */
export const sectionOf = (change: Change): SectionName | undefined => {
  switch (change.kind) {
    case "server-version":
    case "iam":
      return undefined;
    case "section-unreadable":
    case "section-readable":
      return change.section;
    case "role-created":
    case "role-dropped":
    case "role-renamed":
    case "role-attribute":
      return "roles";
    case "membership":
      return "memberships";
    case "mapping":
      return "mappings";
    case "default-privilege":
      return "defaultPrivileges";
    case "object-created":
    case "object-dropped":
    case "object-renamed":
    case "object-moved":
    case "object-attribute":
    case "owner":
    case "acl-form":
    case "acl-unknown":
    case "grant":
      return change.object.section;
    // They stand beside the sections, which remember nothing of what could not be read.
    case "other-object":
    case "view-rights":
    case "view-rules":
    case "sequence-owner":
    case "row-security":
      return undefined;
    default:
      return change satisfies never;
  }
};
