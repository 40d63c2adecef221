// The request context of a connect, as far as it is known beforehand: each condition key known, absent, open or unread.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
import { foldArn } from "../activity/principal.ts";
import type { Tag } from "./facts.ts";
import { contextKey, type KnownContext, type KnownValue } from "./known-context.ts";
import { isRole, type Subject, uniqueIdOf } from "./subject.ts";

export type KeyValue =
  | { readonly state: "known"; readonly values: readonly string[] }
  | { readonly state: "absent" }
  /** The request decides. `present`: whatever its value is, it has one. */
  | { readonly state: "open"; readonly present: boolean }
  /** It begins with `prefix` and goes on: the user id of any session of a role. */
  | { readonly state: "prefix"; readonly prefix: string }
  /** An address in this range. */
  | { readonly state: "range"; readonly range: string }
  | { readonly state: "unread"; readonly reason: string };

export type Request = {
  readonly subject: Subject;
  /** "dsql:dbconnect": as it is matched. */
  readonly action: string;
  readonly cluster: string;
  readonly region: string;
  readonly account: string;
  /** null: they were not read, for `unreadTags`. */
  readonly clusterTags: readonly Tag[] | null;
  readonly unreadTags: string;
  /** Whether its trust policy lets a session of the role bring tags of its own. */
  readonly maySessionTag: boolean;
  /** What somebody says is known of requests. */
  readonly context: KnownContext;
};

const known = (...values: readonly string[]): KeyValue => ({ state: "known", values });
const absent: KeyValue = { state: "absent" };
const present: KeyValue = { state: "open", present: true };
const open: KeyValue = { state: "open", present: false };

/** The keys of tags ignore case in conditions; where two differ in case alone, which one counts is not documented. */
const tagValue = (tags: readonly Tag[], key: string): KeyValue => {
  const found = [...new Set(tags.filter((tag) => tag.key.toLowerCase() === key).map(({ value }) => value))];
  const [value, another] = found;
  if (value === undefined) return absent;
  if (another !== undefined)
    return { state: "unread", reason: `two tags are called ${key}, in different case` };
  return known(value);
};

/**
 * The tags of the user; of a role's session its own tags too, which replace the role's of the same name:
 * UserGuide/id_session-tags.html. They need sts:TagSession in the trust policy.
 */
const principalTag = ({ subject, maySessionTag }: Request, key: string): KeyValue => {
  if (subject.kind === "user") return tagValue(subject.user.tags, key);
  if (isRole(subject)) {
    const own = tagValue(subject.role.tags, key);
    if (!maySessionTag) return own;
    return own.state === "absent" ? open : own.state === "unread" ? own : present;
  }
  return subject.kind === "root" ? absent : open;
};

const userId = ({ subject }: Request): KeyValue => {
  if (subject.kind === "root") return known(subject.account);
  const id = uniqueIdOf(subject);
  if (id === null) return present;
  if (!isRole(subject)) return known(id);
  return subject.session === null ? { state: "prefix", prefix: `${id}:` } : known(`${id}:${subject.session}`);
};

const principalType = ({ subject }: Request): KeyValue => {
  if (subject.kind === "user") return known("User");
  if (isRole(subject)) return known("AssumedRole");
  return subject.kind === "root" ? known("Account") : present;
};

/** The ARN of the role, with its path, and not that of its session, which does not tell the path. */
const principalArn = ({ subject }: Request): KeyValue => {
  if (isRole(subject)) return known(subject.role.arn);
  return subject.arn !== foldArn(subject.arn)
    ? { state: "unread", reason: "the path of its role is not known" }
    : known(subject.arn);
};

/** Keys that are in every signed request, with a value that the request decides. */
const always: ReadonlySet<string> = new Set([
  "aws:currenttime",
  "aws:epochtime",
  "aws:securetransport",
  "aws:viaawsservice",
]);

const factOf = (request: Request, key: string): KeyValue => {
  const { subject } = request;
  const slash = key.indexOf("/");
  const [name, tag] = slash < 0 ? [key, ""] : [key.slice(0, slash), key.slice(slash + 1)];
  switch (name) {
    case "aws:principaltag":
      return principalTag(request, tag);
    case "aws:resourcetag":
      return request.clusterTags
        ? tagValue(request.clusterTags, tag)
        : { state: "unread", reason: `the tags of the cluster could not be read (${request.unreadTags})` };
    case "aws:principalarn":
      return principalArn(request);
    case "aws:principalaccount":
      return known(subject.account);
    case "aws:principaltype":
      return principalType(request);
    case "aws:userid":
      return userId(request);
    case "aws:username":
      // Of IAM users alone: neither of roles nor of the root user.
      return subject.kind === "user"
        ? known(subject.user.name)
        : isRole(subject) || subject.kind === "root"
          ? absent
          : open;
    case "aws:principalisawsservice":
      return known("false");
    case "aws:resourceaccount":
      return known(request.account);
    case "aws:requestedregion":
      return known(request.region);
    case "aws:tokenissuetime":
      // In requests with temporary credentials, which those of a role always are.
      return isRole(subject) ? present : open;
  }
  if (always.has(name)) return present;
  // DbConnect and DbConnectAdmin know global keys alone: service-authorization/latest/reference/list_dsql.html
  return name.startsWith("dsql:") ? absent : open;
};

const said = (given: KnownValue): KeyValue => {
  if (given === null) return absent;
  if ("present" in given) return present;
  return "range" in given ? { state: "range", range: given.range } : { state: "known", values: given };
};

/** What is known of a condition key. What the facts say stands; where they leave it open, `context` may tell. */
export const keyValue = (request: Request, written: string): KeyValue => {
  const key = contextKey(written);
  const fact = factOf(request, key);
  if (fact.state !== "open" && fact.state !== "prefix") return fact;
  const given = request.context.get(key);
  return given === undefined ? fact : said(given);
};
