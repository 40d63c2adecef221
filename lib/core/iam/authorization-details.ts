// The answer of GetAccountAuthorizationDetails, in one page or several, as parts of the IAM section.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
import * as z from "../base/zod.ts";
import type { IamGroup, IamParts, IamRole, IamUser, ManagedPolicy, RoleUse } from "./facts.ts";
import { policyText } from "./policy-text.ts";

const MAX_NAME = 2_048;
const Text = z.string().check(z.maxLength(MAX_NAME));
const Inline = z.nullish(z.array(z.object({ PolicyName: Text, PolicyDocument: z.optional(z.unknown()) })));
const Attached = z.nullish(z.array(z.object({ PolicyArn: Text })));
const Boundary = z.nullish(z.object({ PermissionsBoundaryArn: z.nullish(Text) }));
const Tags = z.nullish(z.array(z.object({ Key: Text, Value: z.nullish(Text) })));
/** An SDK gives a Date, its JSON and the command line a text; some give seconds. */
const When = z.nullish(z.union([z.string(), z.number(), z.date()]));
const Common = { Arn: Text, Path: z.nullish(Text), CreateDate: When, AttachedManagedPolicies: Attached };

const User = z.object({
  ...Common,
  UserName: z.nullish(Text),
  UserId: z.nullish(Text),
  UserPolicyList: Inline,
  GroupList: z.nullish(z.array(Text)),
  PermissionsBoundary: Boundary,
  Tags,
});
const Group = z.object({
  ...Common,
  GroupName: z.nullish(Text),
  GroupId: z.nullish(Text),
  GroupPolicyList: Inline,
});
const Role = z.object({
  ...Common,
  RoleName: z.nullish(Text),
  RoleId: z.nullish(Text),
  AssumeRolePolicyDocument: z.optional(z.unknown()),
  RolePolicyList: Inline,
  PermissionsBoundary: Boundary,
  RoleLastUsed: z.nullish(z.object({ LastUsedDate: When, Region: z.nullish(Text) })),
  Tags,
});
const Policy = z.object({
  Arn: Text,
  PolicyName: z.nullish(Text),
  DefaultVersionId: z.nullish(Text),
  PolicyVersionList: z.nullish(
    z.array(
      z.object({
        VersionId: z.nullish(Text),
        IsDefaultVersion: z.nullish(z.boolean()),
        Document: z.optional(z.unknown()),
      }),
    ),
  ),
});

/** One page. A list that is missing was not asked for, which is not the same as an empty one. */
export const AuthorizationDetails = z.object({
  UserDetailList: z.nullish(z.array(User)),
  GroupDetailList: z.nullish(z.array(Group)),
  RoleDetailList: z.nullish(z.array(Role)),
  Policies: z.nullish(z.array(Policy)),
  IsTruncated: z.nullish(z.boolean()),
});
export type AuthorizationDetails = z.infer<typeof AuthorizationDetails>;

const instantOf = (when: string | number | Date | null | undefined): number | null => {
  if (when === null || when === undefined) return null;
  const at =
    typeof when === "number"
      ? when * (when < 1e11 ? 1_000 : 1)
      : when instanceof Date
        ? when.getTime()
        : Date.parse(when);
  return Number.isSafeInteger(Math.round(at)) ? Math.round(at) : null;
};

const nameIn = (arn: string): string => arn.slice(Math.max(arn.lastIndexOf("/"), arn.lastIndexOf(":")) + 1);
const pathIn = (arn: string): string =>
  /:(?:user|role|group|policy)(\/(?:.*\/)?)[^/]*$/.exec(arn)?.[1] ?? "/";
const tagsOf = (tags: z.infer<typeof Tags>) =>
  (tags ?? []).map(({ Key, Value }) => ({ key: Key, value: Value ?? "" }));
const inlineOf = (list: z.infer<typeof Inline>) =>
  (list ?? []).map(({ PolicyName, PolicyDocument }) => ({
    name: PolicyName,
    document: policyText(PolicyDocument),
  }));

/** Stands among the policies of an identity whose answer holds no list of them, as that of ListRoles: they are not known. */
const NOT_THERE = "(not in the answer)";

/** AWS leaves out the inline policies of who has none, and never both lists. */
const attachedOf = (attached: z.infer<typeof Attached>, inline: z.infer<typeof Inline>): string[] =>
  (attached ?? (inline ? [] : [{ PolicyArn: NOT_THERE }])).map(({ PolicyArn }) => PolicyArn);

const identityOf = (
  one: z.infer<z.ZodObject<typeof Common>>,
  name: string | null | undefined,
  id: string | null | undefined,
  inline: z.infer<typeof Inline>,
) => ({
  arn: one.Arn,
  id: id ?? "",
  name: name ?? nameIn(one.Arn),
  path: one.Path ?? pathIn(one.Arn),
  createdAt: instantOf(one.CreateDate),
  inline: inlineOf(inline),
  attached: attachedOf(one.AttachedManagedPolicies, inline),
});

const userOf = (user: z.infer<typeof User>): IamUser => ({
  ...identityOf(user, user.UserName, user.UserId, user.UserPolicyList),
  groups: user.GroupList ?? [],
  boundary: user.PermissionsBoundary?.PermissionsBoundaryArn ?? null,
  tags: tagsOf(user.Tags),
});

const groupOf = (group: z.infer<typeof Group>): IamGroup =>
  identityOf(group, group.GroupName, group.GroupId, group.GroupPolicyList);

const roleOf = (role: z.infer<typeof Role>): IamRole => ({
  ...identityOf(role, role.RoleName, role.RoleId, role.RolePolicyList),
  trust: policyText(role.AssumeRolePolicyDocument),
  boundary: role.PermissionsBoundary?.PermissionsBoundaryArn ?? null,
  tags: tagsOf(role.Tags),
});

const roleUseOf = ({ Arn, RoleLastUsed }: z.infer<typeof Role>): RoleUse => ({
  arn: Arn,
  lastUsedAt: instantOf(RoleLastUsed?.LastUsedDate),
  region: RoleLastUsed?.Region ?? null,
});

const policyOf = ({
  Arn,
  PolicyName,
  DefaultVersionId,
  PolicyVersionList,
}: z.infer<typeof Policy>): ManagedPolicy => {
  const versions = PolicyVersionList ?? [];
  const inForce = DefaultVersionId
    ? versions.find(({ VersionId }) => VersionId === DefaultVersionId)
    : versions.find(({ IsDefaultVersion }) => IsDefaultVersion === true);
  return {
    arn: Arn,
    name: PolicyName ?? nameIn(Arn),
    version: DefaultVersionId ?? inForce?.VersionId ?? "",
    document:
      inForce?.Document === undefined || inForce.Document === null ? null : policyText(inForce.Document),
  };
};

type Rows = { readonly arn: string };
/** By ARN, each once: pages that were fetched twice hold the same identity twice. */
const unique = <T extends Rows>(rows: readonly T[]): T[] =>
  [...new Map(rows.map((row) => [row.arn, row])).values()].sort((a, b) =>
    a.arn < b.arn ? -1 : a.arn > b.arn ? 1 : 0,
  );

type Details = Pick<IamParts, "users" | "groups" | "roles" | "managedPolicies" | "roleUses">;

const partOf = <P, T extends Rows>(
  pages: readonly AuthorizationDetails[],
  list: keyof AuthorizationDetails,
  rowOf: (one: P) => T,
) => {
  const lists = pages.map((page) => page[list]).filter(Array.isArray) as unknown as readonly P[][];
  return lists.length
    ? ({ status: "read", rows: unique(lists.flat().map(rowOf)) } as const)
    : ({ status: "unreadable", reason: `the answer has no ${list}`, code: null } as const);
};

/** The pages of one answer as parts; rows are sorted by ARN. Roles that were used lately and those that were not stand in `roleUses`. */
export const detailsOf = (pages: readonly AuthorizationDetails[]): Details => ({
  users: partOf(pages, "UserDetailList", userOf),
  groups: partOf(pages, "GroupDetailList", groupOf),
  roles: partOf(pages, "RoleDetailList", roleOf),
  managedPolicies: partOf(pages, "Policies", policyOf),
  roleUses: partOf(pages, "RoleDetailList", roleUseOf),
});
