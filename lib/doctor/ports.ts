// What doctor asks of AWS, each question apart, so that one refusal leaves the rest standing.
import type { TrailRead } from "../cloudtrail/trail-config.ts";
import type { IamFacts } from "../core/iam/facts.ts";
import type { Simulate } from "../iam/simulate.ts";
import type { TestNotice, TestSent } from "../jobs/send-test-notice.ts";
import type { Answer } from "./link.ts";

/** Messages in a queue: those that wait, and those that a function holds. */
export type QueueState = { readonly waiting: number; readonly held: number };

/** Subscriptions to the topic by whether somebody said yes to them. */
export type Listeners = {
  readonly confirmed: number;
  readonly pending: number;
  /** There are more than were counted. */
  readonly atLeast?: true | undefined;
};

/** Null: AWS lists the cluster, and did not say this of it. */
export type AwsCluster = {
  readonly arn: string;
  readonly status: string | null;
  readonly endpoint?: string | null;
  readonly tags?: Readonly<Record<string, string>> | null;
};

/** Reads of the table: what they give, or why AWS gave nothing. */
export type AskTable = <T>(question: () => Promise<T>) => Promise<Answer<T>>;

export type DoctorPorts = {
  readonly askTable: AskTable;
  /** Who asks: the ARN that AWS sees. */
  readonly identity: () => Promise<Answer<string>>;
  /** Of the deployment's own Region unless another one is named. */
  readonly clusters: (region?: string) => Promise<Answer<readonly AwsCluster[]>>;
  readonly trails: () => Promise<Answer<readonly TrailRead[]>>;
  /** Whether S3 tells EventBridge of new objects. */
  readonly bucketTells: (bucket: string) => Promise<Answer<boolean>>;
  readonly queue: (url: string) => Promise<Answer<QueueState>>;
  readonly listeners: (topic: string) => Promise<Answer<Listeners>>;
  /** Sends one test mail: see sendTestNotice. */
  readonly sendTest: (
    topic: string,
    test: Pick<TestNotice, "now" | "token" | "by">,
  ) => Promise<Answer<TestSent>>;
  /** The status of a signed GET; a redirect is an answer, and is not followed. */
  readonly get: (url: string) => Promise<Answer<number>>;
  /** AWS's policy simulator, about one identity. */
  readonly simulate: Simulate;
  /** What IAM says now, of these mapped principals and of the account; what is refused is unreadable. */
  readonly readIam: (cluster: string, arns: readonly string[]) => Promise<IamFacts>;
};
