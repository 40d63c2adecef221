// What a set-up asks AWS with: doctor's clients, and those of stacks, tables and buckets, opened for one look.
import { awsTimeouts, s3Timeouts } from "../../lib/cloudtrail/aws-timeouts.ts";
import { dnsSuffixOf, partitionOf } from "../../lib/core/base/partition.ts";
import type { Kms, SetupPorts } from "../../lib/doctor/setup-ports.ts";
import type { Io } from "../io.ts";
import { withDoctorPorts } from "./doctor-ports.ts";

const settings = { requestHandler: awsTimeouts, retryMode: "standard", maxAttempts: 3 } as const;

type Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
};

/**
 * KMS by its own protocol: two questions are no reason for a client. The place is the one that the clients of the SDK would
 * ask: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
const kmsIn =
  (region: string, env: Io["env"], credentials: () => Promise<Credentials>): Kms =>
  async (action, input) => {
    const suffix = dnsSuffixOf(partitionOf(region) ?? "aws");
    const place = env.AWS_ENDPOINT_URL_KMS ?? env.AWS_ENDPOINT_URL ?? `https://kms.${region}.${suffix}`;
    const [{ AwsClient }, identity] = await Promise.all([import("aws4fetch"), credentials()]);
    const signed = new AwsClient({ ...identity, service: "kms", region, retries: 2 });
    const answer = await signed.fetch(place, {
      method: "POST",
      headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": `TrentService.${action}` },
      body: JSON.stringify(input),
      signal: AbortSignal.timeout(30_000),
    });
    const body = (await answer.json()) as { readonly __type?: string; readonly message?: string };
    if (answer.ok) return body;
    const error = new Error(body.message ?? `status ${answer.status}`);
    error.name = body.__type?.replace(/^.*#/, "") ?? `HTTP ${answer.status}`;
    throw error;
  };

/** `region`: of the deployment. */
export const withSetupPorts = async <T>(
  { now, env }: Pick<Io, "now" | "env">,
  region: string,
  work: (ports: SetupPorts) => Promise<T>,
): Promise<T> => {
  const [{ CloudFormationClient }, { DynamoDBClient }, { S3Client }, { setupPorts }] = await Promise.all([
    import("@aws-sdk/client-cloudformation"),
    import("@aws-sdk/client-dynamodb"),
    import("@aws-sdk/client-s3"),
    import("../../lib/doctor/setup-ports.ts"),
  ]);
  const here = { ...settings, region };
  const opened: { destroy: () => void }[] = [];
  const keep = <C extends { destroy: () => void }>(client: C): C => {
    opened.push(client);
    return client;
  };
  const dynamodb = keep(new DynamoDBClient(here));
  const clients = {
    s3: keep(new S3Client({ ...here, requestHandler: s3Timeouts, followRegionRedirects: true })),
    dynamodb,
    kms: kmsIn(region, env, dynamodb.config.credentials),
    cloudFormationIn: (own: string | undefined) =>
      keep(new CloudFormationClient({ ...here, ...(own && { region: own }) })),
  };
  try {
    return await withDoctorPorts(region, now, (doctor) => work(setupPorts(doctor, clients)));
  } finally {
    for (const client of opened) client.destroy();
  }
};
