// Counts connections: from SQS behind EventBridge, where each message is one event, and from trail files in S3, where
// each message names one object. What cannot be read fails alone, and ends in its dead-letter queue.
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { envelopeFlaw } from "../lib/cloudtrail/envelope-flaw.ts";
import type { ActivitySink } from "../lib/cloudtrail/ingest-sources.ts";
import { parseRecord } from "../lib/cloudtrail/parse-record.ts";
import { publicKeyPort } from "../lib/cloudtrail/public-keys.ts";
import { isValidationMessage } from "../lib/cloudtrail/s3-objects.ts";
import type { Connection } from "../lib/core/activity/connection.ts";
import { addCounts } from "../lib/core/activity/ingest-counts.ts";
import type { Cluster } from "../lib/core/base/ids.ts";
import { AuditError } from "../lib/errors.ts";
import { connectionSink } from "../lib/jobs/count-connections.ts";
import { digestIngest } from "../lib/jobs/ingest-digest.ts";
import { type IngestObjects, type ObjectsIngested, objectIngest } from "../lib/jobs/ingest-objects.ts";
import type { DetectJob } from "../lib/jobs/messages.ts";
import { errorFields } from "../lib/log.ts";
import { openCapture, openClusters } from "../lib/store/open-store.ts";
import { bodyOf, type LambdaHandler, lambda, onLambda } from "./lambda.ts";
import {
  cloudTrailClients,
  queueOf,
  type Runtime,
  runtime,
  type Send,
  s3Client,
  settings,
  tableOf,
} from "./wiring.ts";

export type IngestDeps = Runtime & {
  /** Where the events go. */
  readonly sink: ActivitySink;
  readonly detect: Send;
  readonly ingestObjects: IngestObjects;
};

/** Judgement waits a moment, so that the events of one burst are judged together. */
const DETECT_AFTER_SECONDS = 60;

/** Those with something counted that nobody has added up: a judgement of them may have been lost. */
const waiting = async ({ sink }: IngestDeps, clusters: readonly Cluster[]): Promise<Cluster[]> => {
  const found: Cluster[] = [];
  for (const cluster of clusters) if (await sink.waits?.(cluster)) found.push(cluster);
  return found;
};

const isSentAgain = ({ attributes }: SQSRecord): boolean =>
  Number(attributes?.ApproximateReceiveCount ?? 1) > 1;

export const ingestHandler = (deps: IngestDeps): LambdaHandler<SQSEvent, SQSBatchResponse> =>
  lambda(deps, async ({ Records }) => {
    const failed = new Set<string>();
    const changed = new Set<Cluster>();
    const fail = ({ messageId }: SQSRecord, error: unknown, cluster?: Cluster): void => {
      failed.add(messageId);
      deps.log.error("message failed", { messageId, cluster, ...errorFields(error) });
    };

    const events: { record: SQSRecord; connection: Connection }[] = [];
    const read: ObjectsIngested["counts"][] = [];
    let ignored = 0;
    for (const record of Records) {
      try {
        if (isValidationMessage(record.body)) {
          ignored++;
          continue;
        }
        const body = bodyOf(record);
        const objects = deps.ingestObjects(body);
        if (objects) {
          const { clusters, named, counts, flaw } = await objects;
          read.push(counts);
          for (const cluster of clusters) changed.add(cluster);
          // Whoever had the message before may have counted all of it and died before anybody was asked to judge.
          if (isSentAgain(record)) for (const cluster of await waiting(deps, named)) changed.add(cluster);
          if (flaw) throw flaw;
          continue;
        }
        const parsed = parseRecord(body);
        if (parsed.kind === "rejected") throw new AuditError("bad-record", parsed.reason);
        if (parsed.kind === "connection") {
          const flaw = envelopeFlaw(body, parsed.connection);
          if (flaw !== undefined) throw new AuditError("bad-record", flaw);
          events.push({ record, connection: parsed.connection });
        } else ignored++;
      } catch (error) {
        fail(record, error);
      }
    }
    try {
      const counts = await deps.sink.count(
        events.map(({ connection }) => connection),
        deps.now(),
      );
      const named = [...new Set(events.map(({ connection }) => connection.cluster))];
      for (const cluster of counts.counted ? named : await waiting(deps, named)) changed.add(cluster);
      const one = { records: events.length + ignored, connections: events.length, ignored, ...counts };
      const all = addCounts([...read, one]);
      deps.log.info("counted", { messages: Records.length, failed: failed.size, ...all });
    } catch (error) {
      // Whatever part of it was counted is known by its event ids when the batch comes again.
      for (const { record, connection } of events) fail(record, error, connection.cluster);
    }
    const jobs = [...changed].map(
      (cluster): DetectJob => ({ cluster, reason: "connections", ifWatched: true }),
    );
    await deps.detect(jobs, { delaySeconds: DETECT_AFTER_SECONDS });
    return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
  });

/** The function as its environment says. */
export const wire = (shared: Runtime) => {
  const { TABLE_NAME, DETECT_QUEUE_URL, AUDITOR_PRINCIPAL } = settings(
    "TABLE_NAME",
    "DETECT_QUEUE_URL",
    "AUDITOR_PRINCIPAL",
  );
  const table = tableOf(TABLE_NAME, shared);
  const store = { ...openClusters(table), ...openCapture(table) };
  const s3 = s3Client();
  const trail = connectionSink(store, AUDITOR_PRINCIPAL, "trail");
  const digests = digestIngest(s3, store, trail, publicKeyPort(cloudTrailClients()), shared.now);
  return ingestHandler({
    ...shared,
    sink: connectionSink(store, AUDITOR_PRINCIPAL, "event"),
    detect: queueOf(DETECT_QUEUE_URL),
    ingestObjects: objectIngest(s3, trail, shared.now, digests),
  });
};

export const handler = onLambda(() => wire(runtime()));
