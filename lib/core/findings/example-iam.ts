// What IAM says in the examples that detectors carry: identities, policies and parts, said in a few words.
import {
  type ClusterAccess,
  type IamFacts,
  type IamPartName,
  type IamRole,
  type IamRowOf,
  type IamUser,
  iamPartNames,
  type MappedIdentity,
  type Tag,
} from "../catalog/iam-facts.ts";
import { daysAgo, EXAMPLE_CLUSTER, exampleArn } from "./example-facts.ts";

const ACCOUNT = "111122223333";
/** The document that allows the actions, on all clusters and whatever the request. */
export const allowing = (...actions: readonly string[]): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: actions, Resource: "*" }],
  });

/** The document of a cluster policy that denies the actions to everybody, under conditions. */
export const denying = (
  actions: readonly string[],
  conditions: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Deny",
        Principal: { AWS: "*" },
        Action: actions,
        Resource: "*",
        Condition: conditions,
        ...more,
      },
    ],
  });

/** The cluster in the Region of its ARN; `policy` undefined: it has none, null: it could not be read. */
export const exampleCluster = (
  arn: string,
  policy?: string | null,
  tags: readonly Tag[] = [],
): ClusterAccess => ({
  arn,
  region: arn.split(":")[3] ?? "",
  policy:
    policy === null
      ? { status: "unreadable", reason: "access denied", code: "AccessDenied" }
      : { status: "read", rows: policy === undefined ? [] : [{ document: policy, version: "1" }] },
  tags: { status: "read", rows: [...tags] },
});

const exampleIdentity = (arn: string, actions: readonly string[]) => ({
  arn,
  name: arn.slice(arn.lastIndexOf("/") + 1),
  path: "/",
  createdAt: daysAgo(300),
  inline: actions.length ? [{ name: "connect", document: allowing(...actions) }] : [],
  attached: [],
  boundary: null,
  tags: [],
});

/** An IAM role of the account that may do this. */
export const exampleRole = (name: string, ...actions: readonly string[]): IamRole => ({
  ...exampleIdentity(exampleArn(name), actions),
  id: `AROA${name}`,
  trust: "{}",
});

/** An IAM user of the account that may do this. */
export const exampleUser = (name: string, ...actions: readonly string[]): IamUser => ({
  ...exampleIdentity(`arn:aws:iam::${ACCOUNT}:user/${name}`, actions),
  id: `AIDA${name}`,
  groups: [],
});

/** What IAM says of a mapped ARN where there is such an identity. */
export const exists = (
  arn: string,
  over: Partial<Extract<MappedIdentity, { status: "exists" }>> = {},
): MappedIdentity => ({
  arn,
  status: "exists",
  kind: arn.includes(":user/") ? "user" : "role",
  id: "AROAFIRST",
  actualArn: arn,
  createdAt: daysAgo(400),
  lastUsedAt: null,
  boundary: null,
  tags: [],
  ...over,
});

/** Rows of a part, or why it could not be read. */
type ExampleIam = Partial<{ readonly [N in IamPartName]: readonly IamRowOf<N>[] | string }>;

const partOf = (given: readonly unknown[] | string): unknown =>
  typeof given === "string"
    ? { status: "unreadable", reason: given, code: "AccessDenied" }
    : { status: "read", rows: given };

/** The IAM section: parts that are not given were read and are empty, but the cluster, which has no policy. */
export const exampleIam = (given: ExampleIam): IamFacts => {
  const parts = Object.fromEntries(
    iamPartNames.map((name) => [
      name,
      partOf(given[name] ?? (name === "clusters" ? [exampleCluster(EXAMPLE_CLUSTER)] : [])),
    ]),
  );
  return { format: 1, account: ACCOUNT, partition: "aws", parts: parts as IamFacts["parts"] };
};
