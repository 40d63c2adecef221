// `dsql-audit history show --at T`: the catalog as of a moment.
import { Option } from "commander";
import { iso } from "../../lib/core/base/time.ts";
import type { AnyRow } from "../../lib/core/catalog/canonical-rows.ts";
import { type Mapping, type Role, type SectionName, sectionNames } from "../../lib/core/catalog/catalog.ts";
import { type KnownCatalog, knownRows } from "../../lib/core/catalog/known-catalog.ts";
import { basisOf } from "../../lib/queries/basis.ts";
import { requireAsOf } from "../../lib/store/history/snapshots.ts";
import type { AddCommand } from "../command.ts";
import { addStoreOptions, atOption, pickCluster, type StoreOptions, withStore } from "../context.ts";
import type { Io } from "../io.ts";
import { printable, table } from "../output.ts";
import { basisLines, stamp } from "./history-basis.ts";

type Options = StoreOptions & {
  readonly at?: string;
  readonly section?: SectionName;
  readonly json?: boolean;
};

const rows = (catalog: KnownCatalog, name: SectionName): readonly AnyRow[] =>
  (knownRows(catalog, name) ?? []) as readonly AnyRow[];

const printSections = (io: Io, catalog: KnownCatalog): void => {
  const shown = sectionNames.map((name) => ({
    name,
    section: catalog.sections[name],
    last: catalog.lastKnown?.[name],
  }));
  table(io, shown, [
    { head: "section", cell: ({ name }) => name },
    {
      head: "rows",
      cell: ({ name, section, last }) =>
        section.status === "read" || last ? rows(catalog, name).length : "?",
      align: "right",
    },
    {
      head: "",
      cell: ({ section, last }) => {
        if (section.status === "read") return "";
        return `NOT READ: ${section.reason}${last ? ` (rows as of ${stamp(last.at)})` : ""}`;
      },
    },
  ]);
};

/** Grants of each role by name: how many entries on how many objects name it. */
const printRoles = (io: Io, catalog: KnownCatalog): void => {
  const objects = new Map<number, number>();
  for (const name of sectionNames) {
    for (const row of rows(catalog, name)) {
      for (const grantee of new Set((row.acl?.entries ?? []).map((entry) => entry.grantee))) {
        objects.set(grantee, (objects.get(grantee) ?? 0) + 1);
      }
    }
  }
  const mappings = rows(catalog, "mappings") as readonly Mapping[];
  const roles = (rows(catalog, "roles") as readonly Role[]).filter(({ name }) => !name.startsWith("pg_"));
  table(
    io,
    roles,
    [
      { head: "role", cell: ({ name }) => name, max: 30 },
      { head: "logs in", cell: ({ canLogin }) => (canLogin ? "yes" : "no") },
      { head: "granted on", cell: ({ oid }) => objects.get(oid) ?? 0, align: "right" },
      {
        head: "mapped to",
        cell: ({ oid }) =>
          mappings
            .filter(({ role }) => role === oid)
            .map(({ arn }) => arn)
            .join(", "),
      },
    ],
    "No roles.",
  );
};

const printSection = (io: Io, catalog: KnownCatalog, name: SectionName): void => {
  for (const row of rows(catalog, name)) io.stdout.write(`${printable(JSON.stringify(row))}\n`);
};

export const addShow: AddCommand = (history, io) => {
  const command = history
    .command("show")
    .summary("the catalog as of a moment")
    .option("--at <time>", "the moment; the newest snapshot if left out")
    .addOption(new Option("--section <name>", "print the rows of one section").choices(sectionNames))
    .option("--json", "one JSON document on stdout")
    .addHelpText("after", "\nExample:\n  $ dsql-audit history show --at 30d");
  addStoreOptions(command).action(async (options: Options) => {
    const at = atOption(io, options.at);
    const { snapshot, basis } = await withStore(io, options, { mustExist: true }, async (store) => {
      const cluster = await pickCluster(store, options.cluster);
      const found = await requireAsOf(store.snapshots, cluster, at);
      return { snapshot: found, basis: await basisOf(store, cluster, found, at) };
    });
    const { catalog } = snapshot;
    if (options.json) {
      const { lastKnown = {}, ...plain } = catalog;
      const shown = options.section
        ? { ...plain, sections: { [options.section]: plain.sections[options.section] } }
        : plain;
      io.stdout.write(`${JSON.stringify({ at: iso(at), ...basis, catalog: shown, lastKnown }, null, 1)}\n`);
      return;
    }
    io.stdout.write(`${basisLines(io, `As of ${stamp(at)}`, basis).join("\n")}\n\n`);
    if (options.section) return printSection(io, catalog, options.section);
    printSections(io, catalog);
    io.stdout.write("\n");
    printRoles(io, catalog);
  });
};
