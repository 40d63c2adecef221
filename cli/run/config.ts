// `dsql-audit config`: what holds where no option says otherwise, and where each value comes from.
import type { AddCommand } from "../command.ts";
import { addOutputOptions, type OutputFlags } from "../context.ts";
import type { Io } from "../io.ts";
import { type Column, printRows } from "../output.ts";

type Row = {
  readonly name: string;
  /** null: nothing is set, and nothing is built in. */
  readonly value: unknown;
  /** `$NAME` of the environment, the path of the file, or null: built in or not set. */
  readonly from: string | null;
};

const columns: readonly Column<Row>[] = [
  { head: "name", cell: ({ name }) => name },
  {
    head: "value",
    cell: ({ value }) => (value === null ? "-" : typeof value === "string" ? value : JSON.stringify(value)),
  },
  { head: "from", cell: ({ value, from }) => from ?? (value === null ? "not set" : "built in") },
];

const rows = async (io: Io): Promise<Row[]> => {
  const [{ readDefaults }, { configuredSettings }, { DEFAULT_STORE }] = await Promise.all([
    import("../defaults.ts"),
    import("../configured-settings.ts"),
    import("../context.ts"),
  ]);
  const { store, table, region, cluster } = await readDefaults(io);
  const settings = configuredSettings(io);
  const told = (name: string, it: { value: string; from: string } | undefined): Row => ({
    name,
    value: it?.value ?? null,
    from: it?.from ?? null,
  });
  return [
    store || table ? told("store", store) : { name: "store", value: DEFAULT_STORE, from: null },
    told("table", table),
    told("region", region),
    told("cluster", cluster),
    ...settings.map(({ name, value, from }) => ({ name: `settings.${name}`, value, from })),
  ];
};

export const addConfig: AddCommand = (program, io) => {
  const command = program
    .command("config")
    .summary("show the defaults in force, and where each comes from")
    .description(
      "Shows the store, table, Region, cluster and settings that commands use, and where each value comes from.\n" +
        "Options win over environment variables, these over dsql-audit.config.json in the current folder or the nearest\n" +
        "one above it, and that file over the built-in defaults.",
    )
    .addHelpText(
      "after",
      "\nExample of dsql-audit.config.json:\n" +
        '  { "table": "dsql-access-auditor", "region": "us-east-1",\n' +
        '    "settings": { "dormantDays": 60, "archetypes": { "reporting": "read-only" } } }\n' +
        "\nExample:\n  $ dsql-audit config",
    );
  addOutputOptions(command).action(async (options: OutputFlags) => {
    printRows(io, options, await rows(io), columns);
  });
};
