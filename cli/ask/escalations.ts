// `dsql-audit escalations`: what roles could become or take beyond what they hold.
import { type Escalation, escalations } from "../../lib/core/privileges/escalation.ts";
import { findRole } from "../../lib/core/privileges/find-object.ts";
import { addCatalogOptions, type CatalogOptions, openEngine } from "../catalog-source.ts";
import type { AddCommand } from "../command.ts";
import { addOutputOptions, type OutputFlags } from "../context.ts";
import { type Column, printRows } from "../output.ts";

type Options = CatalogOptions & OutputFlags & { readonly role?: string; readonly all?: boolean };
type Row = Escalation & { readonly role: string };

const hows: Readonly<Record<Escalation["how"], string>> = {
  "admin-option": "grants itself, by ADMIN OPTION",
  "create-role": "CREATEROLE",
  "set-role": "SET ROLE",
  "server-access": "the server's files or programs",
  "system-object": "a privilege on a system object",
  ownership: "owns it",
  "grant-option": "may pass on",
  "create-in-schema": "CREATE in",
  "security-definer": "runs as its owner",
};

const what = ({ how, privileges }: Row): string =>
  privileges.length ? `${hows[how]}: ${privileges.join(", ")}` : hows[how];

const columns: readonly Column<Row>[] = [
  { head: "role", cell: ({ role }) => role, max: 22 },
  { head: "target", cell: ({ kind, target }) => `${kind} ${target}`, max: 30 },
  { head: "how", cell: what },
  { head: "by", cell: ({ path }) => path.slice(1).join(" > ") || "itself", max: 24 },
];

/** Superusers, admin and owners of everything are expected to; they would hide the others. */
const isExpected = ({ role, how, superuser }: Row): boolean =>
  (role === "admin" || how === "ownership") && !superuser;

export const addEscalations: AddCommand = (program, io) => {
  const command = program
    .command("escalations")
    .summary("what a role could become or take beyond what it holds")
    .description(
      "ADMIN OPTION, CREATEROLE, SET ROLE, grant options, CREATE in a schema, SECURITY DEFINER functions of stronger " +
        "owners, access to the server's files. Of admin and of ownership only what ends in superuser, but with --all.",
    )
    .option("--role <name>", "of this role only")
    .option("--all", "everything that was found, also what is expected")
    .addHelpText(
      "after",
      "\nExample:\n  $ dsql-audit escalations --role app --url postgres://me@localhost/app",
    );
  addOutputOptions(addCatalogOptions(command)).action(async (options: Options) => {
    const engine = await openEngine(io, options);
    const wanted = options.role === undefined ? engine.graph.roles.keys() : [findRole(engine, options.role)];
    const rows = [...wanted]
      .filter((id) => options.role !== undefined || !engine.graph.roles[id]?.superuser)
      .filter((id) => options.role !== undefined || !engine.graph.roles[id]?.name.startsWith("pg_"))
      .flatMap((id) =>
        escalations(engine, id).map((found): Row => ({ role: engine.graph.roles[id]?.name ?? "", ...found })),
      )
      .filter(
        (row) =>
          options.all || options.json || options.ndjson || options.role !== undefined || !isExpected(row),
      );
    printRows(io, options, rows, columns, "Nothing beyond what is held.");
  });
};
