// What a set-up asks of AWS beside doctor's questions: a bucket's whole notification, a table, a key, the deployed stacks.
import { type CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { DescribeTableCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { S3Client } from "@aws-sdk/client-s3";
import { ask } from "./aws-ports.ts";
import { type Notification, readNotification } from "./bucket-notification.ts";
import type { KeyState } from "./key-links.ts";
import type { Answer } from "./link.ts";
import type { DoctorPorts } from "./ports.ts";

/** `keys`: the attributes of the primary key, in their order. */
export type TableState = {
  readonly status: string;
  readonly keys: readonly string[];
  readonly indexes: readonly string[];
  /** The KMS key of this account that it is encrypted with; null: one of AWS's own. */
  readonly keyArn: string | null;
};

/** A deployed stack. */
export type StackState = {
  readonly status: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
};

export type SetupPorts = Pick<DoctorPorts, "identity" | "clusters" | "trails" | "listeners"> & {
  readonly notification: (bucket: string) => Promise<Answer<Notification>>;
  readonly table: (name: string) => Promise<Answer<TableState>>;
  readonly key: (arn: string) => Promise<Answer<KeyState>>;
  /** The text of its one policy. */
  readonly keyPolicy: (arn: string) => Promise<Answer<string>>;
  readonly stack: (name: string, region?: string) => Promise<Answer<StackState>>;
};

/** One call of KMS: what it answered, or an error by the service's own name for it. */
export type Kms = (action: string, input: object) => Promise<unknown>;

export type SetupClients = {
  readonly kms: Kms;
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;
  /** undefined: the Region of the deployment. */
  readonly cloudFormationIn: (region: string | undefined) => CloudFormationClient;
};

const textOf = (fields: unknown, name: string): string | null => {
  const value = (fields as Readonly<Record<string, unknown>> | null | undefined)?.[name];
  return typeof value === "string" ? value : null;
};

const describeKey = async (kms: Kms, KeyId: string): Promise<KeyState> => {
  const { KeyMetadata } = ((await kms("DescribeKey", { KeyId })) ?? {}) as { readonly KeyMetadata?: unknown };
  const of = (name: string) => textOf(KeyMetadata, name);
  return { state: of("KeyState"), usage: of("KeyUsage"), spec: of("KeySpec"), manager: of("KeyManager") };
};

const readKeyPolicy = async (kms: Kms, KeyId: string): Promise<string> => {
  const text = textOf(await kms("GetKeyPolicy", { KeyId, PolicyName: "default" }), "Policy");
  if (text === null) throw new Error("the answer holds no policy");
  return text;
};

/** Its name for "there is no such stack" stands for every request that it does not take. */
const isNoStack = (error: unknown): boolean =>
  error instanceof Error && error.name === "ValidationError" && /does not exist/.test(error.message);

const describeStack = async (client: CloudFormationClient, name: string): Promise<StackState | undefined> => {
  try {
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: name }));
    if (!stack) return undefined;
    const { StackStatus = "", Outputs = [], Parameters = [] } = stack;
    return {
      status: StackStatus,
      outputs: Object.fromEntries(Outputs.map((one) => [one.OutputKey ?? "", one.OutputValue ?? ""])),
      parameters: Object.fromEntries(
        Parameters.map((one) => [one.ParameterKey ?? "", one.ParameterValue ?? ""]),
      ),
    };
  } catch (error) {
    if (isNoStack(error)) return undefined;
    throw error;
  }
};

export const setupPorts = (
  doctor: DoctorPorts,
  { s3, dynamodb, kms, cloudFormationIn }: SetupClients,
): SetupPorts => ({
  identity: doctor.identity,
  clusters: doctor.clusters,
  trails: doctor.trails,
  listeners: doctor.listeners,
  notification: (bucket) => ask("s3:GetBucketNotification", () => readNotification(s3, bucket)),
  table: (TableName) =>
    ask("dynamodb:DescribeTable", async () => {
      const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
      const { TableStatus = "", KeySchema = [], LocalSecondaryIndexes = [], SSEDescription } = Table ?? {};
      return {
        status: TableStatus,
        keys: KeySchema.map(({ AttributeName = "" }) => AttributeName),
        indexes: LocalSecondaryIndexes.map(({ IndexName = "" }) => IndexName),
        keyArn: SSEDescription?.KMSMasterKeyArn ?? null,
      };
    }),
  key: (arn) => ask("kms:DescribeKey", () => describeKey(kms, arn)),
  keyPolicy: (arn) => ask("kms:GetKeyPolicy", () => readKeyPolicy(kms, arn)),
  stack: async (name, region) => {
    const answer = await ask("cloudformation:DescribeStacks", () =>
      describeStack(cloudFormationIn(region), name),
    );
    if (!("value" in answer)) return answer;
    return answer.value
      ? { value: answer.value }
      : { why: `there is no stack ${name}${region === undefined ? "" : ` in ${region}`}`, missing: true };
  },
});
