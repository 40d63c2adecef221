// The settings that verdicts depend on as this machine has them: environment before file. A store that holds its own wins.
import { readSettings } from "../lib/config.ts";
import { FALSE_FINDINGS_PER_WEEK } from "../lib/core/anomaly/constants.ts";
import { DORMANT_DAYS } from "../lib/core/findings/dormant-window.ts";
import { type ConfiguredSettings, readConfigFile } from "./config-file.ts";
import type { Io } from "./io.ts";

type Name = keyof ConfiguredSettings;
const variables = {
  dormantDays: "DORMANT_DAYS",
  falseFindingsPerWeek: "FALSE_FINDINGS_PER_WEEK",
  archetypes: "ARCHETYPES",
  detectorOptions: "DETECTOR_OPTIONS",
} as const satisfies Record<Name, string>;
const builtIn = {
  dormantDays: DORMANT_DAYS,
  falseFindingsPerWeek: FALSE_FINDINGS_PER_WEEK,
  archetypes: {},
  detectorOptions: {},
} as const;

export type ConfiguredSetting = {
  readonly name: Name;
  readonly value: unknown;
  /** `$NAME`, the path of the file, or null: built in. */
  readonly from: string | null;
};

/** Each setting with where it comes from. AuditError("config") where the environment or the file cannot be read. */
export const configuredSettings = ({ env, cwd }: Pick<Io, "env" | "cwd">): ConfiguredSetting[] => {
  const found = readConfigFile(cwd);
  return (Object.keys(variables) as Name[]).map((name): ConfiguredSetting => {
    const variable = variables[name];
    if (env[variable]) return { name, value: readSettings(env, variable)[variable], from: `$${variable}` };
    const value = found?.config.settings?.[name];
    return value === undefined
      ? { name, value: builtIn[name], from: null }
      : { name, value, from: found?.file ?? null };
  });
};
