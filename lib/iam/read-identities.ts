// The identity behind each mapped ARN: out of the account's own lists where they have it, else by GetRole or GetUser.
import { GetRoleCommand, GetUserCommand, type IAMClient, type Role, type User } from "@aws-sdk/client-iam";
import { parseArn } from "../core/base/ids.ts";
import type { IamRole, IamUser, MappedIdentity } from "../core/iam/facts.ts";
import type { Calls } from "./call.ts";
import type { Details } from "./read-details.ts";
import { isMissing, refusalOf, unread } from "./refusal.ts";

/** One call each, where the lists could not be read: a database with more mappings than this has to be asked in pieces. */
const MAX_LOOKUPS = 1_000;

/** What an ARN of a mapping names, as far as it can be asked for here. */
type Asked =
  | { readonly kind: "role" | "user"; readonly name: string }
  | { readonly kind: null; readonly reason: string };

export const askedBy = (arn: string, account: string): Asked => {
  const parts = parseArn(arn);
  const [, kind, name] = /^(role|user)\/(?:.*\/)?([^/*?]+)$/s.exec(parts?.resource ?? "") ?? [];
  if (parts?.service !== "iam" || !kind || !name)
    return { kind: null, reason: "this is not the ARN of one IAM role or user" };
  if (parts.account !== account)
    return { kind: null, reason: `another account (${parts.account}): its IAM cannot be read from here` };
  return { kind: kind === "role" ? "role" : "user", name };
};

const instant = (date: Date | undefined): number | null => date?.getTime() ?? null;

const ofAnswer = (arn: string, kind: "role" | "user", found: Role & User, id: string): MappedIdentity => ({
  arn,
  status: "exists",
  kind,
  id,
  actualArn: found.Arn ?? arn,
  createdAt: instant(found.CreateDate),
  // A user's own date is of its password, and a mapping is never used with one: its keys tell.
  lastUsedAt: kind === "role" ? instant(found.RoleLastUsed?.LastUsedDate) : null,
  boundary: found.PermissionsBoundary?.PermissionsBoundaryArn ?? null,
  tags: (found.Tags ?? []).map(({ Key = "", Value = "" }) => ({ key: Key, value: Value })),
});

const byCall = async (
  client: IAMClient,
  { call }: Calls,
  arn: string,
  { kind, name }: Extract<Asked, { name: string }>,
): Promise<MappedIdentity> => {
  const action = kind === "role" ? "iam:GetRole" : "iam:GetUser";
  try {
    const found =
      kind === "role"
        ? (await call((options) => client.send(new GetRoleCommand({ RoleName: name }), options))).Role
        : (await call((options) => client.send(new GetUserCommand({ UserName: name }), options))).User;
    const id = found && ("RoleId" in found ? found.RoleId : "UserId" in found ? found.UserId : undefined);
    if (!found || !id) return { arn, ...unread(`${action} was answered without an identity`) };
    return ofAnswer(arn, kind, found as Role & User, id);
  } catch (error) {
    return isMissing(error) ? { arn, status: "gone" } : { arn, ...refusalOf(action, error) };
  }
};

const ofList = (
  arn: string,
  kind: "role" | "user",
  row: IamRole | IamUser,
  lastUsedAt: number | null,
): MappedIdentity => ({
  arn,
  status: "exists",
  kind,
  id: row.id,
  actualArn: row.arn,
  createdAt: row.createdAt,
  lastUsedAt,
  boundary: row.boundary,
  tags: row.tags,
});

/**
 * One row for each ARN, sorted. What the lists do not have is asked for once more before it is called gone: they may be a
 * moment behind. Never throws.
 */
export const readIdentities = async (
  client: IAMClient,
  calls: Calls,
  {
    arns,
    account,
    details,
  }: { readonly arns: readonly string[]; readonly account: string; readonly details: Details },
): Promise<MappedIdentity[]> => {
  // Names are unique in an account whatever the path.
  const listed = new Map(
    (["roles", "users"] as const).flatMap((part) => {
      const found = details[part];
      return found.status === "read" ? found.rows.map((row) => [`${part} ${row.name}`, row] as const) : [];
    }),
  );
  const uses = new Map(
    details.roleUses.status === "read"
      ? details.roleUses.rows.map(({ arn, lastUsedAt }) => [arn, lastUsedAt] as const)
      : [],
  );
  let lookups = 0;
  return calls.each([...new Set(arns)].sort(), async (arn): Promise<MappedIdentity> => {
    const asked = askedBy(arn, account);
    if (asked.kind === null) return { arn, ...unread(asked.reason) };
    const row = listed.get(`${asked.kind}s ${asked.name}`);
    if (row) return ofList(arn, asked.kind, row, uses.get(row.arn) ?? null);
    if (++lookups > MAX_LOOKUPS)
      return { arn, ...unread(`more than ${MAX_LOOKUPS} mapped identities had to be asked for one by one`) };
    return byCall(client, calls, arn, asked);
  });
};
