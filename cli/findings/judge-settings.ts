// The settings that a command judges with: those of the store, so that it says what the deployment says.
import { readSettings, type Setting } from "../../lib/config.ts";
import type { Principal } from "../../lib/core/base/ids.ts";
import {
  contradictions,
  type ResolvedSettings,
  resolveSettings,
  type VerdictSettings,
} from "../../lib/core/findings/settings.ts";
import { AuditError } from "../../lib/errors.ts";
import type { DetectOptions } from "../../lib/jobs/judge-cluster.ts";
import type { Store } from "../../lib/store/open-store.ts";
import { readConfigFile } from "../config-file.ts";
import type { Io } from "../io.ts";

/** Where a command is given: its environment, and the folder whose configuration file holds. */
type Asker = Pick<Io, "env" | "cwd">;

const variables = {
  dormantDays: "DORMANT_DAYS",
  falseFindingsPerWeek: "FALSE_FINDINGS_PER_WEEK",
  archetypes: "ARCHETYPES",
  detectorOptions: "DETECTOR_OPTIONS",
  auditor: "AUDITOR_PRINCIPAL",
} as const satisfies Record<keyof VerdictSettings, Setting>;

/** What the environment says: only the variables that are set. AuditError("config") names each that does not parse. */
const overridesOf = ({ env }: Pick<Io, "env">): Partial<VerdictSettings> => {
  const set = Object.entries(variables).filter(
    ([, variable]) => env[variable] !== undefined && env[variable] !== "",
  );
  const read = readSettings(env, ...set.map(([, variable]) => variable)) as Record<string, unknown>;
  return Object.fromEntries(set.map(([name, variable]) => [name, read[variable]]));
};

/** As the store, the configuration file and the environment say. */
export const settingsOf = async (io: Asker, store: Pick<Store, "settings">): Promise<ResolvedSettings> => {
  const kept = await store.settings.read();
  return resolveSettings(
    kept,
    readConfigFile(io.cwd)?.config.settings as Partial<VerdictSettings>,
    overridesOf(io),
  );
};

/**
 * The same for a command that writes findings: AuditError("usage") where the environment says something else than the
 * store, for findings would be resolved and opened that the deployment opens and resolves again.
 */
export const settingsToWriteWith = async (
  io: Asker,
  store: Pick<Store, "settings">,
): Promise<ResolvedSettings> => {
  const kept = await store.settings.read();
  const wrong = contradictions(kept, overridesOf(io));
  if (wrong.length) {
    const named = wrong.map((name) => variables[name]).join(", ");
    throw new AuditError("usage", `the store has other settings than the environment: ${named}`, {
      hint:
        "The findings in this store rest on the settings of the store: dsql-audit settings. Unset the variables, change the\n" +
        "deployment, or see what the variables would find: dsql-audit detect --dry-run",
    });
  }
  return settingsOf(io, store);
};

/** Whose logins are the auditor's own, for commands that write logins down: as the store says, else the environment. */
export const auditorOf = async (io: Asker, store: Pick<Store, "settings">): Promise<Principal | undefined> =>
  (await store.settings.read())?.values.auditor ?? overridesOf(io).auditor ?? undefined;

/** As `detectCluster` takes them. */
export const detectOptions = ({ values }: ResolvedSettings): DetectOptions => ({
  auditor: values.auditor ?? undefined,
  archetypes: values.archetypes,
  dormantDays: values.dormantDays,
  detectorOptions: values.detectorOptions,
  falseFindingsPerWeek: values.falseFindingsPerWeek,
});
