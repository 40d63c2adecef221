// Whether the Principal or NotPrincipal of a resource-based policy means the one who asks, and how directly it names it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
import { parseArn } from "../base/ids.ts";
import type { PrincipalElement, PrincipalKind } from "./policy.ts";
import { boundaryOf, isRole, type Subject, uniqueIdOf } from "./subject.ts";
import { some, type Truth, truthOf } from "./truth.ts";
import { matches, patternOf } from "./wildcard.ts";

/**
 * How an Allow reaches the principal in its own account: `direct`, by the ARN of the user or session or by *, which an
 * implicit deny elsewhere does not limit; `role`, by the role's ARN, which a permissions boundary limits; `account`, which
 * only delegates to the policies of the account: UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
 */
export type Grade = "direct" | "role" | "account";
export type PrincipalMatch = {
  readonly grade: Grade;
  readonly truth: Truth;
  /** What it takes where the truth is open; why where it is unknown. */
  readonly says: string | null;
};

const ACCOUNT = /^\d{12}$/;
const UNIQUE_ID = /^A(?:IDA|ROA)[A-Z0-9]+$/;

const match = (grade: Grade, truth: Truth, says: string | null = null): PrincipalMatch => ({
  grade,
  truth,
  says,
});
const none = match("direct", "no");

const shown = (value: string): string => JSON.stringify(value.slice(0, 200));

/** `arn:aws:sts::111122223333:assumed-role/Name/session` names one session of a role, without its path. */
const ofSession = (subject: Subject, value: string, resource: string): PrincipalMatch => {
  const [, name = "", ...rest] = resource.split("/");
  const session = rest.join("/");
  if (!isRole(subject) || subject.role.name !== name) return none;
  // "you cannot use a wildcard to mean all sessions"
  if (/[*?]/.test(session))
    return match("direct", "unknown", `${shown(value)} is no principal that a policy can name`);
  if (subject.session !== null) return match("direct", truthOf(subject.session === session));
  return match("direct", "open", `the session is called ${session}`);
};

const ofAws = (subject: Subject, value: string): PrincipalMatch => {
  if (value === "*") return match("direct", "yes");
  if (ACCOUNT.test(value)) return match("account", truthOf(subject.account === value));
  if (UNIQUE_ID.test(value))
    return match(isRole(subject) ? "role" : "direct", truthOf(uniqueIdOf(subject) === value));
  const arn = parseArn(value);
  const isKnown = arn?.service === "iam" || arn?.service === "sts";
  if (!arn || !isKnown)
    return match("direct", "unknown", `${shown(value)} is no principal that a policy can name`);
  if (arn.service === "sts") {
    const isHere = arn.account === subject.account && arn.partition === subject.partition;
    if (arn.resource.startsWith("assumed-role/"))
      return isHere ? ofSession(subject, value, arn.resource) : none;
    return match("direct", truthOf(subject.arn === value));
  }
  if (arn.resource === "root") {
    return match("account", truthOf(arn.account === subject.account && arn.partition === subject.partition));
  }
  const own = isRole(subject) ? subject.role.arn : subject.arn;
  // "You cannot use a wildcard to match part of a principal name or ARN": what stands there nevertheless is not documented.
  if (/[*?]/.test(value)) {
    return matches(patternOf(value), own)
      ? match("direct", "unknown", `${shown(value)} has a wildcard, which a principal cannot have`)
      : none;
  }
  return match(isRole(subject) ? "role" : "direct", truthOf(own === value));
};

const ofEntry = (subject: Subject, kind: PrincipalKind, value: string): PrincipalMatch => {
  switch (kind) {
    case "AWS":
      return ofAws(subject, value);
    case "Service":
      // The role that a service assumes is a role; the service itself never connects.
      return none;
    case "Federated":
      return isRole(subject) ? match("direct", "open", `the session was federated by ${value}`) : none;
    case "CanonicalUser":
      return match("direct", "unknown", "CanonicalUser is known to Amazon S3 alone");
    default:
      return kind satisfies never;
  }
};

/** Each way in which the Principal names the one who asks; empty where it does not. */
export const principalMatches = (subject: Subject, { entries }: PrincipalElement): PrincipalMatch[] =>
  entries.map(({ kind, value }) => ofEntry(subject, kind, value)).filter(({ truth }) => truth !== "no");

/**
 * Whether a Deny with NotPrincipal means the one who asks. It always means one that has a permissions boundary; it spares
 * one surely only where its account is listed too, "otherwise, the policy might deny access to the entire account":
 * UserGuide/reference_policies_elements_notprincipal.html
 */
export const notPrincipalDenies = (subject: Subject, { entries }: PrincipalElement): PrincipalMatch => {
  if (entries.some(({ kind, value }) => kind === "AWS" && value === "*")) return none;
  if (boundaryOf(subject) !== null) return match("direct", "yes");
  const found = entries.map(({ kind, value }) => ofEntry(subject, kind, value));
  const account = some(found.filter(({ grade }) => grade === "account").map(({ truth }) => truth));
  if (subject.kind === "root") return match("direct", account === "yes" ? "no" : "yes");
  const own = some(found.filter(({ grade }) => grade !== "account").map(({ truth }) => truth));
  if (account === "yes" && own === "yes") return none;
  if (account === "no" && own === "no") return match("direct", "yes");
  const open = found.find(({ truth }) => truth === "open");
  if (account === "yes" && open) return match("direct", "open", `not so where ${open.says}`);
  const lacks = account === "yes" ? "the identity" : "its account";
  return match(
    "direct",
    "unknown",
    `NotPrincipal does not name ${lacks} as well: whether it spares it is not documented`,
  );
};
