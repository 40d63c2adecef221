// `dsql-audit who-can PRIVILEGE OBJECT`: the roles, how they come to it, and which principals reach them.

import { principalName } from "../../lib/core/base/visible-text.ts";
import { findPrivilege, objectText } from "../../lib/core/privileges/find-object.ts";
import { type HolderRow, type WhoCan, whoCan } from "../../lib/queries/privileges.ts";
import {
  addCatalogOptions,
  type CatalogOptions,
  sayBasis,
  sayUnread,
  withGrounds,
} from "../catalog-source.ts";
import type { AddCommand } from "../command.ts";
import { addOutputOptions, type OutputFlags } from "../context.ts";
import { type Column, printable, printRows } from "../output.ts";

type Options = CatalogOptions & OutputFlags;
type Row = HolderRow;

const via = ({ path, paths }: Row): string => {
  const steps = path.slice(1);
  const shown = steps.length > 3 ? [steps[0], "…", steps.at(-1)] : steps;
  const way = steps.length ? shown.map((step) => printable(step ?? "")).join(" > ") : "itself";
  return paths > 1 ? `${way} (1 of ${paths} ways)` : way;
};

const can = ({ holds, usable, grantable }: Row): string =>
  [
    usable === false ? "not usable" : holds === "set-role" ? "by SET ROLE" : "directly",
    ...(grantable ? ["may grant"] : []),
  ].join(", ");

/** Who reaches the role; what is not known is said, never left empty. */
const reachedBy = ({ principals, morePrincipals }: Row, whyUnread: string): string | null => {
  const names = (principals ?? []).map(({ arn, via: how }) =>
    how === "admin-login" ? `${principalName(arn)} (connected)` : principalName(arn),
  );
  if (morePrincipals === "iam-not-read") {
    const others = "IAM allows dsql:DbConnectAdmin (IAM is not read)";
    return names.length ? `${names.join(", ")}, and anyone else whom ${others}` : `anyone whom ${others}`;
  }
  if (morePrincipals === "mappings-unreadable") return `unknown: mappings could not be read (${whyUnread})`;
  return names.join(", ") || null;
};

const columnsFor = (whyUnread: string): readonly Column<Row>[] => [
  { head: "role", cell: ({ role }) => role, max: 28 },
  {
    head: "can",
    cell: (row) => (row.columns ? `${can(row)}. On columns: ${row.columns.join(", ")}` : can(row)),
    max: 30,
  },
  { head: "by", cell: via },
  { head: "principals", cell: (row) => reachedBy(row, whyUnread), max: 26 },
];

/** Who can at once before who must become somebody, who cannot use it last. */
const rank = ({ holds, usable }: Row): number => (usable === false ? 2 : 0) + (holds === "set-role" ? 1 : 0);

const headOf = ({ privilege, object, rows, unknownRoles }: WhoCan): string => {
  const roles = new Set(rows.map(({ role }) => role)).size;
  const asked = `${privilege} on ${object.kind} ${printable(objectText(object))}: ${roles} roles`;
  if (unknownRoles === null) return `${asked}; which others there are is not known`;
  return unknownRoles > 0 ? `${asked}; of ${unknownRoles} others it is not known` : asked;
};

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
    (privilege: string, object: string, options: Options) => {
      findPrivilege(privilege);
      return withGrounds(io, options, async (grounds, basis) => {
        const answer = await whoCan(grounds, { privilege, object });
        const { mappings } = grounds.engine.catalog.sections;
        const columns = columnsFor(mappings.status === "unreadable" ? mappings.reason : "");
        const isJson = options.json || options.ndjson;
        sayUnread(io, answer.unread);
        if (!isJson) io.stdout.write(`${headOf(answer)}\n\n`);
        const rows = isJson ? answer.rows : answer.rows.toSorted((a, b) => rank(a) - rank(b));
        printRows(io, options, rows, columns, "Nobody.");
        sayBasis(io, options, basis);
      });
    },
  );
};
