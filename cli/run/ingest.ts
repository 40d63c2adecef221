// `dsql-audit ingest`: counts trail files, folders, S3 prefixes and the bodies of a dead-letter queue.
import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { awsTimeouts, s3Timeouts } from "../../lib/cloudtrail/aws-timeouts.ts";
import type { TrailDays } from "../../lib/cloudtrail/trail-days.ts";
import { noCounts } from "../../lib/core/activity/ingest-counts.ts";
import { parseArn } from "../../lib/core/base/arn.ts";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { parseInterval, upToNow } from "../../lib/core/base/parse-time.ts";
import { DAY } from "../../lib/core/base/time.ts";
import { AuditError } from "../../lib/errors.ts";
import type { Store } from "../../lib/store/open-store.ts";
import type { AddCommand } from "../command.ts";
import { addStoreOptions, pickCluster, type StoreOptions, withStore } from "../context.ts";
import type { Io } from "../io.ts";
import { printDocument } from "../output.ts";
import { progressLine } from "../progress.ts";
import { tellingOfSilence } from "../waiting.ts";
import { countLines, unknownClusters } from "./ingest-counts.ts";
import { countPath, countQueue, type IngestClients, openRun, type Totals } from "./ingest-run.ts";
import { openTrailDays, openTrailInput } from "./trail-input.ts";

type Options = StoreOptions & {
  readonly queue?: string;
  readonly trail?: true;
  readonly from?: string;
  readonly to?: string;
  readonly json?: boolean;
};

const checkArguments = (paths: readonly string[], { queue, trail, from, to }: Options): void => {
  if (!paths.length && queue === undefined && !trail) {
    throw new AuditError("usage", "nothing to ingest", {
      hint: "Name files, folders or s3://…, or write --trail or --queue URL.",
    });
  }
  if (!trail && (from ?? to) !== undefined) {
    throw new AuditError("usage", "--from and --to go with --trail: what is named is read whole", {
      hint: "Name the folders of the days that are meant, or write --trail.",
    });
  }
  if (queue !== undefined && !/^https?:\/\/[^/]+\/./.test(queue)) {
    throw new AuditError("usage", `${queue} is no URL of a queue`, {
      hint: "Write https://sqs.REGION.amazonaws.com/ACCOUNT/NAME, as: aws sqs get-queue-url --queue-name NAME",
    });
  }
};

/** The clients of one run; those that not every run needs are made when they are asked for. */
const openClients = (io: Io, { region }: Options): IngestClients => {
  const settings = { requestHandler: awsTimeouts, ...(region !== undefined && { region }) };
  const s3 = tellingOfSilence(
    io,
    "S3",
    new S3Client({ ...settings, requestHandler: s3Timeouts, followRegionRedirects: true }),
  );
  const opened: { readonly destroy: () => void }[] = [s3];
  const kept = <T extends { readonly destroy: () => void }>(client: T): T => {
    opened.push(client);
    return client;
  };
  return {
    s3,
    sqs: () => kept(tellingOfSilence(io, "SQS", new SQSClient(settings))),
    cloudTrail: (of) => kept(new CloudTrailClient({ ...settings, ...(of !== undefined && { region: of }) })),
    destroy: () => {
      for (const client of opened) client.destroy();
    },
  };
};

const printSummary = (
  io: Io,
  options: Options,
  { counts, files, digests, clusters }: Totals,
  known: readonly Cluster[],
): void => {
  const { records, connections, counted, duplicates, ignored, tooOld, rejected } = counts;
  const figures = { records, connections, counted, duplicates, ignored, tooOld, rejected };
  const summary = { ...figures, ...(digests.checked > 0 && { digests }) };
  printDocument(io, options, summary, () =>
    [countLines(counts, files, digests), ...unknownClusters(clusters, known)].join("\n"),
  );
};

/** Seven days hold every gap that nobody has looked at yet. */
const TRAIL_DAYS = 7;
/** A folder is listed for each day: the history that counts is not longer. */
const MOST_DAYS = 400;

/** Where the deployment's trail writes for the cluster's account and Region. AuditError("usage") where no deployment says it. */
const trailOf = async (store: Store, options: Options, now: number): Promise<TrailDays> => {
  const cluster = await pickCluster(store, options.cluster);
  const { account, region } = parseArn(cluster) ?? {};
  const { bucket = "", prefix = "" } = (await store.deployments.read())?.deployment ?? {};
  if (!bucket || !account || !region) {
    throw new AuditError("usage", "nothing says where the trail's files are", {
      hint: "A deployment with a trail's bucket says it. Without one, name the files: dsql-audit ingest s3://… or a folder.",
    });
  }
  const interval = upToNow(parseInterval(options, now, { from: now - TRAIL_DAYS * DAY, to: now }), now);
  if (interval.to - interval.from > MOST_DAYS * DAY) {
    throw new AuditError("usage", `--trail reads ${MOST_DAYS} days at most`, {
      hint: "Bring --from and --to closer together, or name the folder: dsql-audit ingest s3://…",
    });
  }
  return { bucket, prefix, account, region, ...interval };
};

const ingest = async (paths: readonly string[], options: Options, io: Io): Promise<void> => {
  checkArguments(paths, options);
  const clients = openClients(io, options);
  // All are looked at before the first is counted: a mistyped path must not be found out after an hour.
  const inputs = paths.map((path) => openTrailInput(clients.s3, path, io.cwd));
  const progress = progressLine(io);
  try {
    await withStore(io, options, { mustExist: false }, async (store) => {
      if (options.trail) inputs.push(openTrailDays(clients.s3, await trailOf(store, options, io.now())));
      const run = await openRun(io, store, clients, progress);
      const totals: Totals = {
        counts: noCounts,
        files: 0,
        digests: { checked: 0, proven: 0 },
        clusters: new Set(),
      };
      for (const input of inputs) await countPath(input, totals, run);
      if (options.queue !== undefined) await countQueue(options.queue, clients.sqs(), totals, run);
      progress.update("adding up …");
      for (const cluster of totals.clusters) await store.activity.fold(cluster, io.now());
      progress.done();
      printSummary(io, options, totals, await store.clusters.list());
    });
  } finally {
    progress.done();
    clients.destroy();
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
    .option(
      "--trail",
      "the files of the deployment's trail for the cluster's account and Region, with their digests",
    )
    .option("--from <time>", "with --trail: only the days from this time on; default: seven days ago")
    .option("--to <time>", "with --trail: only the days up to this time; default: now")
    .option("--queue <url>", "count the messages of a dead-letter queue, and delete those that were counted")
    .option("--json", "one JSON document on stdout")
    .addHelpText(
      "after",
      "\nExamples:\n  $ dsql-audit ingest --trail --from 2026-11-01T08:00Z --to 2026-11-02T10:00Z\n  $ dsql-audit ingest s3://my-trail-bucket/AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/",
    );
  addStoreOptions(command).action((paths: string[], options: Options) => ingest(paths, options, io));
};
