// What to do first about unusual connections of a principal: ask, take its access to the database away, then end what it holds in IAM.
import { REDACTED } from "../activity/redact.ts";
import { type Cluster, parseArn } from "../base/ids.ts";
import { principalName, visible } from "../base/visible-text.ts";
import { isOfIdentityCenter } from "../iam/managed-role.ts";
import type { Observation } from "./finding.ts";
import { refusedWithoutMapping } from "./refused-only.ts";

/**
 * How IAM stops credentials that are out already; undefined where there is no way of its own. Aurora DSQL documents none to
 * end a connection: it ends by itself within an hour.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
 */
const inIam = (resource: string, people: number): string | undefined => {
  if (isOfIdentityCenter(resource))
    return `end ${people > 1 ? "their sessions" : "the person's session"} in IAM Identity Center`;
  if (resource.startsWith("role/")) return "revoke the active sessions of the IAM role";
  if (resource.startsWith("user/")) return "deactivate its access keys";
  return undefined;
};

/** What STS takes as the name of a session. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;

/** More people than these are in the evidence. */
const SHOWN = 3;

/** The people that sessions of an IAM Identity Center role are named after: there a session bears the name of its user. */
const peopleIn = (resource: string, sessionNames: readonly string[]): readonly string[] =>
  isOfIdentityCenter(resource)
    ? sessionNames.filter((name) => name !== REDACTED && SESSION_NAME.test(name))
    : [];

/** All that is known is that sessions are named so: a role of this name may be somebody else's. Undefined: none names anybody. */
const namedAfter = (people: readonly string[]): string | undefined => {
  if (!people.length) return undefined;
  const shown = people.slice(0, SHOWN).map((name) => `"${name}"`);
  const more = people.length - shown.length;
  const last = more ? `${more} more` : shown.pop();
  return people.length === 1
    ? `${last}: the session is named so, as IAM Identity Center names one after its user`
    : `${shown.join(", ")} and ${last}: the sessions are named so, as IAM Identity Center names one after its user`;
};

/** What is known of the connections in question. */
type Known = {
  /** Those that are known of their sessions. */
  readonly sessionNames?: readonly string[];
  /** All of them were refused, and no mapping stood: the principal never had one, or its last was revoked. */
  readonly refused?: "never" | "revoked" | undefined;
};

/** Why there is no mapping to end. */
const BARRED = {
  never: "It was refused, and no mapping named it",
  revoked: "It was refused, and its mapping was revoked",
} as const;

/** What lets a principal try that no mapping lets in; `other`: the account that it belongs to, where that is not the cluster's. */
const permissionStep = (resource: string, other: string | undefined): string => {
  const own = isOfIdentityCenter(resource) ? "its permission set" : "its IAM policies";
  const whose = other === undefined ? own : `${own}, which only account ${other} can change,`;
  return `take away what lets it try: dsql:DbConnect, and dsql:DbConnectAdmin if it has that, in ${whose} and in the cluster policy`;
};

/**
 * In a few sentences. The names in it are made visible. Of another account than the cluster's, only that account can act in IAM.
 */
export const firstStepOf = (
  principal: string,
  cluster: Cluster,
  { sessionNames = [], refused }: Known = {},
): string => {
  const { account = "", resource = "" } = parseArn(principal) ?? {};
  const isOwn = account === parseArn(cluster)?.account;
  if (resource === "root" && isOwn)
    return "Ask whoever holds the password of the root user. If nobody can explain it, change the password, delete its access keys, and look in CloudTrail for what else it did.";
  const named = peopleIn(resource, sessionNames);
  const step = inIam(resource, named.length);
  const name = principalName(principal);
  const people = namedAfter(named);
  if (refused && account) {
    const other = isOwn ? undefined : visible(account, 20);
    const end = step && ` Then ${other === undefined ? step : `have account ${other} ${step}`}.`;
    return `${BARRED[refused]}: there is none to end. Ask ${people ?? `the owner of ${name}`}. If nobody can explain it, ${permissionStep(resource, other)}.${end ?? ""}`;
  }
  const then = isOwn ? `then ${step}` : `and have account ${visible(account, 20)} ${step}`;
  const access = people ? `the access of ${name}` : "its access";
  return `Ask ${people ?? `the owner of ${name}`}. If nobody can explain it, take ${access} away${step ? `, ${then}` : ""}.`;
};

type Told = Pick<Observation, "life" | "cluster" | "detector" | "subject" | "evidence" | "fix">;

/** A finding of unusual connections with its first step told anew, by the session names and refusals in its evidence by now. */
export const firstStepAnew = <T extends Told>(one: T): T => {
  const { life, cluster, subject, evidence, fix } = one;
  if (life !== "episode" || subject.principal === undefined || fix === undefined) return one;
  const names = Array.isArray(evidence.sessionNames) ? evidence.sessionNames : [];
  const sessionNames = names.filter((name) => typeof name === "string");
  const known = { sessionNames, refused: refusedWithoutMapping(one) };
  return { ...one, fix: firstStepOf(subject.principal, cluster, known) };
};
