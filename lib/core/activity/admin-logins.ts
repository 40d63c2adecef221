// Who was let in as admin: the role that IAM alone opens, without a mapping.
import type { Instant } from "../base/time.ts";
import type { Tally } from "./activity.ts";

/** The role that needs no mapping: https://docs.aws.amazon.com/aurora-dsql/latest/userguide/authentication-authorization.html */
export const ADMIN = "admin";

/** A principal that was let in as admin, and when last. */
export type AdminLogin = { readonly arn: string; readonly lastUseAt: Instant };

/** By ARN; refused attempts are no logins. */
export const adminLoginsOf = (tallies: readonly Tally[]): AdminLogin[] => {
  const last = new Map<string, Instant>();
  for (const { principal, action, outcome, lastAt } of tallies) {
    if (action !== "DbConnectAdmin" || outcome !== "allowed") continue;
    last.set(principal, Math.max(lastAt, last.get(principal) ?? lastAt));
  }
  return [...last].sort(([a], [b]) => (a < b ? -1 : 1)).map(([arn, lastUseAt]) => ({ arn, lastUseAt }));
};
