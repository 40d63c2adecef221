// Configuration and clients, once per container: the only place with the environment, clients and the clock.
import { setTimeout as delay } from "node:timers/promises";
import { Logger } from "@aws-lambda-powertools/logger";
import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { DSQLClient } from "@aws-sdk/client-dsql";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { IAMClient } from "@aws-sdk/client-iam";
import { S3Client } from "@aws-sdk/client-s3";
import { SNSClient } from "@aws-sdk/client-sns";
import { SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { awsTimeouts, s3Timeouts } from "../lib/cloudtrail/aws-timeouts.ts";
import { callCountPort } from "../lib/cloudtrail/call-counts.ts";
import { lookupManagementEvents } from "../lib/cloudtrail/look-up-events.ts";
import { trailPort } from "../lib/cloudtrail/trail-config.ts";
import { readSettings, type Setting, type Settings } from "../lib/config.ts";
import { isMember } from "../lib/core/base/auditor-in.ts";
import { type Cluster, type Principal, parseArn } from "../lib/core/base/ids.ts";
import { lazily } from "../lib/core/base/lazily.ts";
import { MINUTE } from "../lib/core/base/time.ts";
import type { ChannelName } from "../lib/core/incidents/feed.ts";
import type { Credentials } from "../lib/dsql/connect.ts";
import { AuditError } from "../lib/errors.ts";
import { callsUntil } from "../lib/iam/call.ts";
import { readPeers } from "../lib/iam/read-clusters.ts";
import { readIam } from "../lib/iam/read-iam.ts";
import { simulator } from "../lib/iam/simulate.ts";
import type { CapturePorts } from "../lib/jobs/check-capture.ts";
import type { SnapshotPorts } from "../lib/jobs/take-snapshot.ts";
import { type CountMetric, type Fields, type Log, metricLine } from "../lib/log.ts";
import { topicListeners } from "../lib/notices/channels/subscriptions.ts";
import { openReadStore, openStore, type ReadStore, type Store } from "../lib/store/open-store.ts";
import { openDynamoDbTable } from "../lib/store/table/dynamodb/dynamodb-table.ts";
import { readOnly } from "../lib/store/table/read-only.ts";
import type { Table } from "../lib/store/table/table.ts";

/** What every handler gets besides its own clients. */
export type Runtime = {
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly log: Log;
  /** What stands around the table: the local stack holds each function to its role. */
  readonly around?: (table: Table) => Table;
  /** Where the lines go that alarms count; undefined: into the function's log. */
  readonly writeMetric?: (line: string) => void;
  /** How readers of notices reach the store with the command line, where that is not the table itself. */
  readonly commandStore?: readonly string[];
};

/** The real clock and chance; `now` may be another one, for a stretch that is lived through faster. */
export const runtime = (now: () => number = Date.now): Runtime => ({
  now,
  random: Math.random,
  sleep: (ms) => delay(ms),
  log: logger(),
});

const logger = (): Log => {
  const powertools = new Logger({ serviceName: "dsql-access-auditor" });
  const say =
    (level: "info" | "warn" | "error") =>
    (message: string, fields: Fields = {}): void =>
      powertools[level](message, { ...fields });
  return { info: say("info"), warn: say("warn"), error: say("error") };
};

/** How Lambda calls this function; what it writes is signed with it. */
export const functionName = (): string => process.env.AWS_LAMBDA_FUNCTION_NAME ?? "detect";

/** Metrics go out as lines of the function's log, as they are: the logger would wrap them. */
export const countMetric =
  ({ now, writeMetric = (line) => process.stdout.write(`${line}\n`) }: Runtime): CountMetric =>
  (name) => {
    writeMetric(metricLine(name, functionName(), now()));
  };

/** How the command line reaches this table: it stands in the Region that the function runs in. */
export const tableArguments = (table: string): readonly string[] => {
  const region = process.env.AWS_REGION;
  return ["--table", table, ...(region ? ["--region", region] : [])];
};

/** The named environment variables; AuditError("config") with every problem listed. */
export const settings = <K extends Setting>(...names: readonly K[]): Settings<K> =>
  readSettings(process.env, ...names);

// The SDK retries throttles with jitter; more tries than its three, because a queue would only bring the work back.
const patient = { retryMode: "standard", maxAttempts: 6, requestHandler: awsTimeouts } as const;

export const tableOf = (name: string, { sleep, random, around = (table) => table }: Runtime): Table =>
  around(openDynamoDbTable({ client: new DynamoDBClient(patient), name, sleep, random }));

export const storeOf = (name: string, shared: Runtime): Store => openStore(tableOf(name, shared), shared);

/** For the function that only answers: its role may not write, and nothing that writes is within its reach. */
export const readStoreOf = (name: string, shared: Runtime): ReadStore =>
  openReadStore(readOnly(tableOf(name, shared)));

export const snsClient = (): SNSClient => new SNSClient(patient);
export const eventBridgeClient = (): EventBridgeClient => new EventBridgeClient(patient);
/** A client whose class is loaded where it is needed. */
export const clientOf = <C>(Client: new (config: typeof patient) => C): C => new Client(patient);

/** The channels beside mail that this deployment has. */
export const channelsOn = ({
  EVENT_BUS,
  SECURITY_HUB,
  CHAT_TOPIC,
}: Settings<"EVENT_BUS" | "SECURITY_HUB" | "CHAT_TOPIC">): readonly ChannelName[] => [
  ...(EVENT_BUS ? (["event-bus"] as const) : []),
  ...(SECURITY_HUB === "on" ? (["security-hub"] as const) : []),
  ...(CHAT_TOPIC ? (["chat"] as const) : []),
];

export const s3Client = (): S3Client =>
  new S3Client({ ...patient, requestHandler: s3Timeouts, followRegionRedirects: true });
/** The credentials for an account; undefined: the function's own are those. */
export type CredentialsOf = (account: string | undefined) => Credentials | undefined;

/** Clients of one service by Region and account, each made once; undefined: the function's own. */
const byPlace = <C>(
  make: (config: object) => C,
  credentialsOf: CredentialsOf = () => undefined,
): ((region: string | undefined, account?: string) => C) => {
  const made = new Map<string, C>();
  return (region, account) => {
    const place = `${region} ${account}`;
    const credentials = credentialsOf(account);
    const client =
      made.get(place) ?? make({ ...patient, ...(region && { region }), ...(credentials && { credentials }) });
    made.set(place, client);
    return client;
  };
};

/** Somebody waits for the others: a role that is not given is asked for again in an hour. */
const brief = { ...patient, maxAttempts: 2 } as const;
/** Assumed again so long before the credentials end. */
const RENEW_MS = 5 * MINUTE;

/**
 * The role in each member account, which has the name of the auditor's own (deploy/member-account.yml). Credentials are kept
 * until shortly before they end. AuditError("denied") names the account that does not give the role.
 */
export const memberRoles = ({ now }: Runtime, auditor: Principal | undefined): CredentialsOf => {
  const sts = lazily(() => new STSClient(brief));
  const assume = async (RoleArn: string) => {
    const asked = new AssumeRoleCommand({ RoleArn, RoleSessionName: "dsql-access-auditor" });
    const { Credentials: found } = await sts(undefined).send(asked);
    return {
      accessKeyId: found?.AccessKeyId ?? "",
      secretAccessKey: found?.SecretAccessKey ?? "",
      sessionToken: found?.SessionToken ?? "",
      expiration: found?.Expiration ?? new Date(now()),
    };
  };
  return lazily((account) => {
    const [, partition = "", , , own, resource = ""] = auditor?.split(":") ?? [];
    if (account === undefined || auditor === undefined || account === own) return undefined;
    const arn = `arn:${partition}:iam::${account}:role/${resource.slice(resource.lastIndexOf("/") + 1)}`;
    let held: ReturnType<typeof assume> | undefined;
    return async () => {
      const kept = await held?.catch(() => undefined);
      if (kept && kept.expiration.getTime() - RENEW_MS > now()) return kept;
      held = assume(arn);
      return held.catch((cause: unknown) => {
        const why = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
        throw new AuditError("denied", `account ${account} does not give its role ${arn} (${why})`, {
          cause,
          hint: "Deploy deploy/member-account.yml there, with this deployment's account, Region and stack.",
        });
      });
    };
  });
};

export const dsqlClients = (
  credentialsOf?: CredentialsOf,
): ((region: string | undefined, account?: string) => DSQLClient) =>
  byPlace((config) => new DSQLClient(config), credentialsOf);
export const cloudTrailClients = (): ((region: string | undefined) => CloudTrailClient) =>
  byPlace((config) => new CloudTrailClient(config));

/** What the snapshot function asks IAM, and Aurora DSQL's API in each Region of a cluster; for `takeSnapshot`. */
export const iamReader = (
  { now }: Runtime,
  credentialsOf?: CredentialsOf,
): NonNullable<SnapshotPorts["readIam"]> => {
  const iamOf = byPlace((config) => new IAMClient(config), credentialsOf);
  const dsqlOf = dsqlClients(credentialsOf);
  return (cluster, arns) => {
    const account = parseArn(cluster)?.account;
    const clients = { iam: iamOf(undefined, account), dsql: (region: string) => dsqlOf(region, account) };
    return readIam(clients, { cluster, arns, now });
  };
};

/** One question; the function lives for some minutes. */
const PEERS_MS = 60_000;

/** What the snapshot function asks Aurora DSQL's API where IAM is not read; for `takeSnapshot`. */
export const peersReader = (
  { now }: Runtime,
  credentialsOf?: CredentialsOf,
): NonNullable<SnapshotPorts["readPeers"]> => {
  const dsqlOf = dsqlClients(credentialsOf);
  return (cluster) => {
    const { region, account } = parseArn(cluster) ?? {};
    return readPeers(dsqlOf(region, account), callsUntil(now, PEERS_MS), cluster);
  };
};

/** Asked for second opinions. Who is throttled leaves off at once: the whole account shares the limit, and an hour is not long. */
export const policySimulator = (): NonNullable<SnapshotPorts["simulator"]> => {
  const iam = new IAMClient({ ...patient, maxAttempts: 1 });
  return (mayCall) => simulator(iam, mayCall);
};

/** What the detect function asks AWS about capture, and about who gets the notices. */
export const capturePorts = (
  { sleep }: Runtime,
  topicArn: string,
  auditor?: Principal | undefined,
): CapturePorts => {
  const trails = cloudTrailClients();
  const counts = byPlace((config) => new CloudWatchClient(config));
  const sns = snsClient();
  // Both tell of their own Region alone, and of their own account.
  const regionOf = (cluster: Cluster): string | undefined => parseArn(cluster)?.region || undefined;
  const account = auditor && parseArn(auditor)?.account;
  const isAsked = (cluster: Cluster): boolean => !auditor || !isMember(auditor, cluster);
  return {
    account,
    listeners: () => topicListeners(sns, topicArn),
    ...trailPort(trails),
    // Neither proves anything: of a member account there is no more than its events and its trail's files.
    calls: async (cluster, interval) =>
      isAsked(cluster) ? callCountPort(counts(regionOf(cluster)))(cluster, interval) : new Map(),
    events: async (interval, cluster) =>
      isAsked(cluster) ? lookupManagementEvents(trails(regionOf(cluster)), interval, sleep) : [],
  };
};

/** Puts messages into a queue; all of them, or AuditError("throttled") and the caller's own event comes again. */
export type Send = (messages: readonly unknown[], options?: { delaySeconds?: number }) => Promise<void>;

const SQS_BATCH = 10;

export const queueOf = (QueueUrl: string): Send => {
  const client = new SQSClient(patient);
  return async (messages, { delaySeconds = 0 } = {}) => {
    for (let at = 0; at < messages.length; at += SQS_BATCH) {
      const Entries = messages.slice(at, at + SQS_BATCH).map((message, i) => ({
        Id: String(i),
        MessageBody: JSON.stringify(message),
        ...(delaySeconds && { DelaySeconds: delaySeconds }),
      }));
      const { Failed } = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
      if (Failed?.length) {
        throw new AuditError(
          "throttled",
          `SQS did not take ${Failed.length} messages: ${Failed[0]?.Message ?? ""}`,
        );
      }
    }
  };
};
