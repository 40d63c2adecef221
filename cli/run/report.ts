// `dsql-audit report`: one self-contained HTML page about one cluster at one instant.
import { resolve } from "node:path";
import { upToNow } from "../../lib/core/base/parse-time.ts";
import { shellWord } from "../../lib/core/base/shell-word.ts";
import { minute } from "../../lib/core/base/time.ts";
import { loadReportData } from "../../lib/queries/load-report-data.ts";
import type { ReportData } from "../../lib/report/report-data.ts";
import { goneText } from "../../lib/wording/gone-text.ts";
import { sayBasis, snapshotLine } from "../catalog-source.ts";
import type { AddCommand } from "../command.ts";
import { addStoreOptions, atOption, pickCluster, type StoreOptions, withStore } from "../context.ts";
import { settingsOf } from "../findings/judge-settings.ts";
import type { Io } from "../io.ts";
import { printDocument } from "../output.ts";
import { writeWhole } from "../write-whole.ts";

type Options = StoreOptions & { readonly out: string; readonly at?: string; readonly json?: boolean };

/** How the commands in the report find the same store again. */
const storeOption = ({ store, table, region, cluster }: StoreOptions): string =>
  [
    ...(store === undefined ? [] : ["--store", shellWord(store)]),
    ...(table === undefined ? [] : ["--table", shellWord(table)]),
    ...(region === undefined ? [] : ["--region", shellWord(region)]),
    ...(cluster === undefined ? [] : ["--cluster", shellWord(cluster)]),
  ].join(" ");

/** What the page rests on, as who-can says it: what the next snapshot shows matters where a time was asked for. */
const basisText = ({ at, gone, snapshot, basis }: ReportData, isAsked: boolean): string => {
  if (!snapshot) return `No snapshot was taken at or before ${minute(at)}.`;
  const says = isAsked ? basis?.uncertainty.text : gone && goneText(gone);
  return snapshotLine(snapshot.seq, snapshot.takenAt, says);
};

const report = async (io: Io, options: Options): Promise<void> => {
  const now = io.now();
  const asked = atOption(io, options.at);
  // Hours that have not come are not hours in which nobody saw who connected.
  const { to: at } = upToNow({ from: 0, to: asked }, now);
  const file = resolve(io.cwd, options.out);
  const page = await withStore(io, options, { mustExist: true }, async (store) => {
    const cluster = await pickCluster(store, options.cluster);
    const data = await loadReportData(store, cluster, at, {
      storeOption: storeOption(options),
      settings: (await settingsOf(io, store)).values,
    });
    // The drawing library takes longer to load than most commands take to run.
    const { renderReport } = await import("../../lib/report/render-report.ts");
    return { data, text: await renderReport(data) };
  });
  await writeWhole(file, page.text);
  const { cluster, snapshot, basis, findings } = page.data;
  const open = findings.filter(({ status }) => status === "open").length;
  const summary = {
    file,
    cluster,
    at: new Date(at).toISOString(),
    snapshot: snapshot?.seq ?? null,
    uncertainty: basis?.uncertainty ?? null,
    open,
    bytes: Buffer.byteLength(page.text),
  };
  printDocument(
    io,
    options,
    summary,
    () => `Wrote ${file}: ${open} open ${open === 1 ? "finding" : "findings"}. Open it in any browser.`,
  );
  const toCome = asked > at ? `${minute(asked)} has not come yet: the page is as of ${minute(at)}. ` : "";
  sayBasis(io, options, `${toCome}${basisText(page.data, options.at !== undefined)}`);
};

export const addReport: AddCommand = (program, io) => {
  addStoreOptions(
    program
      .command("report")
      .summary("write one self-contained HTML page")
      .description(
        "Who can reach what, who connected, what was found, and what is not known: one file that loads and runs nothing.",
      )
      .requiredOption("--out <file>", "where to write the page")
      .option("--at <time>", "as of this instant: ISO 8601, or 7d, 24h, 90m ago")
      .option("--json", "one JSON document on stdout"),
  )
    .addHelpText(
      "after",
      "\nExample:\n  $ dsql-audit report --store ./dsql-audit-demo/store.db --out report.html",
    )
    .action((options: Options) => report(io, options));
};
