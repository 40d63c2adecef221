// Policies that decide by the tags of the cluster, and who may change these: dsql:DbConnect* know no other key of the cluster.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_dsql.html
import { relevantStatements } from "./applies.ts";
import { evaluator } from "./evaluator.ts";
import { type ClusterAccess, type IamFacts, iamRows } from "./facts.ts";
import { connectActions, weigh } from "./may-connect.ts";
import { parsePolicy, type Statement } from "./policy.ts";

export type TagCondition = {
  /** The name of an inline policy, the ARN of a managed one, "cluster policy". */
  readonly policy: string;
  /** Its Sid, or its number. */
  readonly statement: string;
  readonly effect: "Allow" | "Deny";
  /** `aws:ResourceTag/team`, as it is written. */
  readonly key: string;
};

const TAG_KEY = /^aws:resourcetag\//i;
const TAG_VARIABLE = /\$\{(aws:resourcetag\/[^},]*)/i;
/** Nearly all documents have no such text, and are not parsed. */
const MENTIONS = /aws:resourcetag\//i;

/** The tag that the statement asks for, in a condition or as a variable. */
const keyIn = ({ conditions, resources }: Statement): string | undefined =>
  conditions.find(({ key }) => TAG_KEY.test(key))?.key ??
  [...conditions.flatMap(({ values }) => values), ...resources.values]
    .map((value) => TAG_VARIABLE.exec(value)?.[1])
    .find((key) => key !== undefined);

const inDocument = (
  policy: string,
  document: string,
  kind: "identity" | "resource",
  cluster: string,
): TagCondition[] => {
  if (!MENTIONS.test(document)) return [];
  const parsed = parsePolicy(document, kind);
  const about = new Set(
    connectActions.flatMap((action) => relevantStatements(parsed, `dsql:${action.toLowerCase()}`, cluster)),
  );
  return parsed.statements.flatMap((statement, at) => {
    const key = about.has(statement) ? keyIn(statement) : undefined;
    if (key === undefined || statement.effect === null) return [];
    return [{ policy, statement: statement.sid ?? `statement ${at + 1}`, effect: statement.effect, key }];
  });
};

/** Statements on connecting to the cluster that ask for one of its tags: of all policies that were read, each text once. */
export const tagConditions = (
  facts: IamFacts,
  { arn, policy }: Pick<ClusterAccess, "arn" | "policy">,
): TagCondition[] => {
  const seen = new Set<string>();
  const once = (name: string, document: string | null, kind: "identity" | "resource"): TagCondition[] => {
    const key = `${name}\n${document}`;
    if (document === null || seen.has(key)) return [];
    seen.add(key);
    return inDocument(name, document, kind, arn);
  };
  const holders = [
    ...(iamRows(facts, "users").rows ?? []),
    ...(iamRows(facts, "groups").rows ?? []),
    ...(iamRows(facts, "roles").rows ?? []),
  ];
  return [
    ...(policy.status === "read" ? policy.rows : []).flatMap(({ document }) =>
      once("cluster policy", document, "resource"),
    ),
    ...holders.flatMap(({ inline }) =>
      inline.flatMap(({ name, document }) => once(name, document, "identity")),
    ),
    ...(iamRows(facts, "managedPolicies").rows ?? []).flatMap(({ arn: name, document }) =>
      once(name, document, "identity"),
    ),
  ];
};

const MAX_TAGGERS = 50;

/** Users and roles that may change tags of the cluster, where some policy decides by them; before policies are left out. */
const taggersOf = (facts: IamFacts, access: ClusterAccess): ClusterAccess["taggers"] => {
  const { users, roles } = facts.parts;
  if (users.status !== "read" || roles.status !== "read" || tagConditions(facts, access).length === 0)
    return undefined;
  const { subjectOf, weightOf } = evaluator(facts, access.arn);
  const arns: string[] = [];
  let unknown = 0;
  for (const { arn } of [...users.rows, ...roles.rows]) {
    const subject = subjectOf(arn);
    if (subject.kind === "service-linked-role") continue;
    const verdicts = (["TagResource", "UntagResource"] as const).map(
      (action) => weigh(weightOf(subject, action, new Map())).verdict,
    );
    if (verdicts.some((verdict) => verdict === "allowed" || verdict === "conditional")) arns.push(arn);
    else if (verdicts.includes("unknown")) unknown += 1;
  }
  arns.sort();
  return { arns: arns.slice(0, MAX_TAGGERS), more: Math.max(0, arns.length - MAX_TAGGERS), unknown };
};

/** The facts, each cluster with who may change its tags where that matters. */
export const withTaggers = (facts: IamFacts): IamFacts => {
  const { clusters } = facts.parts;
  if (clusters.status !== "read") return facts;
  const rows = clusters.rows.map((access) => {
    const taggers = taggersOf(facts, access);
    return taggers ? { ...access, taggers } : access;
  });
  return { ...facts, parts: { ...facts.parts, clusters: { ...clusters, rows } } };
};
