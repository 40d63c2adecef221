// The IAM section from a file: the answers of GetAccountAuthorizationDetails and GetClusterPolicy as they came.
import { AuditError } from "../../errors.ts";
import { parseArn } from "../base/ids.ts";
import * as z from "../base/zod.ts";
import { AuthorizationDetails, detailsOf } from "./authorization-details.ts";
import { type ClusterAccess, IAM_FORMAT, type IamFacts } from "./facts.ts";
import { contextKey, type KnownContext, type KnownValue } from "./known-context.ts";
import { policyText } from "./policy-text.ts";
import { readJson } from "./strict-json.ts";

/** No condition key has longer values; what is compared with every pattern must be short. */
const MAX_VALUE = 2_048;
const Scalar = z.union([z.string().check(z.maxLength(MAX_VALUE)), z.number(), z.boolean()]);

/** Condition keys whose value is known: one value, several, or null where the request does not have the key. */
const Context = z.record(z.string(), z.nullable(z.union([Scalar, z.array(Scalar)])));

const Text = z.string().check(z.maxLength(MAX_VALUE));
const TagMap = z.record(Text, Text);
const TagList = z.array(
  z.union([
    z.pipe(
      z.object({ Key: Text, Value: z.nullish(Text) }),
      z.transform(({ Key, Value }) => ({ key: Key, value: Value ?? "" })),
    ),
    z.pipe(
      z.object({ key: Text, value: z.nullish(Text) }),
      z.transform(({ key, value }) => ({ key, value: value ?? "" })),
    ),
  ]),
);
const Tags = z.union([TagList, z.object({ tags: z.union([TagMap, TagList]) }), TagMap]);

/** `clusterPolicy` and `clusterTags`: null says that there is none, a missing one that it was not read. */
const IamFile = z.object({
  authorizationDetails: z.nullish(
    z.union([AuthorizationDetails, z.array(AuthorizationDetails)], {
      error: "must be the answer of GetAccountAuthorizationDetails, or an array of its pages",
    }),
  ),
  clusterPolicy: z.optional(z.unknown()),
  clusterTags: z.nullish(Tags),
  context: z.nullish(Context),
});

export type ReadIamFile = {
  readonly facts: IamFacts;
  /** By condition key in lower case. */
  readonly context: KnownContext;
  /** The last page says that there is more: `notes` says so too. */
  readonly isCut: boolean;
  /** What the answer cannot rest on: for people, one sentence each. */
  readonly notes: readonly string[];
};

const missing = (what: string) =>
  ({ status: "unreadable", reason: `the file has no ${what}`, code: null }) as const;

/** The answer `{policy, policyVersion}`, or the document itself. */
const policyOf = (file: z.infer<typeof IamFile>): ClusterAccess["policy"] => {
  const { clusterPolicy: given } = file;
  if (given === undefined) return missing("clusterPolicy (null says that there is none)");
  if (given === null) return { status: "read", rows: [] };
  if (typeof given === "object" && !Array.isArray(given) && !("Statement" in given)) {
    const { policy, policyVersion } = given as {
      readonly policy?: unknown;
      readonly policyVersion?: unknown;
    };
    if (policy === null) return { status: "read", rows: [] };
    if (policy === undefined)
      return { status: "unreadable", reason: "clusterPolicy has neither policy nor Statement", code: null };
    return {
      status: "read",
      rows: [
        { document: policyText(policy), version: policyVersion === undefined ? null : String(policyVersion) },
      ],
    };
  }
  return { status: "read", rows: [{ document: policyText(given), version: null }] };
};

const tagsOf = (file: z.infer<typeof IamFile>): ClusterAccess["tags"] => {
  const { clusterTags: given } = file;
  if (given === undefined) return missing("clusterTags (null says that there are none)");
  if (given === null) return { status: "read", rows: [] };
  const tags = Array.isArray(given)
    ? given
    : typeof given.tags === "object"
      ? given.tags
      : (given as Readonly<Record<string, string>>);
  return {
    status: "read",
    rows: Array.isArray(tags) ? tags : Object.entries(tags).map(([key, value]) => ({ key, value })),
  };
};

const contextOf = (given: z.infer<typeof IamFile>["context"]): KnownContext => {
  const known = new Map<string, KnownValue>();
  for (const [key, value] of Object.entries(given ?? {})) {
    if (known.has(contextKey(key)))
      throw new AuditError("bad-file", `context names the key ${JSON.stringify(key)} twice`);
    known.set(contextKey(key), value === null ? null : (Array.isArray(value) ? value : [value]).map(String));
  }
  return known;
};

const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, step) =>
      typeof step === "number" ? `${text}[${step}]` : text ? `${text}.${String(step)}` : String(step),
    "",
  );

type Issue = z.core.$ZodIssue;
/** Of a union that fits nowhere, the branch that came closest says what is wrong. */
const deepest = (issue: Issue): Issue => {
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return issue;
  const inner = issue.errors
    .map(([first]) => first)
    .filter((one) => one !== undefined)
    .map(deepest);
  const [best] = inner.sort((a, b) => b.path.length - a.path.length);
  return best?.path.length ? { ...best, path: [...issue.path, ...best.path] } : issue;
};

const DSQL_CLUSTER = /^cluster\/[^/:*?]+$/;

/** The account, partition and Region of a cluster's ARN. AuditError("usage") for what is none. */
export const clusterParts = (
  cluster: string,
): { readonly account: string; readonly partition: string; readonly region: string } => {
  const arn = parseArn(cluster);
  if (arn?.service !== "dsql" || !DSQL_CLUSTER.test(arn.resource) || !arn.account || !arn.region) {
    throw new AuditError("usage", `${JSON.stringify(cluster)} is not the ARN of an Aurora DSQL cluster`, {
      hint: "Write arn:aws:dsql:REGION:ACCOUNT:cluster/ID; `aws dsql list-clusters` shows it.",
    });
  }
  return { account: arn.account, partition: arn.partition, region: arn.region };
};

/** The accounts of all users and roles, where none is of the cluster's. */
const otherAccounts = (facts: IamFacts): string[] => {
  const { users, roles } = facts.parts;
  const rows = [
    ...(users.status === "read" ? users.rows : []),
    ...(roles.status === "read" ? roles.rows : []),
  ];
  const accounts = [...new Set(rows.map(({ arn }) => parseArn(arn)?.account ?? ""))].sort();
  return accounts.includes(facts.account) ? [] : accounts;
};

/**
 * Reads the text of an IAM file for one cluster. AuditError("bad-file") names what is wrong and where; `name` is what
 * people call the file.
 */
export const parseIamFile = (text: string, cluster: string, name = "the IAM file"): ReadIamFile => {
  const { account, partition, region } = clusterParts(cluster);
  const json = readJson(text);
  if (json.problem !== null) throw new AuditError("bad-file", `${name} cannot be read: ${json.problem}`);
  const parsed = IamFile.safeParse(json.value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const found = issue && deepest(issue);
    throw new AuditError(
      "bad-file",
      `${name}: ${pathText(found?.path ?? []) || "the document"}: ${found?.message ?? "not an IAM file"}`,
      {
        hint: "It holds {authorizationDetails, clusterPolicy, clusterTags, context}: the answers of `aws iam get-account-authorization-details` and `aws dsql get-cluster-policy`.",
      },
    );
  }
  const file = parsed.data;
  const given = file.authorizationDetails;
  const pages = given ? (Array.isArray(given) ? given : [given]) : [];
  const unread = { status: "unreadable", code: null } as const;
  const notGiven = { ...unread, reason: "a file does not hold it" };
  const facts: IamFacts = {
    format: IAM_FORMAT,
    account,
    partition,
    parts: {
      ...detailsOf(pages),
      accessKeys: notGiven,
      clusters: {
        status: "read",
        rows: [{ arn: cluster, region, policy: policyOf(file), tags: tagsOf(file) }],
      },
      identities: notGiven,
    },
  };
  const isCut = pages.at(-1)?.IsTruncated === true;
  const strangers = otherAccounts(facts);
  const notes = [
    ...(isCut
      ? [
          "The last page of authorizationDetails is truncated: there may be users and roles that are not listed.",
        ]
      : []),
    ...(strangers.length
      ? [
          `authorizationDetails is of account ${strangers.join(", ")}, and the cluster of ${account}, whose users and roles are not known.`,
        ]
      : []),
  ];
  return { facts, context: contextOf(file.context), isCut, notes };
};
