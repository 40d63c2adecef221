// What `dsql-audit ingest` does with one path and with a queue: reads, counts, proves.
import type { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { type ActivitySink, ingestSources } from "../../lib/cloudtrail/ingest-sources.ts";
import { publicKeyPort } from "../../lib/cloudtrail/public-keys.ts";
import { replayQueue } from "../../lib/cloudtrail/replay-queue.ts";
import { s3Source } from "../../lib/cloudtrail/s3-objects.ts";
import type { IngestCounts } from "../../lib/core/activity/activity.ts";
import { addIngests } from "../../lib/core/activity/ingest-counts.ts";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { connectionSink } from "../../lib/jobs/count-connections.ts";
import { type DigestIngest, digestIngest } from "../../lib/jobs/ingest-digest.ts";
import type { Store } from "../../lib/store/open-store.ts";
import { auditorOf } from "../findings/judge-settings.ts";
import type { Io } from "../io.ts";
import type { Progress } from "../progress.ts";
import { type Digests, proveDigests, warn } from "./prove-digests.ts";
import { sayNothingRead, sayPassedOver, type TrailInput } from "./trail-input.ts";

export type IngestClients = {
  readonly s3: S3Client;
  readonly sqs: () => SQSClient;
  /** Of a Region; undefined: of the one that the command runs in. */
  readonly cloudTrail: (region: string | undefined) => CloudTrailClient;
  readonly destroy: () => void;
};

/** What a run counts with. */
type IngestRun = {
  readonly io: Io;
  readonly s3: S3Client;
  /** For the files of a trail, and for events of EventBridge; both stop at an interrupt, between two batches. */
  readonly sink: ActivitySink;
  readonly eventSink: ActivitySink;
  readonly prove: DigestIngest;
  readonly progress: Progress;
};

/** What a run has counted up to now. */
export type Totals = {
  counts: IngestCounts;
  files: number;
  digests: Digests;
  readonly clusters: Set<Cluster>;
};

/** Nothing is read or counted by opening. */
export const openRun = async (
  io: Io,
  store: Store,
  clients: Pick<IngestClients, "s3" | "cloudTrail">,
  progress: Progress,
): Promise<IngestRun> => {
  const auditor = await auditorOf(io, store);
  const stoppable = (way: "trail" | "event"): ActivitySink => {
    const sink = connectionSink(store, auditor, way);
    return {
      ...sink,
      count: (connections, now) => {
        io.signal.throwIfAborted();
        return sink.count(connections, now);
      },
    };
  };
  const sink = stoppable("trail");
  const prove = digestIngest(clients.s3, store, sink, publicKeyPort(clients.cloudTrail), io.now);
  return { io, s3: clients.s3, sink, eventSink: stoppable("event"), prove, progress };
};

const figure = (n: number): string => n.toLocaleString("en-US");

/** Counts the files of a path, then proves the digests below it. */
export const countPath = async (
  { path, sources, total, digests, signed, passedOver }: TrailInput,
  totals: Totals,
  { io, sink, prove, progress }: IngestRun,
): Promise<void> => {
  const { files, counts } = totals;
  const part = await ingestSources(sources, sink, {
    now: io.now(),
    proof: "folder",
    ...(digests && { adjustHours: digests.adjust }),
    onProgress: (at) =>
      progress.update(
        `${figure(files + at.files)}${total ? ` of ${figure(files + total)}` : ""} files, ${figure(counts.records + at.records)} records`,
      ),
  });
  warn(io, digests?.problems ?? []);
  let read = part.files > 0 || digests !== undefined;
  totals.counts = addIngests(counts, part);
  totals.files += part.files;
  // Also where all was seen before: the run that counted it may have died before it was added up.
  for (const cluster of part.named) totals.clusters.add(cluster);
  if (signed) {
    // After the files: what they hold is counted by then, and only compared with what was signed.
    const { checked, proven } = totals.digests;
    let n = checked;
    const found = await proveDigests(signed(), prove, io, () => progress.update(`${figure(++n)} digests`));
    totals.digests = { checked: checked + found.checked, proven: proven + found.proven };
    read ||= found.checked > 0;
  }
  if (read) sayPassedOver(io, passedOver());
  else sayNothingRead(io, path, passedOver());
};

/** Counts the bodies of a dead-letter queue. */
export const countQueue = async (
  queue: string,
  client: SQSClient,
  totals: Totals,
  { io, s3, sink, eventSink, prove }: IngestRun,
): Promise<void> => {
  const sourceOf = s3Source.bind(null, s3);
  const part = await replayQueue(queue, { client, sink, eventSink, sourceOf, digest: prove, now: io.now() });
  totals.counts = addIngests(totals.counts, part);
  for (const cluster of part.clusters) totals.clusters.add(cluster);
};
