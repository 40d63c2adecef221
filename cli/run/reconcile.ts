// `dsql-audit reconcile`: holds what was counted in a day against the trail's files of that day.

import { S3Client } from "@aws-sdk/client-s3";
import { s3Timeouts } from "../../lib/cloudtrail/aws-timeouts.ts";
import { type RecordComparison, reconcileRecord } from "../../lib/cloudtrail/reconcile-record.ts";
import { counted } from "../../lib/core/base/counted.ts";
import { parseTime } from "../../lib/core/base/parse-time.ts";
import { DAY, dayOf, floorTo, iso } from "../../lib/core/base/time.ts";
import { paintVerdict } from "../colour.ts";
import type { AddCommand } from "../command.ts";
import { addStoreOptions, pickCluster, type StoreOptions, withStore } from "../context.ts";
import type { Io } from "../io.ts";
import { printable, printDocument } from "../output.ts";
import { progressLine } from "../progress.ts";
import { tellingOfSilence } from "../waiting.ts";
import { openTrailInput, sayNothingRead, sayPassedOver } from "./trail-input.ts";

type Options = StoreOptions & {
  readonly day: string;
  readonly events: string;
  readonly json?: boolean;
  readonly exitCode?: boolean;
};

const SHOWN = 30;

const documentOf = (day: string, { clusters, rejected, files }: RecordComparison) => ({
  day,
  equal: rejected.length === 0 && [...clusters.values()].every(({ equal }) => equal),
  files,
  clusters: [...clusters].map(([cluster, { equal, recorded, counted, differences }]) => ({
    cluster,
    equal,
    recorded,
    counted,
    differences: differences.map(({ minute, missing, surplus }) => ({
      minute: iso(minute),
      missing,
      surplus,
    })),
  })),
  rejected,
});
type Document = ReturnType<typeof documentOf>;

const lines = ({ day, equal, clusters, rejected, files }: Document): string => {
  const out = [`${day}: ${equal ? "equal" : "NOT equal"} (${counted(files, "file")} read)`];
  for (const { cluster, recorded, differences, ...of } of clusters) {
    out.push(`${printable(cluster)}: ${recorded} in the record, ${of.counted} counted`);
    for (const { minute, missing, surplus } of differences.slice(0, SHOWN)) {
      if (missing.length)
        out.push(`  ${minute.slice(0, 16)}Z not counted: ${missing.map(printable).join(", ")}`);
      if (surplus.length)
        out.push(`  ${minute.slice(0, 16)}Z not in the record: ${surplus.length} (${surplus.join(", ")})`);
    }
    if (differences.length > SHOWN)
      out.push(`  and ${counted(differences.length - SHOWN, "more minute")} (--json lists all)`);
  }
  for (const { file, index, reason } of rejected.slice(0, SHOWN)) {
    out.push(`could not be read: ${printable(file)} record ${index}: ${printable(reason)}`);
  }
  if (!clusters.length) out.push("Neither the record nor the store has a connection of this day.");
  else if (clusters.some(({ differences }) => differences.some(({ missing }) => missing.length))) {
    out.push("To count what is missing, run dsql-audit ingest with the same files.");
  }
  return out.join("\n");
};

const reconcile = async (options: Options, io: Io): Promise<boolean> => {
  const from = floorTo(DAY, parseTime(options.day, io.now()));
  const s3 = tellingOfSilence(
    io,
    "S3",
    new S3Client({
      requestHandler: s3Timeouts,
      ...(options.region && { region: options.region }),
      followRegionRedirects: true,
    }),
  );
  const progress = progressLine(io);
  try {
    const { sources, passedOver } = openTrailInput(s3, options.events, io.cwd);
    return await withStore(io, options, { mustExist: true }, async (store) => {
      const only = options.cluster === undefined ? undefined : await pickCluster(store, options.cluster);
      const alsoClusters = only === undefined ? await store.clusters.list() : [only];
      const compared = await reconcileRecord(
        sources,
        store.activity.countedIds,
        { from, to: from + DAY },
        { alsoClusters, onProgress: ({ files }) => progress.update(`${files} files read`) },
      );
      progress.done();
      if (compared.files) sayPassedOver(io, passedOver());
      else sayNothingRead(io, options.events, passedOver());
      const clusters = [...compared.clusters].filter(
        ([cluster, { recorded, counted }]) =>
          only === cluster || (only === undefined && recorded + counted > 0),
      );
      const document = documentOf(dayOf(from), { ...compared, clusters: new Map(clusters) });
      printDocument(io, options, document, (it) => paintVerdict(io, it.equal, lines(it)));
      return document.equal;
    });
  } finally {
    progress.done();
    s3.destroy();
  }
};

export const addReconcile: AddCommand = (program, io, finish) => {
  const command = program
    .command("reconcile")
    .summary("compare what was counted in a day with the trail's files")
    .description(
      "Reads the trail's files of a UTC day again and compares them, event by event, with what was counted. Changes nothing.\n" +
        "Trail files can be late: name the files of the following hours too.",
    )
    .requiredOption("--day <time>", "the UTC day, ISO 8601 or how long ago (1d)")
    .requiredOption("--events <path>", "a folder of trail files, or s3://BUCKET/PREFIX")
    .option("--exit-code", "exit with 2 when they differ")
    .option("--json", "one JSON document on stdout")
    .addHelpText("after", "\nExample:\n  $ dsql-audit reconcile --day 2026-11-02 --events ./trail");
  addStoreOptions(command).action(async (options: Options) => {
    const equal = await reconcile(options, io);
    if (!equal && options.exitCode) finish(2);
  });
};
