// Who a CloudTrail record's userIdentity is, folded to the IAM ARN that a mapping names.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html

import { parseArn } from "../base/arn.ts";
import type { Principal } from "../base/ids.ts";
import { remember } from "../base/remember.ts";
import type { Connection } from "./connection.ts";

/** Stands for all principals that are too many to be kept apart: no record may give this name to a caller. */
export const OTHERS = "unknown:others" as Principal;

type Fields = { readonly [key: string]: unknown };

/** What a record says about the caller; each optional field only where the record has it. */
export type Caller = Pick<
  Connection,
  "principal" | "principalType" | "account" | "principalId" | "sessionName" | "sourceIdentity" | "accessKeyId"
>;

const MAX_PRINCIPAL = 2_048;
const MAX_TEXT = 1_024;

/** The object behind an unknown value; an empty one for all else, so that a missing branch reads as missing fields. */
export const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};

/** A non-empty text, cut to a length that no real field reaches; undefined for all else. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== ""
    ? value.length > MAX_TEXT
      ? value.slice(0, MAX_TEXT)
      : value
    : undefined;

/**
 * An STS session ARN as the ARN of the role behind it, as far as the ARN itself tells: it has lost the role's path.
 * Every other ARN stays what it is.
 */
export const foldArn = (arn: string): string => {
  const parts = parseArn(arn);
  if (parts?.service !== "sts") return arn;
  const [kind, name] = parts.resource.split("/");
  return kind === "assumed-role" && name ? `arn:${parts.partition}:iam::${parts.account}:role/${name}` : arn;
};

/** IAM Identity Center provisions its permission sets as roles of this name, in every account. */
const SSO_ROLE = /(?:^|\/)AWSReservedSSO_[^/]+$/;

const typeOf = (type: string | undefined, principal: string): Connection["principalType"] => {
  switch (type) {
    case "Root":
      return "root";
    case "IAMUser":
      return "user";
    case "FederatedUser":
    case "SAMLUser":
    case "WebIdentityUser":
      return "federated";
    case "IdentityCenterUser":
      return "identity-center";
    case "AWSService":
      return "service";
  }
  const arn = parseArn(principal);
  if (arn?.service === "sts" && arn.resource.startsWith("federated-user/")) return "federated";
  if (arn?.service !== "iam") return "unknown";
  if (arn.resource === "root") return "root";
  if (arn.resource.startsWith("user/")) return "user";
  if (!arn.resource.startsWith("role/")) return "unknown";
  return SSO_ROLE.test(arn.resource) ? "identity-center" : "role";
};

/** What stands before the session or the user that a caller of many names itself: `AROA…` of `AROA…:session`. */
const beforeSession = (principalId: string | undefined): string | undefined =>
  principalId?.split(":")[0] || undefined;

/**
 * Names somebody without an ARN by what there is, so that two of them are not taken for one; without the name of the
 * session, which whoever calls chooses anew each time.
 */
const nameless = (identity: Fields): string => {
  const onBehalfOf = fieldsOf(identity.onBehalfOf);
  const detail =
    textOf(onBehalfOf.userId) ??
    textOf(identity.invokedBy) ??
    beforeSession(textOf(identity.principalId)) ??
    textOf(identity.userName);
  const type = textOf(identity.type);
  const account = textOf(identity.accountId);
  const parts = [type, account, detail === account ? undefined : detail];
  const name = `unknown:${parts.filter((part) => part !== undefined).join("/")}`;
  return name === OTHERS ? `${name}/` : name;
};

/** What an ARN says about whom it names; remembered, for a few principals make up all records. */
const namedBy = remember((arn: string) => {
  const folded = foldArn(arn).slice(0, MAX_PRINCIPAL);
  const parts = parseArn(folded);
  const principal = folded as Principal;
  return { principal, isArn: parts !== undefined, isIam: parts?.service === "iam", account: parts?.account };
});

const typesOf = remember((key: string): Connection["principalType"] => {
  const cut = key.indexOf(" ");
  return typeOf(key.slice(0, cut) || undefined, key.slice(cut + 1));
});

/** `…:assumed-role/Name/session` and `…:federated-user/name`: what follows. */
const sessionOfArn = (arn: string): string | undefined => {
  const role = arn.indexOf(":assumed-role/");
  if (role >= 0) {
    const slash = arn.indexOf("/", role + ":assumed-role/".length);
    return slash < 0 ? undefined : arn.slice(slash + 1) || undefined;
  }
  const user = arn.indexOf(":federated-user/");
  return user < 0 ? undefined : arn.slice(user + ":federated-user/".length) || undefined;
};

/**
 * Folds a `userIdentity` to the IAM ARN behind it: a session to its `sessionIssuer`, which keeps the role's path; without
 * one an assumed-role ARN as far as it can be. Never throws: who cannot be named is `unknown:<detail>`.
 */
export const callerOf = (userIdentity: unknown): Caller => {
  const identity = fieldsOf(userIdentity);
  const context = fieldsOf(identity.sessionContext);
  const issuer = fieldsOf(context.sessionIssuer);
  const own = textOf(identity.arn);
  const issuerArn = textOf(issuer.arn);
  const issuerNamed = issuerArn === undefined ? undefined : namedBy(issuerArn);
  // Only an IAM ARN can be the issuer of a session: anything else there must not become a principal.
  const named = issuerNamed?.isIam ? issuerNamed : own === undefined ? undefined : namedBy(own);
  const principal = named?.isArn
    ? named.principal
    : (nameless(identity).slice(0, MAX_PRINCIPAL) as Principal);
  const caller: Caller = {
    principal,
    principalType: typesOf(`${textOf(identity.type)?.replaceAll(" ", "") ?? ""} ${principal}`),
  };
  const account = textOf(issuer.accountId) ?? ((named?.isArn && named.account) || textOf(identity.accountId));
  if (account !== undefined) caller.account = account;
  const unique = textOf(identity.principalId);
  const colon = unique?.indexOf(":") ?? -1;
  const principalId = textOf(issuer.principalId) ?? (colon < 0 ? unique : unique?.slice(0, colon));
  if (principalId) caller.principalId = principalId;
  const sessionName =
    (own === undefined ? undefined : sessionOfArn(own)) ?? (colon < 0 ? undefined : unique?.slice(colon + 1));
  if (sessionName) caller.sessionName = sessionName;
  const sourceIdentity = textOf(context.sourceIdentity) ?? textOf(identity.sourceIdentity);
  if (sourceIdentity !== undefined) caller.sourceIdentity = sourceIdentity;
  const accessKeyId = textOf(identity.accessKeyId);
  if (accessKeyId !== undefined) caller.accessKeyId = accessKeyId;
  return caller;
};
