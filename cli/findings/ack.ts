// `dsql-audit ack ID`: somebody has seen it.
import { acknowledge } from "../../lib/core/findings/acknowledge.ts";
import type { Finding } from "../../lib/core/findings/finding.ts";
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
    const now = io.now();
    const who = { by: options.by ?? osUser(), note: options.note };
    const finding = await withStore(io, options, { mustExist: true }, async (store): Promise<Finding> => {
      const kept = store.findings;
      const cluster = await pickCluster(store, options.cluster);
      const picked = await findFinding(kept, cluster, id, "dsql-audit findings");
      const all = await kept.update(cluster, (existing) =>
        // A mail may be older than the answer to it: what has been resolved since needs no acknowledgement.
        existing.map((one) =>
          one.id === picked.id && one.status !== "resolved" ? acknowledge(one, now, who) : one,
        ),
      );
      return all.find((one) => one.id === picked.id) ?? picked;
    });
    printDocument(io, options, findingDocument(finding), ({ title, status, closedAt }) =>
      status === "resolved"
        ? `Already resolved${closedAt === undefined ? "" : ` (${closedAt})`}, nothing to acknowledge: ${printable(title)}`
        : `${status}: ${printable(title)}`,
    );
  });
};
