// What a judgement takes from a published baseline beside the access: options of detectors, and archetypes.
import { expect, it } from "vitest";
import type { Baseline } from "../../../lib/core/baseline/baseline.ts";
import { declaredArchetypes, declaredOptions } from "../../../lib/core/baseline/kept-baseline.ts";
import { withDeclaredOptions } from "../../../lib/core/findings/baseline-options.ts";
import { exampleFacts } from "../../../lib/core/findings/example-facts.ts";
import { auditView } from "../../../lib/core/findings/view.ts";
import { detectors } from "../../../lib/detectors/index.ts";

const baseline: Baseline = {
  version: 1,
  components: [
    { name: "a", role: "reporting_rw", archetype: "read-only" },
    { name: "b", role: "__proto__", archetype: "owner" },
  ],
  detectors: [
    { detector: "baseline-drift", cluster: "here", options: { breakGlassDays: 3 } },
    { detector: "baseline-drift", options: { breakGlassDays: 30 } },
    { detector: "unheard-of", options: {} },
    { detector: "dormant-mapping", options: { days: "many" } },
  ],
};

it("options for the cluster win over those for all", () => {
  expect(declaredOptions(baseline, "here")["baseline-drift"]).toEqual({ breakGlassDays: 3 });
  expect(declaredOptions(baseline, "there")["baseline-drift"]).toEqual({ breakGlassDays: 30 });
});

it("the deployment wins, and what no detector takes stops nothing", () => {
  expect(withDeclaredOptions(detectors, baseline, "here", {})).toEqual({
    "baseline-drift": { breakGlassDays: 3 },
  });
  const given = { "baseline-drift": { breakGlassDays: 7 } };
  expect(withDeclaredOptions(detectors, baseline, "here", given)).toEqual(given);
});

it("a declared archetype wins over the name", () => {
  expect(Object.entries(declaredArchetypes(baseline))).toEqual([
    ["reporting_rw", "read-only"],
    ["__proto__", "owner"],
  ]);
  const { archetypeOf } = auditView(exampleFacts({ baseline })).privileges;
  expect(archetypeOf("reporting_rw")).toMatchObject({ archetype: "read-only", because: "declared" });
});
