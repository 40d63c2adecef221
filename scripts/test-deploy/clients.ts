// The real clients of AWS, at the emulator; and calls for which the project has no client of its own.
import { CloudFormationClient, ListStackResourcesCommand } from "@aws-sdk/client-cloudformation";
import { DSQLClient } from "@aws-sdk/client-dsql";
import { IAMClient } from "@aws-sdk/client-iam";
import { S3Client } from "@aws-sdk/client-s3";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { AwsClient } from "aws4fetch";
import { ACCOUNT, type Emulator, REGION } from "./emulator.ts";

export const clientsOf = ({ endpoint, env }: Emulator) => {
  const credentials = { accessKeyId: ACCOUNT, secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? "" };
  const settings = { endpoint, region: REGION, credentials };
  const signed = (service: string) => new AwsClient({ ...credentials, region: REGION, service, retries: 0 });
  const lambda = signed("lambda");
  return {
    cloudFormation: new CloudFormationClient(settings),
    dsql: new DSQLClient(settings),
    iam: new IAMClient(settings),
    s3: new S3Client({ ...settings, forcePathStyle: true }),
    sns: new SNSClient(settings),
    sqs: new SQSClient({ ...settings, useQueueUrlAsEndpoint: false }),
    signed,
    /** Calls a function and waits for it: its answer; throws where the function failed. */
    invoke: async (name: string, event: unknown): Promise<unknown> => {
      const answer = await lambda.fetch(`${endpoint}/2015-03-31/functions/${name}/invocations`, {
        method: "POST",
        body: JSON.stringify(event),
      });
      const text = await answer.text();
      if (!answer.ok || answer.headers.has("x-amz-function-error")) throw new Error(`${name}: ${text}`);
      return text ? (JSON.parse(text) as unknown) : undefined;
    },
  };
};

export type Clients = ReturnType<typeof clientsOf>;

/** The physical names of a stack's resources by their names in the template. */
export const resourcesOf = async (
  { cloudFormation }: Clients,
  StackName: string,
): Promise<ReadonlyMap<string, string>> => {
  const found = new Map<string, string>();
  let NextToken: string | undefined;
  do {
    const page = await cloudFormation.send(new ListStackResourcesCommand({ StackName, NextToken }));
    for (const { LogicalResourceId = "", PhysicalResourceId = "" } of page.StackResourceSummaries ?? [])
      found.set(LogicalResourceId, PhysicalResourceId);
    NextToken = page.NextToken;
  } while (NextToken);
  return found;
};
