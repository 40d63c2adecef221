// `dsql-audit privileges`: every privilege that a role holds, with the path that gives it.

import { counted } from "../../lib/core/base/counted.ts";
import { privilegeNames } from "../../lib/core/catalog/privileges.ts";
import type { AccessEngine } from "../../lib/core/privileges/effective.ts";
import type { RoleId } from "../../lib/core/privileges/effective-graph.ts";
import type { PrivilegeRow } from "../../lib/core/privileges/effective-rows.ts";
import { typedName } from "../../lib/core/privileges/find-object.ts";
import { archetypeOfRole, archetypeText } from "../../lib/queries/archetypes.ts";
import type { Grounds } from "../../lib/queries/grounds.ts";
import { privilegesOf } from "../../lib/queries/privileges.ts";
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
import { printable, table } from "../output.ts";
import { emptyText, refuseEmpty, whyEmpty } from "../unknown-answer.ts";

type Options = CatalogOptions & OutputFlags & { readonly role?: string; readonly object?: string };

/** Rows go out as they are made: there may be millions. */
const printJson = (io: Io, { ndjson }: OutputFlags, rows: Iterable<PrivilegeRow>): void => {
  let buffered = "";
  let count = 0;
  const put = (text: string): void => {
    buffered += text;
    if (buffered.length < 65_536) return;
    io.stdout.write(buffered);
    buffered = "";
  };
  for (const row of rows) {
    if (ndjson) put(`${JSON.stringify(row)}\n`);
    else put(`${count === 0 ? "[" : ","}\n ${JSON.stringify(row)}`);
    count += 1;
  }
  if (!ndjson) put(count === 0 ? "[]\n" : "\n]\n");
  if (buffered) io.stdout.write(buffered);
};

type Line = { role: string; object: string; privileges: string; how: string };

/** As it can be typed again; a function's name holds its arguments as they are. */
const nameOf = ({ kind, schema, object, column }: PrivilegeRow): string =>
  [
    ...(schema === null ? [] : [typedName(schema)]),
    kind === "function" ? object : typedName(object),
    ...(column === null ? [] : [typedName(column)]),
  ].join(".");

/** `ALL` where nothing is missing: seven names on a line tell less. */
const listed = (rows: readonly PrivilegeRow[], known: number): string => {
  const star = (grantable: boolean): string => (grantable ? "*" : "");
  const [first] = rows;
  if (
    first &&
    known > 1 &&
    rows.length === known &&
    rows.every(({ grantable }) => grantable === first.grantable)
  ) {
    return `ALL${star(first.grantable)}`;
  }
  return rows.map(({ privilege, grantable }) => `${privilege}${star(grantable)}`).join(" ");
};

/** What the table shows of one role on one object: privileges that are held alike stand together. */
const linesOf = (engine: AccessEngine, rows: Iterable<PrivilegeRow>): Line[] => {
  const known = new Map(engine.objects.map(({ kind, all }) => [kind, privilegeNames(all).length]));
  const lines = new Map<
    string,
    { role: string; object: string; how: string; held: PrivilegeRow[]; known: number }
  >();
  for (const row of rows) {
    const notes = [
      row.path.length > 1 ? row.path.slice(1).join(" > ") : "own",
      row.holds === "set-role" ? "SET ROLE" : "",
      row.usable === false ? "no USAGE" : "",
    ].filter(Boolean);
    const object = `${row.kind} ${nameOf(row)}`;
    const key = JSON.stringify([row.role, object, notes]);
    const line = lines.get(key) ?? {
      role: row.role,
      object,
      how: notes.join(", "),
      held: [],
      known: known.get(row.kind) ?? 0,
    };
    line.held.push(row);
    lines.set(key, line);
  }
  return [...lines.values()].map(({ held, known: all, ...line }) => ({
    ...line,
    privileges: listed(held, all),
  }));
};

const printTable = (io: Io, lines: readonly Line[], nothing: string): void => {
  table(
    io,
    lines,
    [
      { head: "role", cell: ({ role }) => role, max: 24 },
      { head: "object", cell: ({ object }) => object },
      { head: "privileges", cell: ({ privileges }) => privileges },
      { head: "by", cell: ({ how }) => how },
    ],
    nothing,
  );
  if (lines.length)
    io.stdout.write(
      `\n${counted(lines.length, "line")}. * with grant option; no USAGE: the schema bars it.\n`,
    );
};

/** What the role is for: after the table, beside JSON on stderr. */
const sayArchetype = async (
  { stdout, stderr }: Io,
  { json, ndjson }: OutputFlags,
  grounds: Grounds,
  role: RoleId,
): Promise<void> => {
  const found = await archetypeOfRole(grounds, role);
  if (found) (json || ndjson ? stderr : stdout).write(`${printable(archetypeText(found))}\n`);
};

export const addPrivileges: AddCommand = (program, io) => {
  const command = program
    .command("privileges")
    .description("effective privileges: who holds what, by which path")
    .option("--role <role>", "of this role only")
    .option("--object <object>", 'on this object only: app.orders, "a.b".c, schema app')
    .addHelpText(
      "after",
      "\nExample:\n  $ dsql-audit privileges --url postgres://me@localhost/app --role api_readonly",
    );
  addOutputOptions(addCatalogOptions(command)).action((options: Options) =>
    withGrounds(io, options, async (grounds, basis) => {
      const { role, rows, unread } = privilegesOf(grounds, options);
      sayUnread(io, unread);
      const ofAcls = unread.length ? "entries of ACLs could not be read" : undefined;
      const why = rows().next().done ? (whyEmpty(grounds.engine) ?? ofAcls) : undefined;
      refuseEmpty(options, why);
      if (options.json || options.ndjson) printJson(io, options, rows());
      else printTable(io, linesOf(grounds.engine, rows()), emptyText(why, "No privilege is held."));
      if (role !== undefined) await sayArchetype(io, options, grounds, role);
      sayBasis(io, options, basis);
    }),
  );
};
