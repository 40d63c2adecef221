// What verdicts depend on besides the facts. One set holds for a store, so that whoever judges it says the same.
import { isDeepStrictEqual } from "node:util";
import { FALSE_FINDINGS_PER_WEEK } from "../anomaly/constants.ts";
import { Principal } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import * as z from "../base/zod.ts";
import { archetypes } from "../privileges/archetype.ts";
import { DORMANT_DAYS } from "./dormant-window.ts";

export const VerdictSettings = z.object({
  /** How many days a mapping must be unused to be called dormant. */
  dormantDays: z.int().check(z.positive(), z.lte(390)),
  /** What roles are declared to be for, by the name of the role. */
  archetypes: z.record(z.string(), z.enum(archetypes)),
  /** Options of detectors, by detector id. */
  detectorOptions: z.record(z.string(), z.record(z.string(), z.unknown())),
  /** How many false findings of unusual connections a week are accepted, for people and for machines each. */
  falseFindingsPerWeek: z._default(z.number().check(z.positive(), z.lte(100)), FALSE_FINDINGS_PER_WEEK),
  /** The auditor's own principal; null: not known. */
  auditor: z.nullable(Principal),
});
export type VerdictSettings = z.infer<typeof VerdictSettings>;
export type SettingName = keyof VerdictSettings;

export const settingNames = Object.keys(VerdictSettings.shape) as readonly SettingName[];

export const defaultSettings: VerdictSettings = {
  dormantDays: DORMANT_DAYS,
  archetypes: {},
  detectorOptions: {},
  falseFindingsPerWeek: FALSE_FINDINGS_PER_WEEK,
  auditor: null,
};

/** The settings that a store holds, with who wrote them and when. */
export const KeptSettings = z.object({
  values: VerdictSettings,
  source: z.enum(["deployment"]),
  at: z.int(),
  by: z.string(),
});
export type KeptSettings = z.infer<typeof KeptSettings>;

/** Where a value comes from, the one that wins first. */
export type SettingSource = "override" | "deployment" | "config file" | "default";

export type ResolvedSetting = {
  readonly value: unknown;
  readonly source: SettingSource;
  /** Who wrote it into the store, and when. */
  readonly at?: Instant;
  readonly by?: string;
};

export type ResolvedSettings = {
  readonly values: VerdictSettings;
  readonly from: Readonly<Record<SettingName, ResolvedSetting>>;
};

/** What a store holds wins over a configuration file, which is for stores that hold nothing. An override wins over all. */
export const resolveSettings = (
  kept: KeptSettings | undefined,
  file: Partial<VerdictSettings> = {},
  override: Partial<VerdictSettings> = {},
): ResolvedSettings => {
  const resolve = (name: SettingName): ResolvedSetting => {
    if (override[name] !== undefined) return { value: override[name], source: "override" };
    if (kept) return { value: kept.values[name], source: kept.source, at: kept.at, by: kept.by };
    if (file[name] !== undefined) return { value: file[name], source: "config file" };
    return { value: defaultSettings[name], source: "default" };
  };
  const from = Object.fromEntries(settingNames.map((name) => [name, resolve(name)])) as Record<
    SettingName,
    ResolvedSetting
  >;
  const values = Object.fromEntries(settingNames.map((name) => [name, from[name].value]));
  return { values: values as VerdictSettings, from };
};

/** The names of the overrides that say something else than what the store holds; none where it holds nothing. */
export const contradictions = (
  kept: KeptSettings | undefined,
  override: Partial<VerdictSettings>,
): readonly SettingName[] =>
  settingNames.filter(
    (name) =>
      kept !== undefined &&
      override[name] !== undefined &&
      !isDeepStrictEqual(override[name], kept.values[name]),
  );
