// What stands in the account before anybody deploys: a DSQL cluster with its stand-in, the IAM roles of a small company that
// connects to it, and a bucket for a trail's files.
import { CreateClusterCommand } from "@aws-sdk/client-dsql";
import { CreateRoleCommand, GetRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { principals } from "../../local/demo/estate.ts";
import { accessKeyOf, demoCredentials, signIn } from "../../local/demo/sign-in.ts";
import { type ConnectRecord, type StandIn, startStandIn } from "../../local/dsql/stand-in.ts";
import type { Clients } from "./clients.ts";
import { ACCOUNT, REGION } from "./emulator.ts";

export const BUCKET = "company-trail";

/** Those of the demonstration's company who are in this one. */
const people = ["admin", "ordersApi", "catalogApi"] as const;

/** Without the paths that these roles have: the emulator's policy simulator does not find a role by name and path. */
export const arnOf = (who: (typeof people)[number]): string =>
  principals[who].arn.replace(/:role\/.*\//, ":role/");

const estate = [
  "CREATE TABLE public.orders (id uuid PRIMARY KEY, customer uuid NOT NULL, total numeric)",
  "CREATE ROLE api_readonly WITH LOGIN",
  `AWS IAM GRANT api_readonly TO '${arnOf("catalogApi")}'`,
  "GRANT SELECT ON public.orders TO api_readonly",
  "CREATE ROLE api_readwrite WITH LOGIN",
  `AWS IAM GRANT api_readwrite TO '${arnOf("ordersApi")}'`,
  "GRANT SELECT, INSERT, UPDATE, DELETE ON public.orders TO api_readwrite",
];

const trust = (Principal: object): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }],
  });

/** An IAM role that may connect to the cluster; its unique id. */
const addRole = async ({ iam }: Clients, arn: string, action: string, cluster: string): Promise<string> => {
  const RoleName = arn.split("/").at(-1);
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName,
      AssumeRolePolicyDocument: trust({ AWS: `arn:aws:iam::${ACCOUNT}:root` }),
    }),
  );
  const Statement = [{ Effect: "Allow", Action: `dsql:${action}`, Resource: cluster }];
  await iam.send(
    new PutRolePolicyCommand({
      RoleName,
      PolicyName: "connect",
      PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement }),
    }),
  );
  return Role?.RoleId ?? "";
};

export type Company = {
  readonly standIn: StandIn;
  /** The cluster's ARN. */
  readonly cluster: string;
  /** Records that CloudTrail would have of all connections since it was last asked. */
  readonly takeRecords: () => ConnectRecord[];
  /** Runs statements as admin of the cluster, one transaction each. */
  readonly asAdmin: (statements: readonly string[]) => Promise<void>;
  /** So many connections of the orders API. */
  readonly connect: (times: number) => Promise<void>;
};

export const foundCompany = async (clients: Clients): Promise<Company> => {
  const { identifier = "", arn: cluster = "" } = await clients.dsql.send(
    new CreateClusterCommand({ deletionProtectionEnabled: false, tags: { Name: "orders" } }),
  );
  await clients.s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const known = demoCredentials();
  const credentials: Record<string, (typeof known)[string]> = {};
  for (const who of people) {
    const key = accessKeyOf(who);
    const credential = known[key];
    if (!credential) throw new Error(`no credential of ${who}`);
    const [action = ""] = credential.principal.actions;
    const arn = arnOf(who);
    const principalId = await addRole(clients, arn, action, cluster);
    credentials[key] = { ...credential, principal: { ...credential.principal, arn, principalId } };
  }
  let records: ConnectRecord[] = [];
  const standIn = await startStandIn({
    ...{ clusterId: identifier, region: REGION, accountId: ACCOUNT, credentials },
    onConnectAttempt: ({ record }) => records.push(record),
  });
  const asAdmin = async (statements: readonly string[]): Promise<void> => {
    const admin = await signIn(standIn, { who: "admin" });
    try {
      for (const sql of statements) await admin.query(sql);
    } finally {
      await admin.end();
    }
  };
  try {
    await asAdmin(estate);
  } catch (error) {
    await standIn.stop();
    throw error;
  }
  const connect = async (times: number): Promise<void> => {
    for (let n = 0; n < times; n++) await (await signIn(standIn, { who: "ordersApi" })).end();
  };
  const takeRecords = (): ConnectRecord[] => {
    const taken = records;
    records = [];
    return taken;
  };
  return { standIn, cluster, takeRecords, asAdmin, connect };
};

const sha256 = async (text: string): Promise<string> =>
  Buffer.from(await crypto.subtle.digest("SHA-256", Buffer.from(text))).toString("hex");

/**
 * Lets the stand-in know the credentials that the emulator gives to the function, which it derives from the names of
 * function and role; on AWS they come from STS, and DSQL asks IAM about them.
 */
export const admitFunction = async (
  { standIn }: Company,
  { iam }: Clients,
  { name, roleArn }: { readonly name: string; readonly roleArn: string },
): Promise<void> => {
  const digest = await sha256(`arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}:${roleArn}`);
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: roleArn.split("/").at(-1) ?? "" }));
  standIn.setCredential(`ASIA${digest.slice(0, 16).toUpperCase()}`, {
    secretAccessKey: await sha256(`secret:${digest}`),
    sessionToken: await sha256(`token:${digest}`),
    principal: {
      ...{ type: "AssumedRole", arn: roleArn, sessionName: name },
      principalId: Role?.RoleId ?? "",
      actions: ["DbConnect"],
    },
  });
};
