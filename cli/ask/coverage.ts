// `dsql-audit coverage`: for which hours capture is proven, for which it is not, and why.
import { parseInterval } from "../../lib/core/base/parse-time.ts";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import type { Proof } from "../../lib/core/coverage/coverage.ts";
import { type CoverageAnswer, coverageOf } from "../../lib/queries/coverage.ts";
import { peerLines } from "../../lib/queries/database.ts";
import { coverageText } from "../../lib/wording/coverage-text.ts";
import type { AddCommand } from "../command.ts";
import {
  addOutputOptions,
  addStoreOptions,
  type OutputFlags,
  pickCluster,
  type StoreOptions,
  withStore,
} from "../context.ts";
import type { Io } from "../io.ts";
import { type Column, paragraph, printDocument, table } from "../output.ts";

type Options = StoreOptions & OutputFlags & { readonly from?: string; readonly to?: string };

const DAYS = 30;

const shown = (text: string): string => text.slice(0, 16).replace("T", " ");

const proofs: Readonly<Record<Proof, string>> = {
  digest: "CloudTrail's signed digests name every log file",
  canary: "the canary logins before and after arrived",
  folder: "the folder that was read holds a trail file of each hour",
};

type Row = { readonly from: string; readonly to: string; readonly covered: boolean; readonly why: string };

/** Covered stretches and gaps in one list, by time. */
const rowsOf = ({ covered, gaps }: CoverageAnswer): Row[] =>
  [
    ...covered.map(({ proof, ...stretch }) => ({ ...stretch, covered: true, why: proofs[proof] })),
    ...gaps.map(({ reasons, ...stretch }) => ({
      ...stretch,
      covered: false,
      why: reasons.join("; ") || "no proof has arrived",
    })),
  ].sort((a, b) => (a.from < b.from ? -1 : 1));

const columns: readonly Column<Row>[] = [
  { head: "from (UTC)", cell: ({ from }) => shown(from) },
  { head: "to", cell: ({ to }) => shown(to) },
  {
    head: "hours",
    cell: ({ from, to }) => Math.ceil((Date.parse(to) - Date.parse(from)) / HOUR),
    align: "right",
  },
  {
    head: "capture",
    cell: ({ covered }) => (covered ? "proven" : "not proven"),
    style: ({ covered }) => (covered ? undefined : "warn"),
  },
  { head: "why", cell: ({ why }) => why, max: 60 },
];

const headline = (found: CoverageAnswer): string => {
  const [from, to, settledUntil] = [shown(found.from), shown(found.to), shown(found.settledUntil)];
  if (found.hours === 0) return `From ${from} to ${to} UTC: that is no time at all.`;
  return coverageText({ ...found, from, to, settledUntil });
};

const print = (io: Io, found: CoverageAnswer): void => {
  const lines = [headline(found), ...peerLines(found), ...(found.gone === null ? [] : [found.gone])];
  io.stdout.write(`${lines.map((line) => paragraph(io, line)).join("\n")}\n\n`);
  table(io, rowsOf(found), columns, "The stretch has no hours.");
};

export const addCoverage: AddCommand = (program, io) => {
  const command = program
    .command("coverage")
    .summary("for which hours capture is proven, for which it is not, and why")
    .description(
      "An hour is covered when it is proven that CloudTrail recorded every connection and that the record arrived. " +
        "Whoever is not seen in an hour that is not covered may have connected all the same.",
    )
    .option("--from <time>", `from when (default: ${DAYS} days before --to)`)
    .option("--to <time>", "the end (default: now)")
    .addHelpText("after", "\nExample:\n  $ dsql-audit coverage --from 7d");
  addOutputOptions(addStoreOptions(command)).action(async (options: Options) => {
    const now = io.now();
    const { to } = parseInterval({ to: options.to }, now, { from: 0, to: now });
    const interval = parseInterval(options, now, { from: Math.max(0, to - DAYS * DAY), to: now });
    const found = await withStore(io, options, { mustExist: true }, async (store) =>
      coverageOf(store, await pickCluster(store, options.cluster), interval, now),
    );
    if (options.json || options.ndjson) printDocument(io, options, found, () => "");
    else print(io, found);
  });
};
