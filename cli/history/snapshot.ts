// `dsql-audit snapshot`: reads a catalog and stores it as the next snapshot.

import { resolve } from "node:path";
import { readSettings } from "../../lib/config.ts";
import { counted } from "../../lib/core/base/counted.ts";
import type { AddCommand } from "../command.ts";
import { addStoreOptions, type StoreOptions, withStore } from "../context.ts";
import { printable, printDocument } from "../output.ts";
import { addSourceOptions, requireSource, type SourceOptions } from "../source.ts";
import { writeWhole } from "../write-whole.ts";
import { type SnapshotDocument, take } from "./take.ts";

type Options = StoreOptions & SourceOptions & { readonly out?: string; readonly json?: boolean };

const SHOWN_CHANGES = 20;

/** "managed policies" of "managedPolicies". */
const spoken = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** A few lines: what was stored, what changed, and loudly what could not be read. */
export const snapshotText = ({
  cluster,
  snapshot,
  takenAt,
  unchanged,
  changes,
  sections,
  iam,
}: SnapshotDocument): string => {
  const counts = Object.entries(sections).flatMap(([name, section]) =>
    section.status === "read" ? [`${section.rows} ${name}`] : [],
  );
  const unreadable = Object.entries(sections).flatMap(([name, section]) =>
    section.status === "unreadable" ? [`  NOT READ: ${name}: ${printable(section.reason)}`] : [],
  );
  const ofIam = Object.entries(iam ?? {});
  const iamCounts = ofIam.flatMap(([name, part]) =>
    part.status === "read" ? [`${part.rows} ${spoken(name)}`] : [],
  );
  const iamUnreadable = ofIam.flatMap(([name, part]) =>
    part.status === "unreadable" ? [`  NOT READ: IAM ${spoken(name)}: ${printable(part.reason)}`] : [],
  );
  const shown = changes.slice(0, SHOWN_CHANGES).map(({ text }) => `  ${printable(text)}`);
  return [
    `Snapshot ${snapshot} of ${printable(cluster)} at ${takenAt}`,
    `  ${counts.join(", ")}`,
    ...unreadable,
    ...(iamCounts.length ? [`  IAM: ${iamCounts.join(", ")}`] : []),
    ...iamUnreadable,
    ...(snapshot === 1
      ? []
      : [unchanged ? "Nothing changed since the snapshot before." : `${counted(changes.length, "change")}:`]),
    ...shown,
    ...(changes.length > SHOWN_CHANGES ? [`  and ${changes.length - SHOWN_CHANGES} more`] : []),
  ].join("\n");
};

export const addSnapshot: AddCommand = (program, io) => {
  const command = program
    .command("snapshot")
    .summary("read a catalog and store it as the next snapshot")
    .description(
      "Reads roles, memberships, mappings and grants in one read-only transaction and stores them. A section that is " +
        "refused is stored as unreadable, never as empty.",
    )
    .option("--out <file>", "also write the canonical snapshot to a file")
    .option("--json", "one JSON document on stdout")
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  $ dsql-audit snapshot --endpoint abc.dsql.us-east-1.on.aws --user dsql_auditor \\\n" +
        "      --cluster arn:aws:dsql:us-east-1:111122223333:cluster/abc\n" +
        "  $ dsql-audit snapshot --url postgres://me@localhost/app --store ./history.db",
    );
  addSourceOptions(addStoreOptions(command)).action(async (options: Options) => {
    const source = requireSource(io, options);
    const { AUDITOR_PRINCIPAL } = readSettings(io.env, "AUDITOR_PRINCIPAL");
    const taken = await withStore(io, options, { mustExist: false }, (store) =>
      take(io, store, source, AUDITOR_PRINCIPAL),
    );
    if (options.out !== undefined) await writeWhole(resolve(io.cwd, options.out), taken.canonical);
    printDocument(io, options, taken.document, snapshotText);
  });
};
