// `dsql-audit settings`: what verdicts depend on and how long what is stored is kept, and where each value comes from.
import { minute } from "../../lib/core/base/time.ts";
import { type ResolvedSettings, settingNames } from "../../lib/core/findings/settings.ts";
import { type Retention, retentionOf } from "../../lib/queries/retention.ts";
import type { AddCommand } from "../command.ts";
import { addStoreOptions, type StoreOptions, withStore } from "../context.ts";
import { printable, printDocument } from "../output.ts";
import { settingsOf } from "./judge-settings.ts";

const sources = {
  override: "environment, for this command alone",
  deployment: "store",
  "config file": "dsql-audit.config.json",
  default: "default",
} as const;

type Line = {
  readonly name: string;
  readonly value: unknown;
  readonly source: string;
  readonly at?: number;
  readonly by?: string;
};

const verdictLines = ({ from }: ResolvedSettings): Line[] =>
  settingNames.map((name) => {
    const { value, source, at, by } = from[name];
    return { name, value, source, ...(at !== undefined && { at }), ...(by !== undefined && { by }) };
  });

/** For how many days each is kept; 0: as long as the table. */
const retentionLines = ({ keepDays, days, source }: Retention): Line[] =>
  Object.entries({ keepDays, ...days }).map(([name, value]) => ({ name, value, source }));

/** By name: the value, its source, and who wrote it when. */
const documentOf = (lines: readonly Line[]) =>
  Object.fromEntries(
    lines.map(({ name, value, source, at, by }) => [
      name,
      {
        value,
        source,
        ...(at !== undefined && { writtenAt: new Date(at).toISOString() }),
        ...(by !== undefined && { by }),
      },
    ]),
  );

const shownOf = (name: string, value: unknown): string => {
  if (value === null) return "not known";
  if (name === "actDays" && value === 0) return "0 (as long as the table)";
  return typeof value === "string" ? value : JSON.stringify(value);
};

const textOf = (lines: readonly Line[]): string =>
  lines
    .map(({ name, value, source, at, by }) => {
      const written = at === undefined ? "" : `: written by ${by} at ${minute(at)}`;
      const from = `${sources[source as keyof typeof sources] ?? source}${written}`;
      return `${name.padEnd(22)}${printable(shownOf(name, value))}\n${" ".repeat(22)}(${printable(from)})`;
    })
    .join("\n");

export const addSettings: AddCommand = (program, io) => {
  const command = program
    .command("settings")
    .summary("show the settings that verdicts depend on, and where each comes from")
    .description(
      "The deployment writes these settings into the store, and every command takes them from there. For a store without\n" +
        "settings, dsql-audit.config.json holds, then the defaults. ARCHETYPES, DORMANT_DAYS, DETECTOR_OPTIONS,\n" +
        "FALSE_FINDINGS_PER_WEEK and AUDITOR_PRINCIPAL in the environment override them for detect --dry-run and report.\n" +
        "The last five say for how many days what is stored is kept, as the deployment has it.",
    )
    .option("--json", "one JSON document on stdout")
    .addHelpText(
      "after",
      "\nExample:\n  $ dsql-audit settings --table dsql-access-auditor --region us-east-1",
    );
  addStoreOptions(command).action(async (options: StoreOptions & { json?: boolean }) => {
    const lines = await withStore(io, options, { mustExist: true }, async (store) => [
      ...verdictLines(await settingsOf(io, store)),
      ...retentionLines(await retentionOf(store)),
    ]);
    printDocument(io, options, documentOf(lines), () => textOf(lines));
  });
};
