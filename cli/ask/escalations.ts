// `dsql-audit escalations`: what roles could become or take beyond what they hold, a sentence each.
import { escalations, notLookedAt } from "../../lib/core/privileges/escalation.ts";
import type { Escalation } from "../../lib/core/privileges/escalation-way.ts";
import { findRole } from "../../lib/core/privileges/find-object.ts";
import { escalationText } from "../../lib/wording/escalation-text.ts";
import { addCatalogOptions, type CatalogOptions, sayBasis, withGrounds } from "../catalog-source.ts";
import type { AddCommand } from "../command.ts";
import { addOutputOptions, type OutputFlags } from "../context.ts";
import type { Io } from "../io.ts";
import { paragraph, printable, printRows } from "../output.ts";
import { refuseEmpty, whyEmpty } from "../unknown-answer.ts";

type Options = CatalogOptions & OutputFlags & { readonly role?: string; readonly all?: boolean };
type Row = Escalation & { readonly role: string };

/** Reading through a view is what views are for; superusers, admin and owners are expected to; they would hide the others. */
const isExpected = ({ role, how, superuser, privileges }: Row): boolean =>
  !superuser &&
  (role === "admin" ||
    how === "ownership" ||
    (how === "view" && privileges.every((one) => one === "SELECT")));

const printSentences = (io: Io, rows: readonly Row[], left: number, unlooked: readonly string[]): void => {
  const say = (text: string, first = "", rest = ""): void => {
    io.stdout.write(`${paragraph(io, text, { first, rest })}\n`);
  };
  const isPartial = unlooked.some((one) => one.startsWith("Not known:"));
  if (rows.length === 0) say(`No escalation path was found${isPartial ? " in what could be read" : ""}.`);
  for (const row of rows) say(escalationText(row.role, row), row.superuser ? "! " : "  ", "    ");
  if (left > 0) {
    io.stdout.write("\n");
    say(
      `${left === 1 ? "1 more is" : `${left} more are`} expected: of owners, of admin, and reading through views. --all lists them.`,
    );
  }
  io.stdout.write("\n");
  for (const sentence of unlooked) say(sentence);
};

export const addEscalations: AddCommand = (program, io) => {
  const command = program
    .command("escalations")
    .summary("escalation paths: how a role could get more privileges than it has")
    .description(
      "An escalation path is a way by which a role can get more privileges than it has: SET ROLE, ADMIN OPTION, CREATEROLE, " +
        "grant options, CREATE in a schema, views and functions that run as their owner, triggers, the server's files " +
        'and programs, parameters. "!" marks what ends in superuser. It ends with what was not looked at.',
    )
    .option("--role <name>", "of this role only")
    .option("--all", "also what is expected: of admin, of owners, and reading through views")
    .addHelpText(
      "after",
      "\nExample:\n  $ dsql-audit escalations --role app --url postgres://me@localhost/app",
    );
  addOutputOptions(addCatalogOptions(command)).action(async (options: Options) => {
    await withGrounds(io, options, async ({ engine }, basis) => {
      const named = options.role !== undefined;
      const wanted =
        options.role === undefined ? engine.graph.roles.keys() : [findRole(engine, options.role)];
      const rows = [...wanted]
        .filter((id) => named || !engine.graph.roles[id]?.superuser)
        .filter((id) => named || !engine.graph.roles[id]?.name.startsWith("pg_"))
        .flatMap((id) =>
          escalations(engine, id).map(
            (found): Row => ({ role: engine.graph.roles[id]?.name ?? "", ...found }),
          ),
        );
      if (rows.length === 0) refuseEmpty(options, whyEmpty(engine, ["roles", "memberships"]));
      if (options.json || options.ndjson) {
        printRows(io, options, rows, [], "");
        for (const sentence of notLookedAt(engine)) io.stderr.write(`${printable(sentence)}\n`);
      } else {
        const shown = rows.filter((row) => options.all || named || !isExpected(row));
        printSentences(io, shown, rows.length - shown.length, notLookedAt(engine));
      }
      sayBasis(io, options, basis);
    });
  });
};
