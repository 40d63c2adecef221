// One change in IAM in plain words.
import type { IamChange } from "../core/history/iam-change.ts";

/** "role app/Reporter" of an ARN; the ARN itself where it is of another form. */
export const identityWords = (arn: string | null): string => {
  const [, kind, name] = /^arn:[^:]*:iam::[^:]*:(role|user|group|policy)\/(.+)$/.exec(arn ?? "") ?? [];
  if (!kind || !name) return arn ?? "IAM";
  return kind === "policy" ? `policy ${name}` : `IAM ${kind} ${name}`;
};

const partWords = {
  users: "the IAM users",
  groups: "the IAM groups",
  roles: "the IAM roles",
  managedPolicies: "the managed policies",
  roleUses: "when IAM roles were last used",
  accessKeys: "the access keys",
  clusters: "the cluster's policy and tags",
  identities: "the identities behind the mappings",
} as const;

const verdictWords: Readonly<Record<string, string>> = {
  allowed: "IAM allows it",
  denied: "IAM does not allow it",
  conditional: "it depends on the request",
  unknown: "it is not known",
};

/** "lost dsql:DbConnect", "gained it", or from which verdict to which. */
const accessText = ({ arn, name, before, after }: IamChange): string => {
  const who = identityWords(arn);
  if (before === "allowed" && after === "denied") return `${who} lost ${name}`;
  if (before === "denied" && after === "allowed") return `${who} gained ${name}`;
  const words = (verdict: string | null): string => verdictWords[verdict ?? "unknown"] ?? String(verdict);
  return `${who}: ${name} was "${words(before)}" and is "${words(after)}"`;
};

const madeOrGone = (
  before: string | null,
  made: string,
  gone: string,
  changed: string,
  after: string | null,
): string => (before === null ? made : after === null ? gone : changed);

const statusText = ({ what, part, arn, name, before, after }: IamChange): string => {
  const of = arn === null ? (part === null ? "IAM" : partWords[part]) : `the ${name} of ${arn}`;
  if (what === "unreadable") return `${of} could no longer be read: ${after}`;
  if (before === null) return `${of} was read for the first time`;
  // Of a whole part what changed meanwhile follows; of one policy or its tags it is not known.
  return `${of} could be read again${arn === null ? "" : "; whether it changed meanwhile is not known"}`;
};

/** Raw names: whoever shows it makes them visible. */
export const iamChangeText = (change: IamChange): string => {
  const { what, arn, name, before, after } = change;
  const who = identityWords(arn);
  switch (what) {
    case "identity":
      return madeOrGone(
        before,
        `${who} was created (${after})`,
        `${who} was deleted (${before})`,
        `${who} was deleted and made again: its unique ID went from ${before} to ${after}`,
        after,
      );
    case "attached":
      return `${identityWords(name)} was ${after === null ? "detached from" : "attached to"} ${who}`;
    case "inline": {
      const done = madeOrGone(before, "was added to", "was taken from", "was changed in", after);
      return `inline policy ${name} ${done} ${who}`;
    }
    case "managed":
      return madeOrGone(before, `${who} came to be`, `${who} is gone`, `${who} has another text`, after);
    case "boundary":
      return after === null
        ? `${who} no longer has a permissions boundary`
        : `${who}: its permissions boundary is ${identityWords(after)}${before === null ? "" : `, and was ${identityWords(before)}`}`;
    case "group":
      return `${who} ${after === null ? "left" : "joined"} group ${name}`;
    case "tag": {
      const value = (text: string | null): string => (text === null ? "not set" : JSON.stringify(text));
      return `${who}: tag ${name} went from ${value(before)} to ${value(after)}`;
    }
    case "trust":
      return `${who}: its trust policy, which says who may assume it, was changed`;
    case "key":
      return madeOrGone(
        before,
        `access key ${name} of ${who} was created`,
        `access key ${name} of ${who} was deleted`,
        `access key ${name} of ${who} is ${after}`,
        after,
      );
    case "cluster-policy":
      return madeOrGone(
        before,
        `the cluster ${arn} was given a policy`,
        `the policy of the cluster ${arn} was removed`,
        `the policy of the cluster ${arn} was changed`,
        after,
      );
    case "unreadable":
    case "readable":
      return statusText(change);
    case "access":
      return accessText(change);
    default:
      return what satisfies never;
  }
};
