// `dsql-audit ack ID`: somebody has seen it.
import type { Finding } from "../../lib/core/findings/finding.ts";
import { acknowledgeFinding } from "../../lib/jobs/act-on-finding.ts";
import { findingDocument } from "../../lib/queries/finding-document.ts";
import { findFinding } from "../../lib/queries/findings.ts";
import type { AddCommand } from "../command.ts";
import { addStoreOptions, pickCluster, type StoreOptions, withStore } from "../context.ts";
import { printable, printDocument } from "../output.ts";
import { addByOption, osUser } from "./who.ts";

type Options = StoreOptions & { readonly json?: boolean; readonly by?: string; readonly note?: string };

export const addAck: AddCommand = (program, io) => {
  const command = program
    .command("ack")
    .summary("acknowledge a finding: it stays listed, and is not mailed again")
    .description(
      "This closes a finding of unusual connections. Any other stays until an evaluation no longer finds it.",
    )
    .argument("<id>", "the finding's id, or the beginning of it")
    .option("--note <text>", "why, or what is done about it")
    .option("--json", "one JSON document on stdout")
    .addHelpText("after", '\nExample:\n  $ dsql-audit ack 3f1c6a0b --note "revoked today"');
  addStoreOptions(addByOption(command)).action(async (id: string, options: Options) => {
    const finding = await withStore(io, options, { mustExist: true }, async (store): Promise<Finding> => {
      const cluster = await pickCluster(store, options.cluster);
      const picked = await findFinding(store.findings, cluster, id, "dsql-audit findings");
      const who = { by: options.by ?? osUser(), via: "command line", at: io.now() } as const;
      return acknowledgeFinding(store, picked, who, options.note);
    });
    printDocument(io, options, findingDocument(finding), ({ title, status, closedAt }) =>
      status === "resolved"
        ? `Already resolved${closedAt === undefined ? "" : ` (${closedAt})`}, nothing to acknowledge: ${printable(title)}`
        : `${status}: ${printable(title)}`,
    );
  });
};
