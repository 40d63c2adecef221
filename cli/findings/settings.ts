// `dsql-audit settings`: what verdicts depend on, and where each value comes from.
import { minute } from "../../lib/core/base/time.ts";
import { type ResolvedSettings, settingNames } from "../../lib/core/findings/settings.ts";
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

/** By name: the value, its source, and who wrote it when. */
const documentOf = ({ from }: ResolvedSettings) =>
  Object.fromEntries(
    settingNames.map((name) => {
      const { value, source, at, by } = from[name];
      return [
        name,
        {
          value,
          source,
          ...(at !== undefined && { writtenAt: new Date(at).toISOString() }),
          ...(by !== undefined && { by }),
        },
      ];
    }),
  );

const textOf = ({ from }: ResolvedSettings): string =>
  settingNames
    .map((name) => {
      const { value, source, at, by } = from[name];
      const written = at === undefined ? "" : `: written by ${by} at ${minute(at)}`;
      const shown = value === null ? "not known" : typeof value === "string" ? value : JSON.stringify(value);
      return `${name.padEnd(22)}${printable(shown)}\n${" ".repeat(22)}(${printable(`${sources[source]}${written}`)})`;
    })
    .join("\n");

export const addSettings: AddCommand = (program, io) => {
  const command = program
    .command("settings")
    .summary("show the settings that verdicts depend on, and where each comes from")
    .description(
      "The deployment writes these settings into the store, and every command takes them from there. For a store without\n" +
        "settings, dsql-audit.config.json holds, then the defaults. ARCHETYPES, DORMANT_DAYS, DETECTOR_OPTIONS,\n" +
        "FALSE_FINDINGS_PER_WEEK and AUDITOR_PRINCIPAL in the environment override them for detect --dry-run and report.",
    )
    .option("--json", "one JSON document on stdout")
    .addHelpText(
      "after",
      "\nExample:\n  $ dsql-audit settings --table dsql-access-auditor --region us-east-1",
    );
  addStoreOptions(command).action(async (options: StoreOptions & { json?: boolean }) => {
    const settings = await withStore(io, options, { mustExist: true }, (store) => settingsOf(io, store));
    printDocument(io, options, documentOf(settings), () => textOf(settings));
  });
};
