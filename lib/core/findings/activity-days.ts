// How far back a judgement has to know who connected: most detectors ask for the newest uses alone, which are kept apart.
import type { Baseline } from "../baseline/baseline.ts";
import type { Detector } from "./detector.ts";
import type { DetectorOptions } from "./judge.ts";

/** In days before the judgement; 0: what came since the last look is enough. Options that do not parse are for who judges to tell. */
export const activityDays = (
  detectors: readonly Detector[],
  options: DetectorOptions,
  baseline: Baseline | undefined,
): number =>
  Math.max(
    0,
    ...detectors.map((detector) => {
      const own = detector.activityDays && detector.options.safeParse(options[detector.id] ?? {});
      return own?.success ? (detector.activityDays?.(own.data, baseline) ?? 0) : 0;
    }),
  );
