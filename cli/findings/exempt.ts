// `dsql-audit exempt ID` and `unexempt ID`: accepts a finding until an end, and takes that back.

import { parseTime } from "../../lib/core/base/parse-time.ts";
import { iso } from "../../lib/core/base/time.ts";
import { type Exemption, exemptionOf } from "../../lib/core/findings/exemption.ts";
import type { Finding } from "../../lib/core/findings/finding.ts";
import { exemptionKeys } from "../../lib/core/findings/finding-id.ts";
import { reconcileFindings } from "../../lib/core/findings/reconcile-findings.ts";
import { findingDocument } from "../../lib/queries/finding-document.ts";
import { findFinding } from "../../lib/queries/findings.ts";
import type { FindingStore } from "../../lib/store/findings/findings.ts";
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

/** Changes the exemptions, then lets the findings follow them: no look took place, so nothing else changes. */
const withExemptions = (
  io: Io,
  options: Options,
  id: string,
  change: (store: FindingStore, finding: Finding) => Promise<void>,
): Promise<Finding> =>
  withStore(io, options, { mustExist: true }, async (store) => {
    const kept = store.findings;
    const cluster = await pickCluster(store, options.cluster);
    const picked = await findFinding(kept, cluster, id, "dsql-audit findings");
    await change(kept, picked);
    const exemptions = await kept.exemptions(cluster);
    const now = io.now();
    const all = await kept.update(cluster, (existing) =>
      reconcileFindings(existing, [], [], now, { exemptions }),
    );
    return all.find((finding) => finding.id === picked.id) ?? picked;
  });

/** A date, or how far ahead: 30d is in thirty days here, where all other commands look back. */
const parseUntil = (text: string, now: number): number => {
  const relative = /^\d{1,6}[mhdw]$/.test(text.trim());
  const at = parseTime(text, now);
  return relative ? now + (now - at) : at;
};

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
    .requiredOption("--until <time>", "its end: ISO 8601, or in how long (30d)")
    .option("--json", "one JSON document on stdout")
    .addHelpText(
      "after",
      '\nExample:\n  $ dsql-audit exempt 3f1c6a0b --owner ops --reason "yearly job" --until 90d',
    );
  addStoreOptions(addByOption(command)).action(async (id: string, options: Options & Terms) => {
    const now = io.now();
    const until = parseUntil(options.until, now);
    const made: { exemption?: Exemption } = {};
    const finding = await withExemptions(io, options, id, async (store, picked) => {
      made.exemption = exemptionOf(picked, { ...options, until, by: options.by ?? osUser() }, now);
      await store.exempt(made.exemption);
    });
    const document = { ...findingDocument(finding), exemption: shown(made.exemption) };
    printDocument(
      io,
      options,
      document,
      () => `${finding.status} until ${iso(until)}: ${printable(finding.title)}`,
    );
  });
};

const shown = (exemption: Exemption | undefined) =>
  exemption && {
    owner: exemption.owner,
    reason: exemption.reason,
    until: iso(exemption.until),
    by: exemption.createdBy,
    at: iso(exemption.createdAt),
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
  addStoreOptions(command).action(async (id: string, options: Options) => {
    const finding = await withExemptions(io, options, id, async (store, picked) => {
      // A finding on a stale exemption stands for that exemption.
      const { exemptionKey } = picked.evidence;
      const stale =
        picked.detector === "exemption-stale" && typeof exemptionKey === "string" ? [exemptionKey] : [];
      for (const key of [...exemptionKeys(picked), ...stale]) await store.unexempt(picked.cluster, key);
    });
    printDocument(
      io,
      options,
      findingDocument(finding),
      ({ title, status }) => `${status}: ${printable(title)}`,
    );
  });
};
