// `dsql-audit who-can PRIVILEGE OBJECT`: the roles, how they come to it, and which principals reach them.

import { principalName } from "../../lib/core/base/visible-text.ts";
import { rowsOf } from "../../lib/core/catalog/catalog.ts";
import type { WhoCanRow } from "../../lib/core/privileges/effective.ts";
import { findObject, findPrivilege, objectText } from "../../lib/core/privileges/find-object.ts";
import { addCatalogOptions, type CatalogOptions, openEngine } from "../catalog-source.ts";
import type { AddCommand } from "../command.ts";
import { addOutputOptions, type OutputFlags } from "../context.ts";
import { type Column, printable, printRows } from "../output.ts";

type Options = CatalogOptions & OutputFlags;
type Row = WhoCanRow & { readonly principals: readonly string[] };

const via = ({ path, paths }: Row): string => {
  const steps = path.slice(1);
  const shown = steps.length > 3 ? [steps[0], "…", steps.at(-1)] : steps;
  const way = steps.length ? shown.map((step) => printable(step ?? "")).join(" > ") : "itself";
  return paths > 1 ? `${way} (1 of ${paths} ways)` : way;
};

const can = ({ holds, usable, grantable }: Row): string =>
  [
    usable === false ? "not usable" : holds === "set-role" ? "by SET ROLE" : "at once",
    ...(grantable ? ["may grant"] : []),
  ].join(", ");

const columns: readonly Column<Row>[] = [
  { head: "role", cell: ({ role }) => role, max: 28 },
  { head: "can", cell: can, max: 22 },
  { head: "by", cell: via },
  { head: "principals", cell: ({ principals }) => principals.map(principalName).join(", ") || null, max: 26 },
];

/** Who can at once before who must become somebody, who cannot use it last. */
const rank = ({ holds, usable }: Row): number => (usable === false ? 2 : 0) + (holds === "set-role" ? 1 : 0);

export const addWhoCan: AddCommand = (program, io) => {
  const command = program
    .command("who-can")
    .argument("<privilege>", "SELECT, INSERT, USAGE, EXECUTE, …")
    .argument("<object>", 'app.orders, "a.b".c, schema app, app.f(integer)')
    .description("the roles that hold a privilege on an object")
    .addHelpText(
      "after",
      "\nExample:\n  $ dsql-audit who-can SELECT app.orders --url postgres://me@localhost/app",
    );
  addOutputOptions(addCatalogOptions(command)).action(
    async (privilegeText: string, objectName: string, options: Options) => {
      const privilege = findPrivilege(privilegeText);
      const engine = await openEngine(io, options);
      const object = findObject(engine, objectName, privilege);
      const byRole = new Map<number, string[]>();
      for (const { role, arn } of rowsOf(engine.catalog, "mappings"))
        byRole.set(role, [...(byRole.get(role) ?? []), arn]);
      const rows = engine
        .whoCan(privilege, object)
        .map((row): Row => {
          const oid = engine.graph.roles[engine.graph.idOfName.get(row.role) ?? -1]?.oid ?? -1;
          return { ...row, principals: byRole.get(oid) ?? [] };
        })
        .sort((a, b) => rank(a) - rank(b));
      const asked = `${privilege} on ${object.kind} ${printable(objectText(object))}`;
      if (!options.json && !options.ndjson) io.stdout.write(`${asked}: ${rows.length} roles\n\n`);
      printRows(io, options, rows, columns, "Nobody.");
    },
  );
};
