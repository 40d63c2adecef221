// Which exemptions stood at a past moment.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Act } from "../../../lib/core/findings/act.ts";
import { type Exemption, exemptionOf } from "../../../lib/core/findings/exemption.ts";
import { exemptionsAt } from "../../../lib/core/findings/exemptions-at.ts";
import { exemptionKeys } from "../../../lib/core/findings/finding-id.ts";
import { cluster } from "../../support/catalogs.ts";
import { findingOf } from "../../support/query-world.ts";

const findings = ["a", "b", "c"].map((id) =>
  findingOf(id, { detector: "grant-option", category: "over-privileged", subject: { role: id, facet: "f" } }),
);
const byId = new Map(findings.map((finding) => [finding.id, finding]));
const LONG = 10_000;

/** What people do, in the order of time: at each step one finding is exempted or its exemption withdrawn. */
type Step = { readonly id: string; readonly kind: "exempt" | "unexempt" };
const lives = (steps: readonly Step[], recordedFrom: number) => {
  const standing = new Map<string, Exemption>();
  const acts: Act[] = [];
  const truth: string[][] = [[]];
  for (const [i, { id, kind }] of steps.entries()) {
    const at = i + 1;
    const finding = byId.get(id);
    if (!finding) throw new Error(id);
    const terms = { owner: `o${at}`, reason: "r", until: at + LONG };
    if (at >= recordedFrom)
      acts.push({ cluster, at, kind, finding: id, by: "p", via: "api", ...(kind === "exempt" && terms) });
    if (kind === "exempt") {
      const one = exemptionOf(finding, { ...terms, by: "p" }, at);
      standing.set(one.key, one);
    } else for (const key of exemptionKeys(finding)) standing.delete(key);
    truth.push([...standing.values()].map(({ key, owner }) => `${key} ${owner}`).sort());
  }
  return { kept: [...standing.values()], acts, truth };
};
const steps = fc.array(
  fc.record({
    id: fc.constantFrom("a", "b", "c"),
    kind: fc.constantFrom("exempt" as const, "unexempt" as const),
  }),
  { maxLength: 12 },
);
const told = (all: readonly Exemption[]): string[] => all.map(({ key, owner }) => `${key} ${owner}`).sort();

describe("exemptions of a past moment", () => {
  it("are all told where every act was recorded", () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const { kept, acts, truth } = lives(taken, 0);
        for (const [at, wanted] of truth.entries()) {
          const found = exemptionsAt(kept, acts, findings, at);
          expect(told(found.exemptions)).toEqual(wanted);
          expect(found.untold).toBeLessThanOrEqual(3);
        }
        expect(exemptionsAt(kept, acts, findings, taken.length).untold).toBe(0);
      }),
    );
  });

  it("are never made up where some acts were not recorded", () => {
    fc.assert(
      fc.property(steps, fc.nat({ max: 12 }), (taken, recordedFrom) => {
        const { kept, acts, truth } = lives(taken, recordedFrom);
        for (const [at, wanted] of truth.entries())
          for (const one of told(exemptionsAt(kept, acts, findings, at).exemptions))
            expect(wanted).toContain(one);
      }),
    );
  });

  it("of which only the end is recorded are counted", () => {
    const act: Act = { cluster, at: 50, kind: "unexempt", finding: "a", by: "p", via: "api" };
    expect(exemptionsAt([], [act], findings, 10)).toEqual({ exemptions: [], untold: 1 });
    expect(exemptionsAt([], [act], findings, 60)).toEqual({ exemptions: [], untold: 0 });
  });
});
