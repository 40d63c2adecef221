// `dsql-audit tomorrow`: what default privileges will allow on objects that are made later.
import { type FutureRow, tomorrow } from "../../lib/core/privileges/default-privileges.ts";
import { findRole } from "../../lib/core/privileges/find-object.ts";
import { addCatalogOptions, type CatalogOptions, openEngine } from "../catalog-source.ts";
import type { AddCommand } from "../command.ts";
import { addOutputOptions, type OutputFlags } from "../context.ts";
import { type Column, printRows } from "../output.ts";

type Options = CatalogOptions & OutputFlags & { readonly role?: string };

const columns: readonly Column<FutureRow>[] = [
  { head: "made by", cell: ({ creator }) => creator, max: 22 },
  { head: "what", cell: ({ kind, schema }) => `${kind}${schema === null ? "" : ` in ${schema}`}`, max: 28 },
  { head: "role", cell: ({ role }) => role, max: 22 },
  { head: "may", cell: ({ privilege, grantable }) => `${privilege}${grantable ? ", and grant it" : ""}` },
];

export const addTomorrow: AddCommand = (program, io) => {
  const command = program
    .command("tomorrow")
    .summary("what default privileges will allow on objects made later")
    .description(
      "One row for each privilege that a role will hold on what a creator with default privileges makes next.",
    )
    .option("--role <name>", "of this role only")
    .addHelpText(
      "after",
      "\nExample:\n  $ dsql-audit tomorrow --role reporting --url postgres://me@localhost/app",
    );
  addOutputOptions(addCatalogOptions(command)).action(async (options: Options) => {
    const engine = await openEngine(io, options);
    const role = options.role === undefined ? undefined : findRole(engine, options.role);
    printRows(
      io,
      options,
      tomorrow(engine, role),
      columns,
      "No default privileges: new objects get the built-in ones.",
    );
  });
};
