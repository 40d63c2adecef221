// The rules of all signs of anomaly, as the registry has them, for whoever weighs signs without a whole evaluation.
import type { SignRule } from "../../lib/core/anomaly/sign-rule.ts";
import { rulesOf } from "../../lib/core/findings/detector.ts";
import { detectors } from "../../lib/detectors/index.ts";

export const signRules: readonly SignRule[] = detectors.flatMap(rulesOf);
