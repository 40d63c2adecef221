// `dsql-audit history diff --from --to`: what differs between two moments, and with --all every change on the way.

import { counted } from "../../lib/core/base/counted.ts";
import { parseInterval } from "../../lib/core/base/parse-time.ts";
import { DAY, iso } from "../../lib/core/base/time.ts";
import { basisOf } from "../../lib/queries/basis.ts";
import { diffBetween } from "../../lib/queries/history-diff.ts";
import { type ToldRecord, toldChange, toldRecord } from "../../lib/queries/told-change.ts";
import { notToldTexts } from "../../lib/wording/not-told-text.ts";
import type { AddCommand } from "../command.ts";
import { addStoreOptions, pickCluster, type StoreOptions, withStore } from "../context.ts";
import { paragraph, table } from "../output.ts";
import { basisLines, changeColumns, stamp } from "./history-basis.ts";

type Options = StoreOptions & {
  readonly from?: string;
  readonly to?: string;
  readonly all?: boolean;
  readonly json?: boolean;
};

export const addDiff: AddCommand = (history, io) => {
  const command = history
    .command("diff")
    .summary("what differs between two moments")
    .option("--from <time>", "the earlier moment (default: a day before the later)")
    .option("--to <time>", "the later moment (default: now)")
    .option(
      "--all",
      "every change in between, with the snapshots before and after it, even if it was undone (whom IAM let in: see timeline)",
    )
    .option("--json", "one JSON document on stdout")
    .addHelpText("after", "\nExample:\n  $ dsql-audit history diff --from 2026-03-01 --to 2026-03-08");
  addStoreOptions(command).action(async (options: Options) => {
    const now = io.now();
    const { from, to } = parseInterval(options, now, { from: now - DAY, to: now });
    const answer = await withStore(io, options, { mustExist: true }, async (store) => {
      const cluster = await pickCluster(store, options.cluster);
      const { snapshots } = store;
      const diff = await diffBetween(snapshots, cluster, from, to);
      const changes = options.all
        ? (await Array.fromAsync(snapshots.changes(cluster, diff.from.manifest.takenAt, to))).map(toldRecord)
        : diff.changes.map(toldChange);
      const [a, b] = [
        await basisOf(store, cluster, diff.from, from),
        await basisOf(store, cluster, diff.to, to),
      ];
      const { notTold } = diff;
      return { from: { at: iso(from), ...a }, to: { at: iso(to), ...b }, changes, notTold };
    });
    if (options.json) {
      io.stdout.write(`${JSON.stringify(answer, null, 1)}\n`);
      return;
    }
    const head = [
      ...basisLines(io, `From ${stamp(from)}`, answer.from),
      ...basisLines(io, `To ${stamp(to)}`, answer.to),
    ];
    io.stdout.write(`${head.join("\n")}\n\n`);
    const nothing = answer.notTold.length ? "Nothing differs in what could be compared." : "Nothing differs.";
    if (options.all) table(io, answer.changes as ToldRecord[], changeColumns, nothing);
    else
      table(
        io,
        answer.changes,
        [
          {
            head: counted(answer.changes.length, "change"),
            cell: ({ text }) => text,
          },
        ],
        nothing,
      );
    const beside = notToldTexts(answer.notTold);
    if (beside.length)
      io.stdout.write(`\n${beside.map((text) => paragraph(io, text, { first: "" })).join("\n")}\n`);
  });
};
