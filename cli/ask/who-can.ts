// `dsql-audit who-can PRIVILEGE OBJECT`: the roles, how they come to it, and which principals reach them.

import { counted } from "../../lib/core/base/counted.ts";
import { principalName } from "../../lib/core/base/visible-text.ts";
import type { Gap } from "../../lib/core/privileges/effective.ts";
import { findPrivilege, objectText } from "../../lib/core/privileges/find-object.ts";
import { rowSecurityStates } from "../../lib/core/privileges/row-security.ts";
import { AuditError } from "../../lib/errors.ts";
import { type HolderRow, type WhoCan, whoCan } from "../../lib/queries/privileges.ts";
import type { ReachingPrincipal } from "../../lib/queries/reached-by.ts";
import { IAM_NOT_READ } from "../../lib/queries/who-may.ts";
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
import { type Column, paragraph, printable, printRows } from "../output.ts";

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

/** What keeps a principal that is listed from coming in, or may; nothing of one that comes in. */
const barOf = ({ wall, via, identity }: ReachingPrincipal, isRead: boolean): string => {
  if (identity === "gone") return " (gone)";
  if (identity === "remade") return " (made again: refused)";
  if (via === "admin-login") return wall === "denied" ? " (connected; IAM denies it now)" : " (connected)";
  // Where nothing of IAM was read, that is said once.
  const unknown = isRead ? " (not known)" : "";
  return { allowed: "", conditional: " (on conditions)", denied: " (IAM denies it)", unknown }[wall];
};

const MAX_NAMED = 12;

/** Whom nobody can judge is counted, where there are many. */
const namesOf = (principals: readonly ReachingPrincipal[], isRead: boolean): string[] => {
  const named = (one: ReachingPrincipal): string => `${principalName(one.arn)}${barOf(one, isRead)}`;
  const isTold = ({ wall, via }: ReachingPrincipal): boolean => wall !== "unknown" || via !== "iam";
  const told = principals.filter(isTold).map(named);
  const rest = principals.filter((one) => !isTold(one));
  const unknown =
    rest.length <= MAX_NAMED
      ? rest.map(named)
      : [`${rest.length.toLocaleString("en-US")} of whom it is not known`];
  const more = told.length - MAX_NAMED;
  return [...(more > 0 ? [...told.slice(0, MAX_NAMED), `${more} more`] : told), ...unknown];
};

/** Who reaches the role; what is not known is said, never left empty. */
const reachedBy = (
  { principals, morePrincipals }: Row,
  whyUnread: string,
  isRead: boolean,
): string | null => {
  const names = namesOf(principals ?? [], isRead).join(", ");
  switch (morePrincipals) {
    case "iam-not-read": {
      const others = "IAM allows dsql:DbConnectAdmin (IAM was not read)";
      return names ? `${names}, and anyone else whom ${others}` : `anyone whom ${others}`;
    }
    case "iam-unreadable":
      return `${names}${names && ", and "}whoever is in the part of IAM that could not be read (see who-may)`;
    case "mappings-unreadable":
      return `unknown: mappings could not be read (${whyUnread})`;
    case null:
      return names || null;
    default:
      return morePrincipals satisfies never;
  }
};

const columnsFor = (whyUnread: string, isRead: boolean): readonly Column<Row>[] => [
  { head: "role", cell: ({ role }) => role, max: 28 },
  {
    head: "can",
    cell: (row) => (row.columns ? `${can(row)}. On columns: ${row.columns.join(", ")}` : can(row)),
    max: 30,
  },
  { head: "by", cell: via },
  { head: "principals", cell: (row) => reachedBy(row, whyUnread, isRead), max: 26 },
];

/** Who can at once before who must become somebody, who cannot use it last. */
const rank = ({ holds, usable }: Row): number => (usable === false ? 2 : 0) + (holds === "set-role" ? 1 : 0);

const headOf = ({ privilege, object, rows, unknownRoles }: WhoCan): string => {
  const roles = new Set(rows.map(({ role }) => role)).size;
  const asked = `${privilege} on ${object.kind} ${printable(objectText(object))}: ${roles} ${roles === 1 ? "role" : "roles"}`;
  if (unknownRoles === null) return `${asked}; which others there are is not known`;
  return unknownRoles > 0 ? `${asked}; of ${counted(unknownRoles, "other")} it is not known` : asked;
};

/** An empty list is "nobody" only where every role was read and judged. */
const emptyText = ({ unknownRoles }: WhoCan): string =>
  unknownRoles === null
    ? "Not known: the roles could not be read."
    : unknownRoles > 0
      ? "Nobody of whom it is known."
      : "Nobody.";

/** In JSON there is no head to say it: without the roles no list is an answer. AuditError("not-found"). */
const checkRoles = (io: Io, { unknownRoles, privilege, object }: WhoCan, gaps: readonly Gap[]): void => {
  const asked = `who can ${privilege} ${object.kind} ${printable(objectText(object))}`;
  const reason = gaps.find(({ section }) => section === "roles")?.reason;
  if (unknownRoles === null)
    throw new AuditError("not-found", `${asked} is unknown: the roles could not be read (${reason})`);
  if (unknownRoles > 0)
    io.stderr.write(
      `unknown: of ${counted(unknownRoles, "role")} that ${unknownRoles === 1 ? "is" : "are"} not listed it is not known ${asked}\n`,
    );
};

/** Without IAM nobody knows who comes in. */
const sayNotRead = (io: Io, isJson: boolean | undefined): void => {
  if (isJson) io.stderr.write(`unknown: ${IAM_NOT_READ}\n`);
  else io.stdout.write(`\n${paragraph(io, IAM_NOT_READ)}\n`);
};

/** From whom row-level security may hide rows: from all of these, or from which. */
const sayRowSecurity = (io: Io, { rows, object }: WhoCan): void => {
  const table = `${object.kind} ${objectText(object)}`;
  for (const state of rowSecurityStates) {
    const from = new Set(rows.flatMap((row) => (row.rowSecurity === state ? [row.role] : [])));
    if (!from.size) continue;
    const named = from.size > MAX_NAMED ? `${from.size} of these roles` : [...from].join(", ");
    io.stdout.write(`\n${paragraph(io, rowSecurityText(state, table, named))}\n`);
  }
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
        const columns = columnsFor(
          mappings.status === "unreadable" ? mappings.reason : "",
          grounds.engine.catalog.iam !== undefined,
        );
        const isJson = options.json || options.ndjson;
        sayUnread(io, answer.unread);
        if (isJson) checkRoles(io, answer, grounds.engine.gaps);
        if (!isJson) io.stdout.write(`${headOf(answer)}\n\n`);
        const rows = isJson ? answer.rows : answer.rows.toSorted((a, b) => rank(a) - rank(b));
        printRows(io, options, rows, columns, emptyText(answer));
        if (!isJson) sayRowSecurity(io, answer);
        if (answer.rows.length && !grounds.engine.catalog.iam) sayNotRead(io, isJson);
        sayBasis(io, options, basis);
      });
    },
  );
};
