// `dsql-audit default-privileges`: what default privileges will grant on objects that are created later.
import type { FutureRow, UnreadDefault } from "../../lib/core/privileges/default-privileges.ts";
import { defaultPrivilegesOf } from "../../lib/queries/privileges.ts";
import { addCatalogOptions, type CatalogOptions, sayBasis, withGrounds } from "../catalog-source.ts";
import type { AddCommand } from "../command.ts";
import { addOutputOptions, type OutputFlags } from "../context.ts";
import { type Column, printable, printRows } from "../output.ts";

type Options = CatalogOptions & OutputFlags & { readonly role?: string };

const columns: readonly Column<FutureRow>[] = [
  { head: "created by", cell: ({ creator }) => creator, max: 22 },
  { head: "object", cell: ({ kind, schema }) => (schema === null ? kind : `${kind} in ${schema}`), max: 28 },
  { head: "role", cell: ({ role }) => role, max: 22 },
  {
    head: "gets",
    cell: ({ privilege, grantable }) => (grantable ? `${privilege}, with grant option` : privilege),
  },
];

const unreadText = ({ creator, kind, schema }: UnreadDefault, entry: string): string =>
  `an entry of the default privileges of ${creator} on each ${kind}${schema === null ? "" : ` in ${schema}`} could not be read: ${entry}`;

export const addDefaultPrivileges: AddCommand = (program, io) => {
  const command = program
    .command("default-privileges")
    .alias("tomorrow")
    .summary("what default privileges will grant on objects created later")
    .description(
      "Lists what ALTER DEFAULT PRIVILEGES has set: one row for each privilege that a role will get on an object as soon " +
        "as the creator creates it.",
    )
    .option("--role <name>", "of this role only")
    .addHelpText(
      "after",
      "\nExample:\n  $ dsql-audit default-privileges --role reporting --url postgres://me@localhost/app",
    );
  addOutputOptions(addCatalogOptions(command)).action((options: Options) =>
    withGrounds(io, options, async (grounds, basis) => {
      const { defaultPrivileges } = grounds.engine.catalog.sections;
      const nothing =
        defaultPrivileges.status === "unreadable"
          ? "Not known: the default privileges could not be read."
          : "No default privileges are set: new objects get the built-in ones.";
      const { rows, unread } = defaultPrivilegesOf(grounds, options);
      printRows(io, options, rows, columns, nothing);
      for (const one of unread) {
        for (const entry of one.entries) io.stderr.write(`unknown: ${printable(unreadText(one, entry))}\n`);
      }
      sayBasis(io, options, basis);
    }),
  );
};
