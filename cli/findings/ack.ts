// `dsql-audit ack ID`: somebody takes care of a finding, or of an incident with all of it that is open.
import { type Acknowledged, acknowledgeById } from "../../lib/jobs/act-on-finding.ts";
import { findingDocument } from "../../lib/queries/finding-document.ts";
import { incidentDocument } from "../../lib/queries/incidents.ts";
import type { AddCommand } from "../command.ts";
import { addStoreOptions, pickCluster, type StoreOptions, withStore } from "../context.ts";
import { printable, printDocument } from "../output.ts";
import { addByOption, osUser } from "./who.ts";

type Options = StoreOptions & { readonly json?: boolean; readonly by?: string; readonly note?: string };

export const addAck: AddCommand = (program, io) => {
  const command = program
    .command("ack")
    .summary("acknowledge a finding or a whole incident: it stays listed, and is not mailed again")
    .description(
      "This closes a finding of unusual connections. Any other stays until an evaluation no longer finds it.\n" +
        "The reference of an incident acknowledges each of its findings that is open, or ended and not explained yet.",
    )
    .argument("<id>", "the id of a finding or the reference of an incident, or the beginning of it")
    .option("--note <text>", "why, or what is done about it")
    .option("--json", "one JSON document on stdout")
    .addHelpText(
      "after",
      '\nExamples:\n  $ dsql-audit ack 3f1c6a0b --note "revoked today"\n  $ dsql-audit ack inc-3f9a1c2b',
    );
  addStoreOptions(addByOption(command)).action(async (id: string, options: Options) => {
    const done = await withStore(io, options, { mustExist: true }, async (store): Promise<Acknowledged> => {
      const cluster = await pickCluster(store, options.cluster);
      const who = { by: options.by ?? osUser(), via: "command line", at: io.now() } as const;
      const lists = { findings: "dsql-audit findings", incidents: "dsql-audit incidents" };
      return acknowledgeById(store, cluster, id, who, { note: options.note, lists });
    });
    if ("incident" in done) {
      printDocument(io, options, incidentDocument(done.incident), ({ id: reference, title, status }) =>
        done.findings.length
          ? [
              `${reference}: ${printable(title)}`,
              ...done.findings.map((finding) => `${finding.status}: ${printable(finding.title)}`),
            ].join("\n")
          : `Nothing of ${reference} is open (${status}), nothing to acknowledge: ${printable(title)}`,
      );
      return;
    }
    printDocument(io, options, findingDocument(done.finding), ({ title, status, closedAt }) =>
      status === "resolved"
        ? `Already resolved${closedAt === undefined ? "" : ` (${closedAt})`}, nothing to acknowledge: ${printable(title)}`
        : `${status}: ${printable(title)}`,
    );
  });
};
