// Whether the Principal or NotPrincipal of a resource-based policy means the one who asks, and how directly it names it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
import { foldArn } from "../activity/principal.ts";
import { parseArn, withoutPath } from "../base/ids.ts";
import type { PrincipalElement, PrincipalKind } from "./policy.ts";
import { boundaryOf, isRead, isRole, roleNamed, type Subject, uniqueIdOf } from "./subject.ts";
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
const UNIQUE_ID = /^A(IDA|ROA)[A-Z0-9]+$/;

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
  const asks = roleNamed(subject);
  if (asks?.name !== name) return none;
  // "you cannot use a wildcard to mean all sessions"
  if (/[*?]/.test(session))
    return match("direct", "unknown", `${shown(value)} is no principal that a policy can name`);
  if (asks.session !== null) return match("direct", truthOf(asks.session === session));
  return match("direct", "open", `the session is called ${session}`);
};

/** AIDA… of a user, AROA… of a role: what a policy holds once the identity that it named is deleted. */
const ofUniqueId = (subject: Subject, value: string, letters: string): PrincipalMatch => {
  const grade = isRole(subject) ? "role" : "direct";
  const id = uniqueIdOf(subject);
  if (id !== null) return match(grade, truthOf(id === value));
  const isOfItsKind =
    letters === "ROA"
      ? roleNamed(subject) !== null
      : parseArn(subject.arn)?.resource.startsWith("user/") === true;
  return isOfItsKind
    ? match(grade, "unknown", `its id is not known, which may be ${shown(value)}`)
    : match(grade, "no");
};

/** One role or user by its ARN; of one that was not read the path is not sure, and a session's ARN has none. */
const ofIdentity = (subject: Subject, value: string): PrincipalMatch => {
  const own = isRole(subject) ? subject.role.arn : subject.arn;
  const grade = isRole(subject) ? "role" : "direct";
  if (own === value) return match(grade, "yes");
  const mayBe = !isRead(subject) && withoutPath(value) === withoutPath(foldArn(subject.arn));
  return mayBe
    ? match(grade, "unknown", `its path is not known: it may be ${shown(value)}`)
    : match(grade, "no");
};

const ofAws = (subject: Subject, value: string): PrincipalMatch => {
  if (value === "*") return match("direct", "yes");
  if (ACCOUNT.test(value)) return match("account", truthOf(subject.account === value));
  const [, letters] = UNIQUE_ID.exec(value) ?? [];
  if (letters !== undefined) return ofUniqueId(subject, value, letters);
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
  return ofIdentity(subject, value);
};

const ofEntry = (subject: Subject, kind: PrincipalKind, value: string): PrincipalMatch => {
  switch (kind) {
    case "AWS":
      return ofAws(subject, value);
    case "Service":
      // The role that a service assumes is a role; the service itself never connects.
      return none;
    case "Federated":
      return roleNamed(subject) ? match("direct", "open", `the session was federated by ${value}`) : none;
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
 * one surely only where its account is listed too, "otherwise, the policy might deny access to the entire account". Of a
 * session "AWS might validate the account first, then the role, and then the assumed-role user": its name without the role's
 * is not enough to be sure of.
 * UserGuide/reference_policies_elements_notprincipal.html
 */
export const notPrincipalDenies = (subject: Subject, { entries }: PrincipalElement): PrincipalMatch => {
  if (entries.some(({ kind, value }) => kind === "AWS" && value === "*")) return none;
  if (boundaryOf(subject) !== null) return match("direct", "yes");
  const found = entries.map(({ kind, value }) => ofEntry(subject, kind, value));
  const named = (as: Grade): Truth =>
    some(found.filter(({ grade }) => grade === as).map(({ truth }) => truth));
  const account = named("account");
  if (subject.kind === "root") return match("direct", account === "yes" ? "no" : "yes");
  if (found.every(({ truth }) => truth === "no")) return match("direct", "yes");
  if (account === "yes" && named(isRole(subject) ? "role" : "direct") === "yes") {
    return isRead(subject)
      ? none
      : match(
          "direct",
          "unknown",
          "NotPrincipal denies whoever has a permissions boundary, which was not read",
        );
  }
  const isBySession = isRole(subject) && named("direct") !== "no";
  const lacks = account !== "yes" ? "its account" : isBySession ? "the role of the session" : "the identity";
  return match(
    "direct",
    "unknown",
    `NotPrincipal does not name ${lacks} as well: whether it spares it is not documented`,
  );
};
