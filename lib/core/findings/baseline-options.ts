// Options of detectors that a baseline declares, beneath those that a deployment sets.
import type { Baseline } from "../baseline/baseline.ts";
import { declaredOptions } from "../baseline/kept-baseline.ts";
import type { Detector } from "./detector.ts";
import type { DetectorOptions } from "./judge.ts";

/**
 * What to judge with: option by option the deployment wins. What a detector does not take is left out, for a baseline may
 * be older than the judge, and nothing in it stops a judgement.
 */
export const withDeclaredOptions = (
  detectors: readonly Detector[],
  baseline: Baseline | undefined,
  cluster: string,
  given: DetectorOptions,
): DetectorOptions => {
  if (!baseline) return given;
  const merged = Object.entries(declaredOptions(baseline, cluster)).flatMap(([id, declared]) => {
    const own = { ...declared, ...(given[id] as object | undefined) };
    const taken = detectors.find((detector) => detector.id === id)?.options.safeParse(own).success ?? false;
    return taken ? [[id, own] as const] : [];
  });
  return { ...given, ...Object.fromEntries(merged) };
};
