// Who a CloudTrail record's userIdentity is, folded to the IAM ARN that a mapping names.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
import type { Connection } from "./connection.ts";
import { type ArnParts, type Principal, parseArn } from "./ids.ts";

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
  typeof value === "string" && value !== "" ? value.slice(0, MAX_TEXT) : undefined;

/** `assumed-role/Name/session`: the session name may hold no slash, so the last part is all of it. */
const sessionOf = ({ service, resource }: ArnParts): string | undefined => {
  if (service !== "sts") return undefined;
  const [kind, , ...rest] = resource.split("/");
  if (kind === "assumed-role" && rest.length) return rest.join("/");
  return kind === "federated-user" ? resource.slice("federated-user/".length) : undefined;
};

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

/** Names somebody without an ARN by what there is, so that two of them are not taken for one. */
const nameless = (identity: Fields): string => {
  const onBehalfOf = fieldsOf(identity.onBehalfOf);
  const detail =
    textOf(onBehalfOf.userId) ??
    textOf(identity.invokedBy) ??
    textOf(identity.principalId) ??
    textOf(identity.userName) ??
    "";
  const type = textOf(identity.type) ?? "";
  const account = textOf(identity.accountId) ?? "";
  return `unknown:${[type, account, detail].filter((part) => part !== "").join("/")}`;
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
  // Only an IAM ARN can be the issuer of a session: anything else there must not become a principal.
  const folded = issuerArn && parseArn(issuerArn)?.service === "iam" ? issuerArn : own && foldArn(own);
  const named = folded !== undefined && parseArn(folded) !== undefined;
  const principal = (named ? folded : nameless(identity)).slice(0, MAX_PRINCIPAL);
  const ownParts = own === undefined ? undefined : parseArn(own);
  const [uniqueId, sessionOfId] = splitOnce(textOf(identity.principalId), ":");
  return compact({
    principal: principal as Principal,
    principalType: typeOf(textOf(identity.type), principal),
    account:
      textOf(issuer.accountId) ?? ((named && parseArn(principal)?.account) || textOf(identity.accountId)),
    principalId: textOf(issuer.principalId) ?? uniqueId,
    sessionName: (ownParts && sessionOf(ownParts)) ?? sessionOfId,
    sourceIdentity: textOf(context.sourceIdentity) ?? textOf(identity.sourceIdentity),
    accessKeyId: textOf(identity.accessKeyId),
  });
};

const splitOnce = (text: string | undefined, at: string): [string | undefined, string | undefined] => {
  const cut = text?.indexOf(at) ?? -1;
  return text === undefined || cut < 0
    ? [text, undefined]
    : [text.slice(0, cut), text.slice(cut + 1) || undefined];
};

type Loose = { readonly [K in keyof Caller]: Caller[K] | undefined } & Pick<
  Caller,
  "principal" | "principalType"
>;

/** Leaves out what is not there: an absent field and an undefined one are not the same item in a store. */
const compact = ({ principal, principalType, ...optional }: Loose): Caller => {
  const caller: Record<string, string> = { principal, principalType };
  for (const key in optional) {
    const value = optional[key as keyof typeof optional];
    if (value !== undefined) caller[key] = value;
  }
  return caller as unknown as Caller;
};
