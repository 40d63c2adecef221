// The questions of doctor, asked of the real services by the one who runs it.
import { type DSQLClient, GetClusterCommand, paginateListClusters } from "@aws-sdk/client-dsql";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SNSClient } from "@aws-sdk/client-sns";
import { GetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { GetCallerIdentityCommand, type STSClient } from "@aws-sdk/client-sts";
import {
  BAD_SIGNATURE,
  CREDENTIALS,
  EXPIRED,
  isDenied,
  networkCodeOf,
  placeOf,
  UNKNOWN_KEY,
} from "../cloudtrail/aws-error-names.ts";
import type { TrailPort } from "../cloudtrail/trail-config.ts";
import { visible } from "../core/base/visible-text.ts";
import { tagsOf } from "../dsql/cluster-tags.ts";
import { AuditError } from "../errors.ts";
import { readIam } from "../iam/read-iam.ts";
import { simulator } from "../iam/simulate.ts";
import { sendTestNotice } from "../jobs/send-test-notice.ts";
import { countListeners } from "../notices/channels/subscriptions.ts";
import { inParallel } from "../store/table/in-parallel.ts";
import { readNotification } from "./bucket-notification.ts";
import type { Answer, NoAnswer } from "./link.ts";
import type { AwsCluster, DoctorPorts } from "./ports.ts";

export type DoctorClients = {
  readonly dsql: DSQLClient;
  readonly iam: IAMClient;
  /** Of a cluster's own Region. */
  readonly dsqlIn: (region: string) => DSQLClient;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly s3: S3Client;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
  readonly sts: STSClient;
  readonly trails: TrailPort["trails"];
  /** GET, signed for execute-api: the status. */
  readonly get: (url: string) => Promise<number>;
};

/** By the names that the services have for "there is no such thing". */
const MISSING =
  /^(?:NoSuchBucket|NotFound|ResourceNotFoundException|QueueDoesNotExist|AWS\.SimpleQueueService\.NonExistentQueue)/;

/** Why nobody signs as AWS wants it, which no permission and no patience mends; undefined: that is not it. */
const unsigned = (name: string, message: string): NoAnswer | undefined => {
  // The provider has one name for a session that ended and one that never was.
  if (EXPIRED.has(name) || (CREDENTIALS.has(name) && /expired|refresh/i.test(message)))
    return { why: "the AWS session has expired", next: "Sign in again, or renew the temporary credentials." };
  if (CREDENTIALS.has(name))
    return { why: "there are no AWS credentials to ask with", next: "Sign in, or set AWS_PROFILE." };
  if (UNKNOWN_KEY.has(name))
    return {
      why: `AWS does not know these credentials (${name})`,
      next: "Check AWS_PROFILE or AWS_ACCESS_KEY_ID; a Region that is not switched on for the account answers so too.",
    };
  if (BAD_SIGNATURE.has(name))
    return {
      why: `AWS does not accept the signature (${name})`,
      next: "Check AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, and this machine's clock.",
    };
  return undefined;
};

const NETWORK = "the network from here: DNS, proxy, VPC endpoint";

/** Why no answer came from `url`, or from AWS where there is none; undefined: that is not it. */
const unreached = (error: unknown, name: string, url: string | undefined): NoAnswer | undefined => {
  const code = networkCodeOf(error);
  const place = placeOf(error);
  const whom = url ?? (place ? `AWS at ${place}` : "AWS");
  if (code) {
    const named =
      url === undefined ? "the spelling of the Region" : "that this is the URL in the stack's outputs";
    return {
      why: `${visible(whom, 200)} cannot be reached: ${code}`,
      next: `Check ${named}, and ${NETWORK}.`,
    };
  }
  if (name !== "TimeoutError") return undefined;
  const next = `Run this command again; if it stays so, check ${NETWORK}.`;
  return { why: `${visible(whom, 200)} does not answer`, next };
};

/** `permission`: what the call needs, for the one who was refused. `url`: what is asked, where it is none of AWS's services. */
export const ask = async <T>(
  permission: string,
  question: () => Promise<T>,
  url?: string,
): Promise<Answer<T>> => {
  try {
    return { value: await question() };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: "unknown", message: String(error) };
    const noSignature = unsigned(name, message);
    if (noSignature) return noSignature;
    if (MISSING.test(name)) return { why: "AWS knows no such thing", missing: true };
    if (isDenied(error)) return { why: `AWS refused the question (${name})`, permission };
    const noAnswer = unreached(error, name, url);
    if (noAnswer) return noAnswer;
    // fetch says no more than that it failed; why is below.
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
    return { why: visible(`${url ?? "AWS"} did not answer: ${name}: ${message}${cause}`, 300) };
  }
};

/** What an answer has to hold: an empty one would read as "there is none". */
const said = <T>(value: T | undefined, what: string): T => {
  if (value === undefined || value === null || value === "")
    throw new Error(`the answer does not say ${what}`);
  return value;
};

/** Not a number would read as an empty queue. */
const countIn = (text: string | undefined): number =>
  Number(said(/^\d+$/.exec(text ?? "")?.[0], "how many messages there are"));

const AT_ONCE = 4;

/** Null where AWS does not say: that is no reason to lose the list. */
const oneCluster = async (
  client: DSQLClient,
  { identifier, arn }: { readonly identifier?: string | undefined; readonly arn: string },
): Promise<AwsCluster> => {
  try {
    const { status, endpoint, tags } = await client.send(new GetClusterCommand({ identifier }));
    const known = await tagsOf(client, arn, tags).catch(() => null);
    return { arn, status: status ?? null, endpoint: endpoint ?? null, tags: known };
  } catch (error) {
    const isGone = error instanceof Error && error.name === "ResourceNotFoundException";
    return { arn, status: isGone ? "DELETED" : null, endpoint: null, tags: null };
  }
};

const allClusters = async (client: DSQLClient): Promise<AwsCluster[]> => {
  const found: AwsCluster[] = [];
  for await (const { clusters } of paginateListClusters({ client }, {})) {
    const read = await inParallel(
      said(clusters, "which clusters there are"),
      AT_ONCE,
      ({ identifier, arn }) => oneCluster(client, { identifier, arn: said(arn, "the ARN of a cluster") }),
    );
    found.push(...read);
  }
  return found;
};

export const awsPorts = ({
  dsql,
  dsqlIn,
  iam,
  now,
  s3,
  sns,
  sqs,
  sts,
  trails,
  get,
}: DoctorClients): DoctorPorts => ({
  askTable: (question) => ask("dynamodb:GetItem and dynamodb:Query", question),
  identity: () =>
    ask("sts:GetCallerIdentity", async () =>
      said((await sts.send(new GetCallerIdentityCommand({}))).Arn, "who asks"),
    ),
  clusters: (region) =>
    ask("dsql:ListClusters", () => allClusters(region === undefined ? dsql : dsqlIn(region))),
  trails: () => ask("cloudtrail:ListTrails", trails),
  bucketTells: (bucket) =>
    ask(
      "s3:GetBucketNotification",
      async () => (await readNotification(s3, bucket)).EventBridgeConfiguration !== undefined,
    ),
  queue: (QueueUrl) =>
    ask("sqs:GetQueueAttributes", async () => {
      const AttributeNames = [
        "ApproximateNumberOfMessages" as const,
        "ApproximateNumberOfMessagesNotVisible" as const,
      ];
      const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
      return {
        waiting: countIn(Attributes?.ApproximateNumberOfMessages),
        held: countIn(Attributes?.ApproximateNumberOfMessagesNotVisible),
      };
    }),
  listeners: (topic) => ask("sns:ListSubscriptionsByTopic", () => countListeners(sns, topic)),
  sendTest: (topic, test) =>
    ask("sns:Publish", () =>
      sendTestNotice({ sns, topicArn: topic, ...test }).catch((error: unknown) => {
        // What SNS answered, by its own name.
        throw error instanceof AuditError ? (error.cause ?? error) : error;
      }),
    ),
  get: (url) => ask("execute-api:Invoke", () => get(url), url),
  simulate: simulator(iam),
  readIam: (cluster, arns) => readIam({ iam, dsql: dsqlIn }, { cluster, arns, now }),
});
