// `dsql-audit ingest`: counts trail files, folders, S3 prefixes and the bodies of a dead-letter queue.
import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { awsTimeouts, s3Timeouts } from "../../lib/cloudtrail/aws-timeouts.ts";
import { type ActivitySink, ingestSources } from "../../lib/cloudtrail/ingest-sources.ts";
import { prefixDigests } from "../../lib/cloudtrail/list-prefix.ts";
import { publicKeyPort } from "../../lib/cloudtrail/public-keys.ts";
import { replayQueue } from "../../lib/cloudtrail/replay-queue.ts";
import { s3Source } from "../../lib/cloudtrail/s3-objects.ts";
import type { IngestCounts } from "../../lib/core/activity/activity.ts";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { AuditError } from "../../lib/errors.ts";
import { connectionSink } from "../../lib/jobs/count-connections.ts";
import { digestIngest } from "../../lib/jobs/ingest-digest.ts";
import type { AddCommand } from "../command.ts";
import { addStoreOptions, type StoreOptions, withStore } from "../context.ts";
import { auditorOf } from "../findings/judge-settings.ts";
import type { Io } from "../io.ts";
import { printable, printDocument } from "../output.ts";
import { type Progress, progressLine } from "../progress.ts";
import { type Digests, proveDigests, warn } from "./prove-digests.ts";
import { openTrailInput, sayNothingRead, sayPassedOver } from "./trail-input.ts";

type Options = StoreOptions & { readonly queue?: string; readonly json?: boolean };

const SHOWN_REASONS = 20;
const SHOWN_CLUSTERS = 3;

const nothing: IngestCounts = {
  records: 0,
  connections: 0,
  counted: 0,
  duplicates: 0,
  ignored: 0,
  tooOld: 0,
  rejected: [],
};

const add = (a: IngestCounts, b: IngestCounts): IngestCounts => ({
  records: a.records + b.records,
  connections: a.connections + b.connections,
  counted: a.counted + b.counted,
  duplicates: a.duplicates + b.duplicates,
  ignored: a.ignored + b.ignored,
  tooOld: a.tooOld + b.tooOld,
  rejected: [...a.rejected, ...b.rejected],
});

const lines = (counts: IngestCounts, files: number, digests: Digests): string => {
  const figure = (n: number): string => n.toLocaleString("en-US").padStart(12);
  const more = counts.rejected.length - SHOWN_REASONS;
  return [
    `${figure(counts.records)} records${files ? ` in ${files.toLocaleString("en-US")} files` : ""}`,
    `${figure(counts.connections)} connections: ${counts.counted.toLocaleString("en-US")} counted, ${counts.duplicates.toLocaleString("en-US")} seen before, ${counts.tooOld.toLocaleString("en-US")} too old`,
    `${figure(counts.ignored)} of other calls, ignored`,
    `${figure(counts.rejected.length)} could not be read${counts.rejected.length ? ":" : ""}`,
    ...counts.rejected
      .slice(0, SHOWN_REASONS)
      .map(({ file, index, reason }) => `  ${printable(file)} record ${index}: ${printable(reason)}`),
    ...(more > 0 ? [`  and ${more} more (--json lists all)`] : []),
    ...(digests.checked > 0
      ? [`${figure(digests.checked)} digests: ${digests.proven.toLocaleString("en-US")} proven`]
      : []),
  ].join("\n");
};

/** Connections of a cluster without a snapshot are counted, and no question is answered about it yet. */
const unknownClusters = (counted: ReadonlySet<Cluster>, known: readonly Cluster[]): string[] => {
  const unknown = [...counted].filter((cluster) => !known.includes(cluster)).sort();
  if (!unknown.length) return [];
  const named = unknown.slice(0, SHOWN_CLUSTERS).map(printable).join(", ");
  const more = unknown.length > SHOWN_CLUSTERS ? ` and ${unknown.length - SHOWN_CLUSTERS} more` : "";
  return [
    `No snapshot is stored of ${named}${more}: the connections are counted, and shown once there is one. Take it with: dsql-audit snapshot --endpoint HOST --user ROLE`,
  ];
};

const ingest = async (paths: readonly string[], options: Options, io: Io): Promise<void> => {
  if (!paths.length && options.queue === undefined) {
    throw new AuditError("usage", "nothing to ingest", {
      hint: "Name files, folders, s3://… or --queue URL.",
    });
  }
  if (options.queue !== undefined && !/^https?:\/\/[^/]+\/./.test(options.queue)) {
    throw new AuditError("usage", `${options.queue} is no URL of a queue`, {
      hint: "Write https://sqs.REGION.amazonaws.com/ACCOUNT/NAME, as: aws sqs get-queue-url --queue-name NAME",
    });
  }
  const region = {
    requestHandler: awsTimeouts,
    ...(options.region !== undefined && { region: options.region }),
  };
  const s3 = new S3Client({ ...region, requestHandler: s3Timeouts, followRegionRedirects: true });
  const trails: CloudTrailClient[] = [];
  const cloudTrail = (of: string | undefined): CloudTrailClient => {
    const client = new CloudTrailClient({ ...region, ...(of !== undefined && { region: of }) });
    trails.push(client);
    return client;
  };
  // All are looked at before the first is counted: a mistyped path must not be found out after an hour.
  const inputs = paths.map((path) => openTrailInput(s3, path, io.cwd));
  const progress: Progress = progressLine(io);
  try {
    await withStore(io, options, { mustExist: false }, async (store) => {
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
      const prove = digestIngest(s3, store, sink, publicKeyPort(cloudTrail), io.now);
      let proofs: Digests = { checked: 0, proven: 0 };
      let counts = nothing;
      let files = 0;
      const clusters = new Set<Cluster>();
      for (const { path, sources, total, digests, prefix, passedOver } of inputs) {
        const part = await ingestSources(sources, sink, {
          now: io.now(),
          proof: "folder",
          ...(digests && { adjustHours: digests.adjust }),
          onProgress: (at) =>
            progress.update(
              `${(files + at.files).toLocaleString("en-US")}${total ? ` of ${(files + total).toLocaleString("en-US")}` : ""} files, ${(counts.records + at.records).toLocaleString("en-US")} records`,
            ),
        });
        warn(io, digests?.problems ?? []);
        let read = part.files > 0 || digests !== undefined;
        counts = add(counts, part);
        files += part.files;
        // Also where all was seen before: the run that counted it may have died before it was added up.
        for (const cluster of part.named) clusters.add(cluster);
        if (prefix !== undefined) {
          // After the files: what they hold is counted by then, and only compared with what was signed.
          const { checked, proven } = proofs;
          let n = checked;
          const found = await proveDigests(prefixDigests(s3, prefix), prove, io, () =>
            progress.update(`${(++n).toLocaleString("en-US")} digests`),
          );
          proofs = { checked: checked + found.checked, proven: proven + found.proven };
          read ||= found.checked > 0;
        }
        if (read) sayPassedOver(io, passedOver());
        else sayNothingRead(io, path, passedOver());
      }
      if (options.queue !== undefined) {
        const client = new SQSClient(region);
        const sourceOf = s3Source.bind(null, s3);
        const part = await replayQueue(options.queue, {
          client,
          sink,
          eventSink: stoppable("event"),
          sourceOf,
          digest: prove,
          now: io.now(),
        });
        client.destroy();
        counts = add(counts, part);
        for (const cluster of part.clusters) clusters.add(cluster);
      }
      progress.update("adding up …");
      for (const cluster of clusters) await store.activity.fold(cluster, io.now());
      progress.done();
      const unknown = unknownClusters(clusters, await store.clusters.list());
      const { records, connections, counted, duplicates, ignored, tooOld, rejected } = counts;
      const summary = {
        records,
        connections,
        counted,
        duplicates,
        ignored,
        tooOld,
        rejected,
        ...(proofs.checked > 0 && { digests: proofs }),
      };
      printDocument(io, options, summary, () => [lines(counts, files, proofs), ...unknown].join("\n"));
    });
  } finally {
    progress.done();
    for (const client of [s3, ...trails]) client.destroy();
  }
};

export const addIngest: AddCommand = (program, io) => {
  const command = program
    .command("ingest")
    .summary("count connections from trail files, S3 or a dead-letter queue")
    .description(
      "Counts each connection once, however often and by whichever way it arrives. Running it again is safe.\n" +
        "A file that breaks off or is not JSON is named with the reason, and nothing of it is counted.\n" +
        "Digests below s3://… are verified: their signature, and every log file that they name.\n" +
        "Canary logins are told from other connections by the auditor's principal: as the store's settings say, else by\n" +
        "$AUDITOR_PRINCIPAL.",
    )
    .argument(
      "[path...]",
      "trail files and folders (.json, .json.gz, NDJSON, EventBridge envelopes), s3://BUCKET/PREFIX",
    )
    .option("--queue <url>", "count the messages of a dead-letter queue, and delete those that were counted")
    .option("--json", "one JSON document on stdout")
    .addHelpText(
      "after",
      "\nExample:\n  $ dsql-audit ingest s3://my-trail-bucket/AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/",
    );
  addStoreOptions(command).action((paths: string[], options: Options) => ingest(paths, options, io));
};
