// The access keys of mapped IAM users: how old each is and when it was last used.
import {
  type AccessKeyMetadata,
  GetAccessKeyLastUsedCommand,
  type IAMClient,
  ListAccessKeysCommand,
} from "@aws-sdk/client-iam";
import type { AccessKey, MappedIdentity, UserKeys } from "../core/iam/facts.ts";
import type { Calls } from "./call.ts";
import { refusalOf, type Unread } from "./refusal.ts";

/** `LastUsedDate` is missing, and the service "N/A", where a key was never used since IAM began to track it. */
const NEVER = "N/A";

const withUse = async (
  client: IAMClient,
  { call }: Calls,
  { AccessKeyId = "", Status, CreateDate }: AccessKeyMetadata,
): Promise<AccessKey | Unread> => {
  try {
    const { AccessKeyLastUsed: used } = await call((options) =>
      client.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }), options),
    );
    const service = used?.ServiceName;
    return {
      id: AccessKeyId,
      active: Status === "Active",
      createdAt: CreateDate?.getTime() ?? null,
      lastUsedAt: used?.LastUsedDate?.getTime() ?? null,
      lastUsedService: service === undefined || service === NEVER ? null : service,
    };
  } catch (error) {
    return refusalOf("iam:GetAccessKeyLastUsed", error);
  }
};

const keysOf = async (client: IAMClient, calls: Calls, UserName: string): Promise<UserKeys["keys"]> => {
  let found: AccessKeyMetadata[];
  try {
    // A user has two keys at most, so there is one page: IAM/latest/UserGuide/reference_iam-quotas.html
    const answer = await calls.call((options) =>
      client.send(new ListAccessKeysCommand({ UserName }), options),
    );
    found = answer.AccessKeyMetadata ?? [];
  } catch (error) {
    return refusalOf("iam:ListAccessKeys", error);
  }
  const rows: AccessKey[] = [];
  for (const key of found) {
    const row = await withUse(client, calls, key);
    // A key whose use is not known must not look like one that was never used.
    if ("status" in row) return row;
    rows.push(row);
  }
  return { status: "read", rows };
};

/** One row for each of the identities that is a user of this account. Never throws. */
export const readKeys = (
  client: IAMClient,
  calls: Calls,
  identities: readonly MappedIdentity[],
): Promise<UserKeys[]> => {
  const users = identities.flatMap((one) => (one.status === "exists" && one.kind === "user" ? [one] : []));
  return calls.each(users, async ({ arn, actualArn }) => ({
    arn,
    keys: await keysOf(client, calls, actualArn.slice(actualArn.lastIndexOf("/") + 1)),
  }));
};
