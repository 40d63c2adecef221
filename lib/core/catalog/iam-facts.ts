// What IAM says about one cluster at one instant: parts, each read or unreadable with a reason. The second wall of a snapshot.
// Instants are epoch milliseconds, policy documents are JSON text as AWS gave it (URL-decoded, never parsed and written anew).
import * as z from "../base/zod.ts";
import { section } from "./section.ts";

/** A tag of an IAM identity or of a cluster. Its value may be empty; the keys of IAM identities ignore case. */
export const Tag = z.object({ key: z.string(), value: z.string() });
export type Tag = z.infer<typeof Tag>;

/** A policy embedded in one user, group or role. */
export const InlinePolicy = z.object({ name: z.string(), document: z.string() });
export type InlinePolicy = z.infer<typeof InlinePolicy>;

const identity = {
  arn: z.string(),
  /** RoleId AROA…, UserId AIDA…, GroupId AGPA…: another one under the same ARN is another identity. */
  id: z.string(),
  name: z.string(),
  path: z.string(),
  createdAt: z.nullable(z.int()),
  inline: z.array(InlinePolicy),
  /** ARNs of attached managed policies; their documents stand in `managedPolicies`. */
  attached: z.array(z.string()),
};

export const IamGroup = z.object(identity);
export type IamGroup = z.infer<typeof IamGroup>;

/** `groups` are names; `boundary` is the ARN of the managed policy that is its permissions boundary. */
export const IamUser = z.object({
  ...identity,
  groups: z.array(z.string()),
  boundary: z.nullable(z.string()),
  tags: z.array(Tag),
});
export type IamUser = z.infer<typeof IamUser>;

/** `trust` is the document that says who may assume it. */
export const IamRole = z.object({
  ...identity,
  trust: z.string(),
  boundary: z.nullable(z.string()),
  tags: z.array(Tag),
});
export type IamRole = z.infer<typeof IamRole>;

/** A managed policy in its default version. `document` null: the answer held no such version. */
export const ManagedPolicy = z.object({
  arn: z.string(),
  name: z.string(),
  version: z.string(),
  document: z.nullable(z.string()),
});
export type ManagedPolicy = z.infer<typeof ManagedPolicy>;

/** When a role was last used in the last 400 days; null: not in that time. Apart from the roles, for it moves daily. */
export const RoleUse = z.object({
  arn: z.string(),
  lastUsedAt: z.nullable(z.int()),
  region: z.nullable(z.string()),
});
export type RoleUse = z.infer<typeof RoleUse>;

/** `lastUsedAt` null: never used, as far as AWS has kept it. */
export const AccessKey = z.object({
  id: z.string(),
  active: z.boolean(),
  createdAt: z.nullable(z.int()),
  lastUsedAt: z.nullable(z.int()),
  lastUsedService: z.nullable(z.string()),
});
export type AccessKey = z.infer<typeof AccessKey>;

/** The access keys of one mapped IAM user. */
export const UserKeys = z.object({ arn: z.string(), keys: section(AccessKey) });
export type UserKeys = z.infer<typeof UserKeys>;

/** A resource-based policy as GetClusterPolicy answers it. */
export const ClusterPolicy = z.object({ document: z.string(), version: z.nullable(z.string()) });
export type ClusterPolicy = z.infer<typeof ClusterPolicy>;

/**
 * Users and roles that may tag or untag the cluster, or may under conditions; `more`: so many are not listed; of `unknown`
 * it could not be told.
 */
const Taggers = z.object({ arns: z.array(z.string()), more: z.int(), unknown: z.int() });

/**
 * The cluster in one Region: itself, and each of its peers with an ARN, a policy and tags of its own. `policy` read without
 * a row: it has none, and whoever IAM lets in may come from anywhere.
 */
export const ClusterAccess = z.object({
  arn: z.string(),
  region: z.string(),
  policy: section(ClusterPolicy),
  tags: section(Tag),
  /** Why it is not known whether it has peers in other Regions; without it those that there are stand beside it. */
  peersUnread: z.optional(z.string()),
  /** Who may change the tags; without it this was not asked, as no policy decides by them. */
  taggers: z.optional(Taggers),
});
export type ClusterAccess = z.infer<typeof ClusterAccess>;

/** What GetRole or GetUser said of a mapped ARN. `gone`: no such identity; `unreadable`: with the reason. */
export const MappedIdentity = z.discriminatedUnion("status", [
  z.object({
    arn: z.string(),
    status: z.literal("exists"),
    kind: z.enum(["role", "user"]),
    id: z.string(),
    /** The ARN that it has now: the path of the mapped one may differ. */
    actualArn: z.string(),
    createdAt: z.nullable(z.int()),
    lastUsedAt: z.nullable(z.int()),
    boundary: z.nullable(z.string()),
    tags: z.array(Tag),
  }),
  z.object({ arn: z.string(), status: z.literal("gone") }),
  z.object({
    arn: z.string(),
    status: z.literal("unreadable"),
    reason: z.string(),
    code: z.nullable(z.string()),
  }),
]);
export type MappedIdentity = z.infer<typeof MappedIdentity>;

/** `code` of an unreadable part is AWS's error code ("AccessDenied") where there was one. */
export const IamParts = z.object({
  users: section(IamUser),
  groups: section(IamGroup),
  roles: section(IamRole),
  managedPolicies: section(ManagedPolicy),
  roleUses: section(RoleUse),
  accessKeys: section(UserKeys),
  clusters: section(ClusterAccess),
  identities: section(MappedIdentity),
});
export type IamParts = z.infer<typeof IamParts>;
export type IamPartName = keyof IamParts;
export const iamPartNames = Object.keys(IamParts.shape) as readonly IamPartName[];

/** The format of the IAM section; raised when a field changes its meaning. */
export const IAM_FORMAT = 1;

/**
 * How many policies were read and not kept, as no statement of theirs can bear on connecting to the cluster: inline ones,
 * and managed ones, which then do not stand in `attached` either.
 */
export const LeftOut = z.object({ inline: z.int(), managed: z.int() });
export type LeftOut = z.infer<typeof LeftOut>;

/** The answer of AWS's policy simulator for one action on one cluster. */
export const Simulated = z.object({
  decision: z.enum(["allowed", "denied"]),
  /** Condition keys that the policies name and nobody told it; those of statements about something else are among them. */
  missing: z.array(z.string()),
  /** Whether the organisation's policies (SCP) allow it; null: it does not say. */
  inOrganization: z.nullable(z.boolean()),
});
export type Simulated = Omit<z.infer<typeof Simulated>, "missing"> & { readonly missing: readonly string[] };

/** What the simulator said of one identity. `policies` is the digest of all that it was asked about: of others it says nothing. */
export const AskedIdentity = z.object({
  arn: z.string(),
  policies: z.string(),
  askedAt: z.int(),
  answers: z.object({ DbConnect: z.optional(Simulated), DbConnectAdmin: z.optional(Simulated) }),
});
export type AskedIdentity = z.infer<typeof AskedIdentity>;

/**
 * The second opinions on the identities of the section, asked for `cluster`. `refused`: why the last of them was not given,
 * since when, and the permission that is missing where one is. `waiting`: identities whose policies nobody asked about yet.
 */
export const IamOpinions = z.object({
  cluster: z.string(),
  identities: z.array(AskedIdentity),
  refused: z.nullable(z.object({ why: z.string(), permission: z.nullable(z.string()), since: z.int() })),
  waiting: z.int(),
});
export type IamOpinions = z.infer<typeof IamOpinions>;

/**
 * The IAM section of a snapshot. `account` and `partition` are those of the cluster. `leftOut` missing: everything that
 * was read is here. `opinions` missing: nobody asked AWS for any.
 */
export const IamFacts = z.object({
  format: z.literal(IAM_FORMAT),
  account: z.string(),
  partition: z.string(),
  leftOut: z.optional(LeftOut),
  parts: IamParts,
  opinions: z.optional(IamOpinions),
});
export type IamFacts = z.infer<typeof IamFacts>;
export type IamRowOf<N extends IamPartName> = Extract<IamParts[N], { status: "read" }>["rows"][number];

/** The rows of a part, or why there are none to look at. */
export const iamRows = <N extends IamPartName>(
  { parts }: Pick<IamFacts, "parts">,
  name: N,
): { readonly rows: readonly IamRowOf<N>[] } | { readonly rows: null; readonly reason: string } => {
  const found = parts[name];
  return found.status === "read"
    ? { rows: found.rows as IamRowOf<N>[] }
    : { rows: null, reason: found.reason };
};
