// `dsql-audit default-privileges`: what default privileges will grant on objects that are created later.
import { rowsOf } from "../../lib/core/catalog/catalog.ts";
import type { FutureRow, UnreadDefault } from "../../lib/core/privileges/default-privileges.ts";
import { defaultPrivilegesOf } from "../../lib/queries/privileges.ts";
import { addCatalogOptions, type CatalogOptions, sayBasis, withGrounds } from "../catalog-source.ts";
import type { AddCommand } from "../command.ts";
import { addOutputOptions, type OutputFlags } from "../context.ts";
import { type Column, printable, printRows } from "../output.ts";
import { emptyText, refuseEmpty, whyEmpty } from "../unknown-answer.ts";

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
      const { rows, unread } = defaultPrivilegesOf(grounds, options);
      const ground = ["defaultPrivileges", "roles", "memberships"] as const;
      const set = rowsOf(grounds.engine.catalog, "defaultPrivileges").length > 0;
      const why = rows.length ? undefined : whyEmpty(grounds.engine, set ? ground : ["defaultPrivileges"]);
      refuseEmpty(options, why);
      const none = "No default privileges are set: new objects get the built-in ones.";
      printRows(io, options, rows, columns, emptyText(why, none));
      for (const one of unread) {
        for (const entry of one.entries) io.stderr.write(`unknown: ${printable(unreadText(one, entry))}\n`);
      }
      sayBasis(io, options, basis);
    }),
  );
};
