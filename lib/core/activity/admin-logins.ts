// Who was let in as admin: the role that IAM alone opens, without a mapping.
import type { Instant } from "../base/time.ts";
import type { Tally } from "./activity.ts";

/** The role that needs no mapping: https://docs.aws.amazon.com/aurora-dsql/latest/userguide/authentication-authorization.html */
export const ADMIN = "admin";

/** A principal that was let in as admin, and when last. */
export type AdminLogin = { readonly arn: string; readonly lastUseAt: Instant };

/** Of each principal the last of all these, by ARN. */
export const lastLogins = (logins: Iterable<AdminLogin>): AdminLogin[] => {
  const last = new Map<string, Instant>();
  for (const { arn, lastUseAt } of logins) last.set(arn, Math.max(lastUseAt, last.get(arn) ?? lastUseAt));
  return [...last].sort(([a], [b]) => (a < b ? -1 : 1)).map(([arn, lastUseAt]) => ({ arn, lastUseAt }));
};

/** By ARN; refused attempts are no logins. */
export const adminLoginsOf = (tallies: readonly Tally[]): AdminLogin[] =>
  lastLogins(
    tallies
      .filter(({ action, outcome }) => action === "DbConnectAdmin" && outcome === "allowed")
      .map(({ principal, lastAt }) => ({ arn: principal, lastUseAt: lastAt })),
  );
