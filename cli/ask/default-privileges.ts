// `dsql-audit default-privileges`: what default privileges will grant on objects that are created later.
import type { FutureRow } from "../../lib/core/privileges/default-privileges.ts";
import { defaultPrivilegesOf } from "../../lib/queries/privileges.ts";
import { addCatalogOptions, type CatalogOptions, sayBasis, withGrounds } from "../catalog-source.ts";
import type { AddCommand } from "../command.ts";
import { addOutputOptions, type OutputFlags } from "../context.ts";
import { type Column, printRows } from "../output.ts";

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
      printRows(io, options, defaultPrivilegesOf(grounds, options), columns, nothing);
      sayBasis(io, options, basis);
    }),
  );
};
