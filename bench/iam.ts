// Who may connect, in an account of 5,000 roles: a verdict for each principal and both actions.
import { parseIamFile } from "../lib/core/iam/iam-file.ts";
import { whoMay, whoMayRows } from "../lib/core/iam/who-may.ts";
import { seededRandom } from "../local/seeded-random.ts";
import type { BenchRow } from "./row.ts";

export const name = "iam";

const ROLES = 5_000;
const MANAGED = 300;
const ACCOUNT = "111122223333";
const CLUSTER = `arn:aws:dsql:us-east-1:${ACCOUNT}:cluster/abcdefghijklmnopqrstuvwxyz`;
const SERVICES = ["s3", "dynamodb", "logs", "sqs", "kms", "ec2"];

type Pick = <T>(from: readonly T[]) => T;

/** A statement that has nothing to do with DSQL. */
const otherStatement = (n: number, pick: Pick) => ({
  Sid: `s${n}`,
  Effect: "Allow",
  Action: Array.from({ length: 6 }, () => `${pick(SERVICES)}:${pick(["Get*", "Put*", "List*", "*"])}`),
  Resource: Array.from({ length: 4 }, (_, k) => `arn:aws:s3:::bucket-${n}-${k}/*`),
  Condition: {
    StringEquals: { "aws:ResourceTag/team": `team-${n % 40}` },
    IpAddress: { "aws:SourceIp": ["10.0.0.0/8", "192.0.2.0/24"] },
  },
});

const connectStatement = (n: number) => ({
  Sid: "Connect",
  Effect: n % 7 ? "Allow" : "Deny",
  Action: n % 3 ? "dsql:DbConnect" : "dsql:*",
  Resource: n % 2 ? CLUSTER : "arn:aws:dsql:*:*:cluster/*",
  ...(n % 5
    ? {}
    : {
        Condition: {
          StringLike: { "aws:PrincipalTag/team": `team-${n % 40}` },
          Null: { "aws:SourceVpce": "false" },
        },
      }),
});

/** As IAM answers it: JSON, URL-encoded. */
const policyDocument = (n: number, pick: Pick): string =>
  documentOf([
    ...Array.from({ length: 6 }, (_, k) => otherStatement(n * 10 + k, pick)),
    ...(n % 2 ? [connectStatement(n)] : []),
  ]);

const documentOf = (Statement: readonly object[]): string =>
  encodeURIComponent(JSON.stringify({ Version: "2012-10-17", Statement }));

/** Lets principals of the account assume the role, with an external id of its own. */
const trustOf = (n: number): string =>
  documentOf([
    {
      Effect: "Allow",
      Principal: { AWS: ACCOUNT },
      Action: "sts:AssumeRole",
      Condition: { StringEquals: { "sts:ExternalId": `${n}` } },
    },
  ]);

/** Nobody but some roles connects from outside of a VPC. */
const VPC_ONLY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Deny",
      Principal: "*",
      Action: ["dsql:DbConnect", "dsql:DbConnectAdmin"],
      Resource: "*",
      Condition: {
        Null: { "aws:SourceVpc": "true" },
        ArnNotLike: { "aws:PrincipalArn": `arn:aws:iam::${ACCOUNT}:role/role-1*` },
      },
    },
  ],
});

/** The answer of GetAccountAuthorizationDetails: each role with a policy of its own and three managed ones, a tenth with a boundary. */
const account = (): string => {
  const random = seededRandom(7);
  const pick: Pick = (from) => from[Math.floor(random() * from.length)] as (typeof from)[number];
  const managedArn = (n: number): string => `arn:aws:iam::${ACCOUNT}:policy/managed-${n}`;
  const RoleDetailList = Array.from({ length: ROLES }, (_, n) => ({
    Path: "/",
    RoleName: `role-${n}`,
    RoleId: `AROA${n}`,
    Arn: `arn:aws:iam::${ACCOUNT}:role/role-${n}`,
    CreateDate: "2026-01-01T00:00:00Z",
    AssumeRolePolicyDocument: trustOf(n),
    RolePolicyList: [{ PolicyName: "own", PolicyDocument: policyDocument(n, pick) }],
    AttachedManagedPolicies: [0, 1, 2].map(() => ({ PolicyArn: managedArn(Math.floor(random() * MANAGED)) })),
    ...(n % 10 ? {} : { PermissionsBoundary: { PermissionsBoundaryArn: managedArn(n % MANAGED) } }),
    Tags: [{ Key: "team", Value: `team-${n % 40}` }],
  }));
  const Policies = Array.from({ length: MANAGED }, (_, n) => ({
    Arn: managedArn(n),
    DefaultVersionId: "v1",
    PolicyVersionList: [{ VersionId: "v1", Document: policyDocument(n + 100_000, pick) }],
  }));
  return JSON.stringify({
    authorizationDetails: { UserDetailList: [], GroupDetailList: [], RoleDetailList, Policies },
    clusterPolicy: { policy: VPC_ONLY },
    clusterTags: { team: "team-1" },
  });
};

const cpuSeconds = (work: () => void): number => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
};

export const run = async (): Promise<BenchRow[]> => {
  const text = account();
  let facts = parseIamFile(text, CLUSTER).facts;
  const reading = cpuSeconds(() => {
    facts = parseIamFile(text, CLUSTER).facts;
  });
  let verdicts = 0;
  const judging = cpuSeconds(() => {
    verdicts = whoMayRows(whoMay({ facts, cluster: CLUSTER })).length;
  });
  const note = `${(text.length / 1e6).toFixed(1)} MB of answers`;
  return [
    { name: "reading the answers of an account of 5,000 roles, CPU", value: reading, unit: "s", note },
    {
      name: `verdicts on ${verdicts.toLocaleString("en-US")} principals and actions, CPU`,
      value: judging,
      unit: "s",
      target: { op: "<=", value: 2 },
    },
  ];
};
