// `dsql-audit incident ID`: one incident with its findings, and what people were told of it when.
import type { IncidentDocument } from "../../lib/queries/incidents.ts";
import { findIncident, incidentDocument } from "../../lib/queries/incidents.ts";
import type { AddCommand } from "../command.ts";
import { addStoreOptions, pickCluster, type StoreOptions, withStore } from "../context.ts";
import type { Io } from "../io.ts";
import { type Column, printable, printDocument, tableLines } from "../output.ts";
import { findingColumns } from "./finding-columns.ts";

const minute = (time: string): string => time.slice(0, 16).replace("T", " ");

const noticeColumns: readonly Column<IncidentDocument["notices"][number]>[] = [
  { head: "sent (UTC)", cell: ({ at }) => minute(at) },
  { head: "kind", cell: ({ kind }) => kind ?? "unknown" },
  {
    head: "subject",
    cell: ({ subject, unheard }) =>
      `${unheard ? "(nobody listened) " : ""}${subject ?? "not kept: an earlier release sent it"}`,
  },
];

const incidentText = (io: Io, incident: IncidentDocument): string => {
  const { id, status, severity, cluster, title, openedAt, overAt, findings, notices } = incident;
  const line = (label: string, value: string): string => `${label.padEnd(11)}${printable(value)}`;
  return [
    printable(title),
    "",
    line("reference", id),
    line("status", status),
    line("severity", severity),
    line("cluster", cluster),
    line("opened", `${minute(openedAt)} UTC`),
    ...(overAt === undefined ? [] : [line("over", `${minute(overAt)} UTC`)]),
    "",
    ...tableLines(io, findings, findingColumns),
    "",
    ...(notices.length ? tableLines(io, notices, noticeColumns) : ["No mail about it was sent."]),
    "",
    "Show a finding with its evidence: dsql-audit finding ID",
  ].join("\n");
};

export const addIncident: AddCommand = (program, io) => {
  const command = program
    .command("incident")
    .summary("show one incident with its findings, and what was mailed of it when")
    .argument("<reference>", "as mails carry it, or the beginning of it")
    .option("--json", "one JSON document on stdout")
    .addHelpText("after", "\nExample:\n  $ dsql-audit incident inc-3f9a1c2b");
  addStoreOptions(command).action(async (id: string, options: StoreOptions & { json?: boolean }) => {
    const found = await withStore(io, options, { mustExist: true }, async (store) =>
      findIncident(store, await pickCluster(store, options.cluster), id, "dsql-audit incidents"),
    );
    printDocument(io, options, incidentDocument(found), (incident) => incidentText(io, incident));
  });
};
