// `dsql-audit exempt ID` and `unexempt ID`: accepts a finding until an end, and takes that back.

import { parseUntil } from "../../lib/core/base/parse-time.ts";
import { minute } from "../../lib/core/base/time.ts";
import type { Finding } from "../../lib/core/findings/finding.ts";
import { type Acting, exemptFinding, unexemptFinding } from "../../lib/jobs/act-on-finding.ts";
import { exemptionDocument, findingDocument } from "../../lib/queries/finding-document.ts";
import { findFinding } from "../../lib/queries/findings.ts";
import type { Store } from "../../lib/store/open-store.ts";
import type { AddCommand } from "../command.ts";
import { addStoreOptions, pickCluster, type StoreOptions, withStore } from "../context.ts";
import type { Io } from "../io.ts";
import { printable, printDocument } from "../output.ts";
import { addByOption, osUser } from "./who.ts";

type Terms = {
  readonly owner: string;
  readonly reason: string;
  readonly until: string;
  readonly by?: string;
};
type Options = StoreOptions & { readonly json?: boolean };

/** Finds the finding and lets somebody act on it. */
const withFinding = <T>(
  io: Io,
  options: Options & { readonly by?: string },
  id: string,
  act: (store: Store, finding: Finding, who: Acting) => Promise<T>,
): Promise<T> =>
  withStore(io, options, { mustExist: true }, async (store) => {
    const cluster = await pickCluster(store, options.cluster);
    const picked = await findFinding(store.findings, cluster, id, "dsql-audit findings");
    return act(store, picked, { by: options.by ?? osUser(), via: "command line", at: io.now() });
  });

export const addExempt: AddCommand = (program, io) => {
  const command = program
    .command("exempt")
    .summary("accept a finding until a date")
    .description(
      "Accepts what the detector finds about this subject; of over-privileged access, this one grant only.\n" +
        "Owner, reason and end are required. When it ends, the finding is mailed again.",
    )
    .argument("<id>", "the finding's id, or the beginning of it")
    .requiredOption("--owner <who>", "who answers for it")
    .requiredOption("--reason <text>", "why it is accepted")
    .requiredOption("--until <time>", "its end: ISO 8601, or how long from now (30d)")
    .option("--json", "one JSON document on stdout")
    .addHelpText(
      "after",
      '\nExample:\n  $ dsql-audit exempt 3f1c6a0b --owner ops --reason "yearly job" --until 90d',
    );
  addStoreOptions(addByOption(command)).action(async (id: string, options: Options & Terms) => {
    const until = parseUntil(options.until, io.now());
    const { finding, exemption } = await withFinding(io, options, id, (store, picked, who) =>
      exemptFinding(store, picked, who, { owner: options.owner, reason: options.reason, until }),
    );
    const document = { ...findingDocument(finding), exemption: exemptionDocument(exemption) };
    printDocument(io, options, document, () => {
      // What is over stays over, and would be accepted if it came again.
      const over = finding.status === "exempt" ? "" : ` (it is ${finding.status})`;
      return `accepted until ${minute(until)}: ${printable(finding.title)}${over}`;
    });
  });
};

export const addUnexempt: AddCommand = (program, io) => {
  const command = program
    .command("unexempt")
    .summary("withdraw an exemption")
    .description(
      "Withdraws the exemption of a finding, or the one that a finding of exemption-stale is about.",
    )
    .argument("<id>", "the finding's id, or the beginning of it")
    .option("--json", "one JSON document on stdout")
    .addHelpText("after", "\nExample:\n  $ dsql-audit unexempt 3f1c6a0b");
  addStoreOptions(addByOption(command)).action(async (id: string, options: Options & { by?: string }) => {
    const finding = await withFinding(io, options, id, unexemptFinding);
    printDocument(
      io,
      options,
      findingDocument(finding),
      ({ title, status }) => `${status}: ${printable(title)}`,
    );
  });
};
