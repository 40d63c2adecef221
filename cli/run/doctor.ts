// `dsql-audit doctor`: each link of the chain from a connection to a mail, and what to do about those that do not hold.

import { shellWord } from "../../lib/core/base/shell-word.ts";
import type { LinkRow, LinkState } from "../../lib/doctor/link.ts";
import type { Style } from "../colour.ts";
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
import { printable, printDocument } from "../output.ts";
import { linkLines } from "./link-lines.ts";

type Options = StoreOptions & OutputFlags & { readonly exitCode?: boolean; readonly sendTest?: boolean };

const styles: Readonly<Record<LinkState, Style>> = { ok: "good", broken: "bad", unknown: "warn" };

const counted = (n: number, state: LinkState): string => `${n} ${n === 1 ? "is" : "are"} ${state}`;

const headline = (rows: readonly LinkRow[]): string => {
  const of = (state: LinkState): number => rows.filter((row) => row.state === state).length;
  const [bad, dark] = [of("broken"), of("unknown")];
  const wrong = [...(bad ? [counted(bad, "broken")] : []), ...(dark ? [counted(dark, "unknown")] : [])];
  return wrong.length
    ? `Of ${rows.length} links, ${wrong.join(" and ")}.`
    : `All ${rows.length} links of the chain hold.`;
};

const shown = (io: Io, rows: readonly LinkRow[]): string => {
  const groups = Map.groupBy(rows, ({ cluster }) => cluster);
  const parts = [...groups].map(([cluster, own]) =>
    [
      cluster === null ? "The deployment" : printable(cluster),
      ...linkLines(
        io,
        own.map((row) => ({ ...row, name: row.link })),
        styles,
      ),
    ].join("\n"),
  );
  return [headline(rows), ...parts].join("\n\n");
};

export const addDoctor: AddCommand = (program, io, finish) => {
  const command = program
    .command("doctor")
    .summary("check each link of the chain from a connection to a mail")
    .description(
      "Says whether each link from a connection to a mail is ok, broken or unknown, and what to do next. Asks AWS as you, and reads what the " +
        "deployed functions left in the table. Changes nothing.",
    )
    .option("--send-test", "send a test mail to the topic of the notices, too")
    .option("--exit-code", "exit with 2 where a link is broken")
    .addHelpText("after", "\nExample:\n  $ dsql-audit doctor --table dsql-audit --region us-east-1");
  addOutputOptions(addStoreOptions(command)).action(async (options: Options) => {
    const rows = await withStore(io, options, { mustExist: true }, async (store) => {
      const { examine } = await import("../../lib/doctor/doctor.ts");
      const cluster = options.cluster === undefined ? undefined : await pickCluster(store, options.cluster);
      const { table, region } = options;
      const reach = table === undefined ? ["--store", options.store ?? ""] : ["--table", table];
      const words = [...reach, ...(region === undefined ? [] : ["--region", region])];
      const token = Math.floor(io.random() * 2 ** 32)
        .toString(16)
        .padStart(8, "0");
      const test = options.sendTest ? { token } : undefined;
      const asked = { store, table, reach: words.map(shellWord).join(" "), cluster, now: io.now(), test };
      if (table === undefined) return examine({ ...asked, ports: undefined });
      const { withDoctorPorts } = await import("./doctor-ports.ts");
      return withDoctorPorts(region, io.now, (ports) => examine({ ...asked, ports }));
    });
    printDocument(io, options, rows, () => shown(io, rows));
    if (options.exitCode && rows.some(({ state }) => state === "broken")) finish(2);
  });
};
