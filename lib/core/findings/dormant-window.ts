// The window that verdicts on mappings look at, set once for every detector that speaks of it.
import { mappingDetectors } from "./family.ts";
import type { DetectorOptions } from "./judge.ts";

/** Their option `days` is one window: a mapping that one calls dormant the other must not call unknown. */
const windowed = [...mappingDetectors, "capture-gap", "dormant-role"];

export const DORMANT_DAYS = 90;

/** The options of all of them for a window of `days`; what `own` says of a detector wins. */
export const windowOptions = (days: number, own: DetectorOptions = {}): DetectorOptions => ({
  ...Object.fromEntries(windowed.map((id) => [id, { days }])),
  ...own,
});
