// `dsql-audit explain ROLE-OR-ARN PRIVILEGE OBJECT`: the chain over both walls with its first broken link, drawn for people.
import type { Explanation, Link } from "../../lib/core/privileges/explain.ts";
import { findPrivilege } from "../../lib/core/privileges/find-object.ts";
import { type Explained, explainAccess } from "../../lib/queries/explain.ts";
import { rowSecurityText } from "../../lib/wording/row-security-text.ts";
import {
  addCatalogOptions,
  type CatalogOptions,
  sayBasis,
  sayUnread,
  withGrounds,
} from "../catalog-source.ts";
import type { AddCommand } from "../command.ts";
import { addOutputOptions, type OutputFlags } from "../context.ts";
import type { Io } from "../io.ts";
import { paragraph, printable, printDocument } from "../output.ts";

const marks: Readonly<Record<Link["state"], string>> = {
  ok: "✓",
  broken: "✗",
  conditional: "~",
  unknown: "?",
};
type Wrapped = (first: string, rest: string, text: string) => string;

const verdicts: Readonly<Record<Explanation["verdict"], string>> = {
  yes: "Yes",
  "after-set-role": "Yes, after SET ROLE",
  conditional: "On conditions",
  no: "No",
  unknown: "Not known",
};

/** Where somebody cannot even connect, what was not looked at changes nothing. */
const inGrants: readonly Explanation["firstBroken"][] = ["membership", "schema", "privilege"];

/** "through a view", "perhaps through a rule": the surest of the ways. */
const throughText = (views: Explained["views"]): string => {
  const surest = views.find(({ certain }) => certain);
  const by = (surest ?? views[0])?.by ?? "view";
  return `${surest ? "" : "perhaps "}through a ${by}`;
};

/** A privilege on some columns is no privilege on the table, and not nothing. */
const headline = ({ verdict, columns, views, path, links, firstBroken }: Explained): string =>
  views.length && path.length === 0 && verdict === "no"
    ? `${verdicts[verdict]}, but ${throughText(views)}`
    : columns && path.length === 0
      ? `${verdicts[verdict]}, but on some columns`
      : inGrants.includes(firstBroken) && links.at(-1)?.state === "unknown"
        ? "No by its grants, the rest is not known"
        : verdicts[verdict];

const chain = (wrapped: Wrapped, { principal, links }: Explanation): string[] => {
  const lines = principal === null ? [] : [wrapped("  ", "    ", principal)];
  links.forEach(({ state, says, evidence }, i) => {
    if (lines.length) lines.push("  │");
    const last = i === links.length - 1;
    const rest = `  ${last ? " " : "│"}    `;
    lines.push(wrapped(`  ${last ? "└" : "├"}─ ${marks[state]} `, rest, says));
    for (const one of evidence) lines.push(wrapped(`${rest}  `, `${rest}  `, one));
  });
  return lines;
};

const drawing = (io: Io, it: Explained): string => {
  const wrapped: Wrapped = (first, rest, text) => paragraph(io, text, { first, rest });
  const who = it.principal ?? `role ${it.role}`;
  const lines = [
    wrapped("", "  ", `${headline(it)}: ${it.privilege} on ${it.kind} ${it.object} for ${who}`),
    "",
    ...chain(wrapped, it),
  ];
  if (it.columns) lines.push("", wrapped("", "  ", `On columns: ${it.columns.join(", ")}.`));
  for (const { view, by, as, certain } of it.views)
    lines.push(
      "",
      wrapped(
        "",
        "  ",
        `Through ${by === "rule" ? "a rule on" : "view"} ${view} it ${certain ? "can" : "may"} all the same, with the rights of ${as}.`,
      ),
    );
  if (it.rowSecurity !== null)
    lines.push(
      "",
      wrapped("", "  ", rowSecurityText(it.rowSecurity, `${it.kind} ${it.object}`, `role ${it.role}`)),
    );
  if (it.grantable) lines.push("", "It may pass the privilege on (grant option).");
  if (it.paths > 1) {
    lines.push("", `This is one of ${it.paths} ways. Others:`);
    for (const path of it.otherPaths) lines.push(wrapped("  ", "    ", path.join(" > ")));
  }
  const broken = it.firstBroken === null ? "" : `First broken link: ${it.firstBroken}.`;
  if (broken && !it.completes.length) lines.push("", broken);
  if (it.completes.length) {
    const away = it.away === null ? "What would complete it:" : `It is ${it.away}:`;
    lines.push("", wrapped("", "  ", `${broken} ${away}`.trim()));
    for (const sql of it.completes) lines.push(`  ${printable(sql)}`);
  }
  if (it.also.length) {
    lines.push("", "The principal's other roles:");
    for (const { role, verdict } of it.also)
      lines.push(wrapped("  ", "    ", `${role}: ${verdicts[verdict].toLowerCase()}`));
  }
  if (it.next !== null) lines.push("", wrapped("", "  ", it.next));
  return lines.join("\n");
};

export const addExplain: AddCommand = (program, io) => {
  const command = program
    .command("explain")
    .argument("<role-or-principal>", "a database role, or an IAM role or user by its ARN or its name")
    .argument("<privilege>", "SELECT, INSERT, USAGE, EXECUTE, …")
    .argument("<object>", 'app.orders, "a.b".c, schema app, app.f(integer)')
    .description("the path to a privilege, or the first broken link and what would complete it")
    .addHelpText(
      "after",
      "\nExample:\n  $ dsql-audit explain api_readonly SELECT app.orders --url postgres://me@localhost/app",
    );
  addOutputOptions(addCatalogOptions(command)).action(
    (who: string, privilege: string, object: string, options: CatalogOptions & OutputFlags) => {
      findPrivilege(privilege);
      return withGrounds(io, options, async (grounds, basis) => {
        const answer = await explainAccess(grounds, { who, privilege, object });
        sayUnread(io, answer.unread);
        printDocument(io, options, { ...answer, ...(await grounds.basis()) }, (it) => drawing(io, it));
        sayBasis(io, options, basis);
      });
    },
  );
};
