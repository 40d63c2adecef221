// An account whose IAM the real clients read: a user, roles, policies and a cluster.
import { DSQLClient } from "@aws-sdk/client-dsql";
import { IAMClient } from "@aws-sdk/client-iam";
import { onTestFinished } from "vitest";
import { type IamFacts, type iamPartNames, iamRows } from "../../lib/core/catalog/iam-facts.ts";
import { readIam } from "../../lib/iam/read-iam.ts";
import { type LocalIam, startIam } from "../../local/aws/iam-api.ts";
import { retriesAtOnce } from "./hurried-retries.ts";

export const ACCOUNT = "111122223333";
const ID = "k7abcdefghij1234567890orders";
export const CLUSTER = `arn:aws:dsql:us-east-1:${ACCOUNT}:cluster/${ID}`;
export const role = (path: string): string => `arn:aws:iam::${ACCOUNT}:role/${path}`;
export const CREATED = Date.UTC(2026, 2, 1);
export const USED = Date.UTC(2026, 10, 20, 13, 5);

export const allow = (...Action: string[]) => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action, Resource: "*" }],
});

/** The local IAM and real clients of it; `mostItems` on a page. It stops after the test. */
export const start = async (mostItems?: number) => {
  const iam = await startIam({ account: ACCOUNT, ...(mostItems && { mostItems }) });
  const settings = {
    endpoint: iam.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    retryStrategy: retriesAtOnce(4),
  };
  const clients = { iam: new IAMClient(settings), dsql: () => new DSQLClient(settings) };
  onTestFinished(() => iam.stop());
  const read = (...arns: string[]) => readIam(clients, { cluster: CLUSTER, arns, now: () => 0 });
  return { iam, read, clients };
};

/** A user with two keys in a group, two roles, a managed policy that matters and one that does not. */
export const fill = (iam: LocalIam): void => {
  iam.put(
    {
      kind: "user",
      name: "kim",
      path: "/people/",
      id: "AIDAKIM",
      createdAt: CREATED,
      groups: ["Readers"],
      tags: { team: "data" },
      keys: [
        { id: "AKIAOLD", createdAt: CREATED, lastUsedAt: USED },
        { id: "AKIANEW", createdAt: CREATED, active: false },
      ],
    },
    {
      kind: "group",
      name: "Readers",
      id: "AGPAREADERS",
      createdAt: CREATED,
      inline: [{ name: "connect", document: allow("dsql:DbConnect") }],
    },
    {
      kind: "role",
      name: "OrdersApi",
      path: "/service/",
      id: "AROAORDERS",
      createdAt: CREATED,
      lastUsedAt: USED,
      attached: [`arn:aws:iam::${ACCOUNT}:policy/Connect`, "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"],
    },
    {
      kind: "role",
      name: "Builder",
      id: "AROABUILDER",
      createdAt: CREATED,
      inline: [
        { name: "build", document: allow("s3:*", "ecr:*") },
        {
          name: "all-but",
          document: {
            Version: "2012-10-17",
            Statement: [{ Effect: "Deny", NotAction: "s3:*", Resource: "*" }],
          },
        },
      ],
    },
  );
  iam.putManaged(
    { arn: `arn:aws:iam::${ACCOUNT}:policy/Connect`, document: allow("dsql:DbConnect") },
    { arn: "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", document: allow("s3:Get*", "s3:List*") },
  );
  iam.putCluster({ arn: CLUSTER, policy: allow("dsql:DbConnect"), policyVersion: 3, tags: { env: "prod" } });
};

/** The rows of a part that has to be read. */
export const rowsOf = <N extends (typeof iamPartNames)[number]>(facts: IamFacts, name: N) => {
  const { rows } = iamRows(facts, name);
  if (!rows) throw new Error(`${name} was not read`);
  return rows;
};
