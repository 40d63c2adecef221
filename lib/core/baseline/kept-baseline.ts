// A baseline as it was published for a cluster, and what a judgement takes from it beside the access.
import type { Instant } from "../base/time.ts";
import type { Archetype } from "../privileges/archetype.ts";
import type { Baseline } from "./baseline.ts";

export type KeptBaseline = {
  /** 1 for the first that was published for the cluster, then one more each time. */
  readonly version: number;
  readonly at: Instant;
  readonly by: string;
  readonly baseline: Baseline;
};

/** What roles are declared to be for, by role name. */
export const declaredArchetypes = (baseline: Baseline): Readonly<Record<string, Archetype>> =>
  Object.fromEntries(
    baseline.components.flatMap(({ role, archetype }) =>
      archetype === undefined ? [] : [[role, archetype]],
    ),
  );

/** Options of detectors for one cluster, by detector id; what names the cluster wins over what does not. */
export const declaredOptions = (
  { detectors = [] }: Baseline,
  cluster: string,
): Readonly<Record<string, Readonly<Record<string, unknown>>>> => {
  const found = new Map<string, Record<string, unknown>>();
  const general = detectors.filter((one) => one.cluster === undefined);
  for (const { detector, options } of [...general, ...detectors.filter((one) => one.cluster === cluster)])
    found.set(detector, { ...found.get(detector), ...options });
  return Object.fromEntries(found);
};
