// Random policies, principals and requests that are well-formed and about our action often enough to matter.
import { seededRandom } from "../../../local/seeded-random.ts";
import type { FactsGiven } from "../../support/iam-facts.ts";
import { ACCOUNT, IAM_CLUSTER, roleArn, userArn } from "../../support/iam-facts.ts";
import type { ConcretePolicies, ConcreteRequest } from "./reference-evaluator.ts";

type Json = Readonly<Record<string, unknown>>;
type Values = readonly string[];

/** Values that requests may have; null: the key is absent. */
const requestKeys: Readonly<Record<string, readonly (Values | null)[]>> = {
  "aws:SourceIp": [["203.0.113.9"], ["198.51.100.7"], ["2001:db8::1"], null],
  "aws:SourceVpc": [["vpc-1"], ["vpc-2"], null],
  "aws:CurrentTime": [["2026-11-28T06:00:00Z"], ["2025-01-01T00:00:00Z"]],
  "aws:EpochTime": [["1795000000"], ["1735689600"]],
  "aws:MultiFactorAuthAge": [["10"], ["3600"], ["3600.5"], null],
  "aws:SecureTransport": [["true"], ["false"]],
  "aws:MultiFactorAuthPresent": [["true"], ["false"], null],
  "aws:PrincipalOrgID": [["o-1"], ["o-2"], null],
  "aws:PrincipalOrgPaths": [["o-1/r-1/"], ["o-1/r-1/ou-1/", "o-2/r/"], null],
  "x:bin": [["QUJD"], null],
};

const kinds: readonly (readonly [operators: Values, keys: Values, values: Values])[] = [
  [
    [
      "StringEquals",
      "StringNotEquals",
      "StringEqualsIgnoreCase",
      "StringNotEqualsIgnoreCase",
      "StringLike",
      "StringNotLike",
    ],
    [
      "aws:SourceVpc",
      "AWS:sourcevpc",
      "aws:PrincipalOrgID",
      "aws:ResourceTag/team",
      "aws:PrincipalTag/Team",
      "aws:username",
      "aws:userid",
      "aws:PrincipalType",
      "aws:RequestedRegion",
      "dsql:WitnessRegion",
    ],
    [
      "vpc-1",
      "VPC-1",
      "vpc-*",
      "vpc-?",
      "*",
      "o-1",
      "red",
      "RED",
      "r*d",
      "ann",
      "User",
      "AROAAPP:*",
      "AROAAPP:job-1",
      "us-east-1",
      `\${aws:PrincipalTag/team}`,
      `\${aws:PrincipalTag/none, 'red'}`,
      `\${aws:username}`,
      `\${aws:SourceVpc}`,
      `r\${*}d`,
    ],
  ],
  [
    [
      "NumericEquals",
      "NumericNotEquals",
      "NumericLessThan",
      "NumericLessThanEquals",
      "NumericGreaterThan",
      "NumericGreaterThanEquals",
    ],
    ["aws:MultiFactorAuthAge"],
    ["10", "3600", "0", "3600.5"],
  ],
  [
    [
      "DateEquals",
      "DateNotEquals",
      "DateLessThan",
      "DateLessThanEquals",
      "DateGreaterThan",
      "DateGreaterThanEquals",
    ],
    ["aws:CurrentTime", "aws:EpochTime"],
    ["2026-01-01T00:00:00Z", "2025-01-01", "1795000000", "2026-11-28T07:00:00+01:00"],
  ],
  [
    ["Bool"],
    ["aws:SecureTransport", "aws:MultiFactorAuthPresent", "aws:PrincipalIsAWSService"],
    ["true", "false", "True"],
  ],
  [["BinaryEquals"], ["x:bin"], ["QUJD", "QUJE"]],
  [
    ["IpAddress", "NotIpAddress"],
    ["aws:SourceIp"],
    ["203.0.113.0/24", "198.51.100.7", "0.0.0.0/0", "2001:db8::/32", "203.0.113.128/25"],
  ],
  [
    ["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"],
    ["aws:PrincipalArn"],
    [
      roleArn("app"),
      userArn("*"),
      "arn:aws:iam::*:role/a*",
      "arn:*:iam::*:*",
      `arn:aws:iam::${ACCOUNT}:user/\${aws:username}`,
    ],
  ],
  [
    [
      "ForAnyValue:StringLike",
      "ForAllValues:StringLike",
      "ForAnyValue:StringNotLike",
      "ForAllValues:StringNotLike",
      "ForAnyValue:StringEquals",
      "ForAllValues:StringNotEquals",
    ],
    ["aws:PrincipalOrgPaths", "aws:SourceVpc"],
    ["o-1/*", "o-2/r/", "*", "vpc-1"],
  ],
];

const actions: readonly Values[] = [
  ["dsql:DbConnect"],
  ["dsql:DbConnectAdmin"],
  ["dsql:*"],
  ["DSQL:dbconnect*"],
  ["dsql:D?Connect"],
  ["*"],
  ["s3:*"],
  ["s3:Get*", "dsql:DbConnect"],
];
const resources: readonly Values[] = [
  ["*"],
  ["*"],
  [IAM_CLUSTER],
  [`${IAM_CLUSTER}2`],
  ["arn:aws:dsql:*:*:cluster/*"],
  ["arn:aws:dsql:us-????-1:*:cluster/abc*"],
  ["arn:aws:dsql:*"],
  [`arn:aws:dsql:us-east-1:*:cluster/\${aws:PrincipalTag/cluster}`],
  ["arn:aws:s3:::b", IAM_CLUSTER],
];
/** In policies of identities IAM completes an ARN that is cut short. */
const resourcesOfIdentities: readonly Values[] = [
  ...resources,
  ["arn:aws:dsql"],
  ["arn:aws:dsql:us-west-2", "arn:aws:s3"],
  [`arn:aws:dsql:us-????-1:${ACCOUNT}`],
];
const ROOT = `arn:aws:iam::${ACCOUNT}:root`;
export const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/app/job-1`;
const principals: readonly unknown[] = [
  "*",
  { AWS: "*" },
  { AWS: ACCOUNT },
  { AWS: ROOT },
  { AWS: roleArn("app") },
  { AWS: userArn("ann") },
  { AWS: SESSION },
  { AWS: `${SESSION}1` },
  { AWS: [userArn("x"), roleArn("app")] },
  { AWS: "AROAAPP" },
  { AWS: "AIDAOTHER" },
  { AWS: "999988887777" },
];

export type Scene = {
  readonly action: "DbConnect" | "DbConnectAdmin";
  readonly given: FactsGiven;
  readonly policies: ConcretePolicies;
  /** The session of a role, or the user. */
  readonly who: string;
  /** The role itself, or the user. */
  readonly identity: string;
  /** Everything that the request decides: null where the key is absent. */
  readonly requestContext: Readonly<Record<string, Values | null>>;
  /** The whole request, with what facts tell. */
  readonly request: (context: Readonly<Record<string, Values | null>>) => ConcreteRequest;
};

/** A scene for each seed. */
export const randomScene = (seed: number): Scene => {
  const random = seededRandom(seed);
  const chance = (of: number): boolean => random() < of;
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const several = <T>(from: readonly T[]): T | readonly T[] => {
    const list = Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(from));
    return list.length === 1 && chance(0.5) ? (list[0] as T) : list;
  };
  const condition = (): Json => {
    const [operators, keys, values] = pick(kinds);
    const operator = pick(operators);
    const named = chance(0.15) && !operator.startsWith("For") ? `${operator}IfExists` : operator;
    return chance(0.12)
      ? { Null: { [pick(keys)]: pick(["true", "false"]) } }
      : { [named]: { [pick(keys)]: several(values) } };
  };
  const conditions = (): Json =>
    chance(0.5)
      ? {}
      : { Condition: Object.assign({}, ...Array.from({ length: 1 + Math.floor(random() * 2) }, condition)) };
  const statement = (effect: string, from = resourcesOfIdentities): Json => ({
    Effect: effect,
    ...(chance(0.1) ? { NotAction: pick(actions) } : { Action: pick(actions) }),
    ...(chance(0.1)
      ? { NotResource: pick(from.filter(([first]) => !first?.includes("${"))) }
      : { Resource: pick(from) }),
    ...conditions(),
  });
  const effect = (): string => (chance(0.7) ? "Allow" : "Deny");
  const document = (make: () => Json): Json => ({
    ...(chance(0.9) ? { Version: "2012-10-17" } : {}),
    Statement: Array.from({ length: 1 + Math.floor(random() * 3) }, make),
  });
  const isRole = chance(0.6);
  const arn = isRole ? roleArn("app") : userArn("ann");
  const onCluster = (): Json => {
    const one = effect();
    const spared = chance(0.5) ? [arn, ROOT] : [userArn("x")];
    return {
      ...statement(one, resources),
      ...(one === "Deny" && chance(0.15)
        ? { NotPrincipal: { AWS: spared } }
        : { Principal: pick(principals) }),
    };
  };
  const policies: ConcretePolicies = {
    identity: Array.from({ length: Math.floor(random() * 3) }, () => document(() => statement(effect()))),
    boundary: chance(0.25) ? document(() => statement(chance(0.85) ? "Allow" : "Deny")) : null,
    resource: chance(0.6) ? document(onCluster) : null,
  };
  const tags = [
    ...(chance(0.5) ? [{ key: "team", value: pick(["red", "blue", "r*d"]) }] : []),
    ...(chance(0.3) ? [{ key: "cluster", value: "abcdefghij" }] : []),
  ];
  const clusterTags = chance(0.5) ? [{ key: "Team", value: pick(["red", "blue", "RED"]) }] : [];
  const identity = {
    policies: policies.identity,
    tags,
    ...(policies.boundary ? { boundary: policies.boundary } : {}),
  };
  const given: FactsGiven = {
    ...(isRole ? { roles: { app: identity } } : { users: { ann: identity } }),
    ...(policies.resource ? { clusterPolicy: policies.resource } : {}),
    clusterTags,
  };
  const requestContext: Record<string, Values | null> = {};
  for (const [key, values] of Object.entries(requestKeys)) requestContext[key] = pick(values);
  requestContext["aws:TokenIssueTime"] = isRole ? ["2026-11-28T05:00:00Z"] : null;
  const action = pick(["DbConnect", "DbConnectAdmin"] as const);
  const facts: readonly (readonly [string, string])[] = [
    ["aws:principalarn", arn],
    ["aws:principalaccount", ACCOUNT],
    ["aws:principaltype", isRole ? "AssumedRole" : "User"],
    ["aws:userid", isRole ? "AROAAPP:job-1" : "AIDAANN"],
    ...(isRole ? [] : [["aws:username", "ann"] as const]),
    ["aws:principalisawsservice", "false"],
    ["aws:resourceaccount", ACCOUNT],
    ["aws:requestedregion", "us-east-1"],
    ...tags.map(({ key, value }) => [`aws:principaltag/${key}`, value] as const),
    ...clusterTags.map(({ key, value }) => [`aws:resourcetag/${key.toLowerCase()}`, value] as const),
  ];
  return {
    action,
    given,
    policies,
    who: isRole ? SESSION : arn,
    identity: arn,
    requestContext,
    request: (context) => ({
      action: `dsql:${action}`,
      resource: IAM_CLUSTER,
      principal: {
        arn,
        sessionArn: isRole ? SESSION : null,
        uniqueId: isRole ? "AROAAPP" : "AIDAANN",
        account: ACCOUNT,
      },
      context: new Map([
        ...facts.map(([key, value]) => [key, [value]] as const),
        ...Object.entries(context).flatMap(([key, values]) =>
          values === null ? [] : [[key.toLowerCase(), values] as const],
        ),
      ]),
    }),
  };
};

/** Other requests that agree with `known`, for every key that is not in it. */
export const completions = (
  scene: Scene,
  known: Readonly<Record<string, Values | null>>,
  count: number,
  seed: number,
): Readonly<Record<string, Values | null>>[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const context: Record<string, Values | null> = { ...scene.requestContext };
    for (const [key, values] of Object.entries(requestKeys))
      context[key] = values[Math.floor(random() * values.length)] ?? null;
    return { ...context, ...known };
  });
};
