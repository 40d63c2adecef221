// `dsql-audit incidents`: lists findings that belong together, what people still have to do with first.
import type { IncidentRow } from "../../lib/queries/incidents.ts";
import type { AddCommand } from "../command.ts";
import {
  addOutputOptions,
  addStoreOptions,
  type OutputFlags,
  pickCluster,
  type StoreOptions,
  withStore,
} from "../context.ts";
import { type Column, printRows } from "../output.ts";
import { severityStyle } from "./finding-columns.ts";

type Options = StoreOptions & OutputFlags & { readonly status?: string; readonly all?: boolean };

const columns: readonly Column<IncidentRow>[] = [
  {
    head: "severity",
    cell: ({ severity }) => severity,
    style: ({ severity, status }) => (status === "open" ? severityStyle(severity) : "quiet"),
  },
  { head: "status", cell: ({ status }) => status },
  { head: "opened (UTC)", cell: ({ openedAt }) => openedAt.slice(0, 16).replace("T", " ") },
  { head: "what", cell: ({ title }) => title },
  { head: "findings", cell: ({ findings }) => findings.length, align: "right" },
  { head: "mails", cell: ({ notices }) => notices.length, align: "right" },
  { head: "reference", cell: ({ id }) => id },
];

export const addIncidents: AddCommand = (program, io) => {
  const command = program
    .command("incidents")
    .summary("list the incidents: findings that belong together")
    .description(
      "Lists the incidents that are not resolved: findings that belong together, and how many mails were sent about them.\n" +
        "--json and --ndjson list all of them, with what was mailed when.",
    )
    .option("--status <status>", "only these: open, acknowledged, exempt, ended, resolved")
    .option("--all", "resolved ones too")
    .addHelpText("after", "\nExample:\n  $ dsql-audit incidents --status open,acknowledged");
  addOutputOptions(addStoreOptions(command)).action(async (options: Options) => {
    const [{ footer }, { incidentRow, listIncidents, parseIncidentStatus }] = await Promise.all([
      import("./list-footer.ts"),
      import("../../lib/queries/incidents.ts"),
    ]);
    const isWanted = parseIncidentStatus(options.status);
    const { incidents, look } = await withStore(io, options, { mustExist: true }, async (store) =>
      listIncidents(store, await pickCluster(store, options.cluster), isWanted),
    );
    const forPeople = !options.json && !options.ndjson;
    const named = options.status !== undefined || options.all === true;
    const all = incidents.map(incidentRow);
    const shown = named || !forPeople ? all : all.filter(({ status }) => status !== "resolved");
    printRows(io, options, shown, columns, named ? "No incidents." : "No open incidents.");
    if (forPeople) io.stdout.write(`\n${footer(all.length - shown.length, look, io.now(), "incident")}\n`);
  });
};
