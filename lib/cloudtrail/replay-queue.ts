// Replays the bodies of a dead-letter queue: events of EventBridge, and messages that name objects. A message leaves the
// queue only when all that it stands for is counted.
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import type { IngestCounts } from "../core/activity/activity.ts";
import { addIngests, noCounts } from "../core/activity/ingest-counts.ts";
import type { Cluster } from "../core/base/ids.ts";
import type { Instant } from "../core/base/time.ts";
import { kindOfTrailKey } from "../core/coverage/trail-file-name.ts";
import { AuditError } from "../errors.ts";
import { type ActivitySink, type Ingested, ingestSources } from "./ingest-sources.ts";
import { parseRecord } from "./parse-record.ts";
import { type DigestCheck, flawOfDigest } from "./prove-by-digest.ts";
import { isValidationMessage, objectsNamed, type S3Object } from "./s3-objects.ts";
import type { TrailSource } from "./trail-source.ts";

export type ReplayPorts = {
  readonly client: SQSClient;
  /** Where connections of files go, and where those go that are events of EventBridge. */
  readonly sink: ActivitySink;
  readonly eventSink: ActivitySink;
  /** Proves a digest; without, its message stays in the queue. */
  readonly digest?: (object: S3Object) => Promise<DigestCheck>;
  readonly sourceOf: (object: S3Object) => TrailSource;
  readonly now: Instant;
};

type Outcome = { readonly counts: IngestCounts; readonly clusters: readonly Cluster[] };

const rejection = (file: string, reason: string): Outcome => ({
  counts: { ...noCounts, records: 1, rejected: [{ file, index: 0, reason }] },
  clusters: [],
});

const replayObjects = async (
  objects: readonly S3Object[],
  { sink, sourceOf, now, digest }: ReplayPorts,
): Promise<Outcome> => {
  const logs = objects.filter(({ key }) => kindOfTrailKey(key) === "log");
  const {
    clusters,
    files: _,
    named: __,
    unread: ___,
    ...counts
  } = await ingestSources(logs.map(sourceOf), sink, { now });
  const rejected = [...counts.rejected];
  let { records } = counts;
  for (const object of objects.filter(({ key }) => kindOfTrailKey(key) === "digest")) {
    const reason = digest ? await flawOf(object, digest) : "a digest that nobody here can prove";
    if (reason === undefined) continue;
    rejected.push({ file: `s3://${object.bucket}/${object.key}`, index: 0, reason });
    records++;
  }
  return { counts: { ...counts, records, rejected }, clusters };
};

/** What keeps a digest from proving anything, as a reason: also that it is none, or is not there. */
const flawOf = async (
  object: S3Object,
  digest: NonNullable<ReplayPorts["digest"]>,
): Promise<string | undefined> => {
  try {
    return flawOfDigest(await digest(object));
  } catch (error) {
    if (error instanceof AuditError) return error.message;
    throw error;
  }
};

const replayOne = async (message: Message, ports: ReplayPorts): Promise<Outcome> => {
  const { eventSink, now } = ports;
  const file = `message ${message.MessageId ?? ""}`;
  if (isValidationMessage(message.Body ?? "")) {
    return { counts: { ...noCounts, records: 1, ignored: 1 }, clusters: [] };
  }
  let body: unknown;
  let objects: readonly S3Object[] | undefined;
  try {
    body = JSON.parse(message.Body ?? "");
    objects = objectsNamed(body);
  } catch {
    return rejection(file, "is not JSON");
  }
  if (objects) {
    return replayObjects(objects, ports);
  }
  const parsed = parseRecord(body);
  if (parsed.kind === "rejected") return rejection(file, parsed.reason);
  if (parsed.kind === "ignored") return { counts: { ...noCounts, records: 1, ignored: 1 }, clusters: [] };
  const counts = await eventSink.count([parsed.connection], now);
  return {
    counts: { ...noCounts, records: 1, connections: 1, ...counts },
    clusters: counts.counted ? [parsed.connection.cluster] : [],
  };
};

const NO_QUEUE: ReadonlySet<string> = new Set([
  "QueueDoesNotExist",
  "AWS.SimpleQueueService.NonExistentQueue",
  "InvalidAddress",
]);

/** What is wrong with the queue itself; all else (credentials, the way to AWS) is as it is. */
const explained = (url: string, error: unknown): unknown =>
  error instanceof Error && NO_QUEUE.has(error.name)
    ? new AuditError("config", `There is no queue ${url}`, {
        cause: error,
        hint: "Check the URL and the Region.",
      })
    : error;

/** Two empty answers in a row: a queue answers from some of its servers only. */
const EMPTY_ANSWERS = 2;

/**
 * Works a queue off until it is empty, or holds only messages that failed in this run. What is counted, ignored or too old
 * is deleted; what is rejected stays, with its reason in the counts. AuditError("config") when there is no such queue.
 */
export const replayQueue = async (
  QueueUrl: string,
  ports: ReplayPorts,
): Promise<Pick<Ingested, keyof IngestCounts | "clusters">> => {
  let total = noCounts;
  const clusters = new Set<Cluster>();
  const failed = new Set<string | undefined>();
  for (let empty = 0; empty < EMPTY_ANSWERS; ) {
    const { Messages = [] } = await ports.client
      .send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }))
      .catch((cause: unknown) => {
        throw explained(QueueUrl, cause);
      });
    const fresh = Messages.filter(({ MessageId }) => !failed.has(MessageId));
    empty = fresh.length ? 0 : empty + 1;
    const done: Message[] = [];
    for (const message of fresh) {
      const { counts, clusters: touched } = await replayOne(message, ports);
      total = addIngests(total, counts);
      for (const cluster of touched) clusters.add(cluster);
      if (counts.rejected.length) failed.add(message.MessageId);
      else done.push(message);
    }
    if (done.length) {
      const Entries = done.map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle }));
      await ports.client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
  }
  return { ...total, clusters: [...clusters].sort() };
};
