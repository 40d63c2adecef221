// What to do first about unusual connections of a principal: ask, take its access to the database away, then end what it holds in IAM.
import { REDACTED } from "../activity/redact.ts";
import { type Cluster, parseArn } from "../base/ids.ts";
import { principalName, visible } from "../base/visible-text.ts";
import type { Observation } from "./finding.ts";

/** Roles that IAM Identity Center makes: AWS manages them, and sessions end there. */
const OF_IDENTITY_CENTER = /^role\/(?:aws-reserved\/sso\.amazonaws\.com\/|AWSReservedSSO_)/;

/**
 * How IAM stops credentials that are out already; undefined where there is no way of its own. Aurora DSQL documents none to
 * end a connection: it ends by itself within an hour.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
 */
const inIam = (resource: string, people: number): string | undefined => {
  if (OF_IDENTITY_CENTER.test(resource))
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
  OF_IDENTITY_CENTER.test(resource)
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

/**
 * In two sentences. The names in it are made visible. Of another account than the cluster's, only that account can act in IAM.
 * `sessionNames`: those of the connections in question, as far as they are known.
 */
export const firstStepOf = (
  principal: string,
  cluster: Cluster,
  sessionNames: readonly string[] = [],
): string => {
  const { account = "", resource = "" } = parseArn(principal) ?? {};
  const isOwn = account === parseArn(cluster)?.account;
  if (resource === "root" && isOwn)
    return "Ask whoever holds the password of the root user. If nobody can explain it, change the password, delete its access keys, and look in CloudTrail for what else it did.";
  const named = peopleIn(resource, sessionNames);
  const step = inIam(resource, named.length);
  const then = isOwn ? `then ${step}` : `and have account ${visible(account, 20)} ${step}`;
  const name = principalName(principal);
  const people = namedAfter(named);
  const access = people ? `the access of ${name}` : "its access";
  return `Ask ${people ?? `the owner of ${name}`}. If nobody can explain it, take ${access} away${step ? `, ${then}` : ""}.`;
};

type Told = Pick<Observation, "life" | "cluster" | "subject" | "evidence" | "fix">;

/** A finding of unusual connections with its first step told anew, by the session names that its evidence holds by now. */
export const firstStepAnew = <T extends Told>(one: T): T => {
  const { life, cluster, subject, evidence, fix } = one;
  if (life !== "episode" || subject.principal === undefined || fix === undefined) return one;
  const names = Array.isArray(evidence.sessionNames) ? evidence.sessionNames : [];
  const sessionNames = names.filter((name) => typeof name === "string");
  return { ...one, fix: firstStepOf(subject.principal, cluster, sessionNames) };
};
