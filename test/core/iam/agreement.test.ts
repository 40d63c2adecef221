// The evaluator against a second one that was written apart from it, over random policies: where everything is known they say
// the same, and what ours says of a request of which little is known holds for every such request.
import { describe, expect, it } from "vitest";
import { whoMay } from "../../../lib/core/iam/who-may.ts";
import { IAM_CLUSTER, iamFacts } from "../../support/iam-facts.ts";
import { completions, randomScene, type Scene } from "./random-policies.ts";
import { hasTwoReadings, isAllowed } from "./reference-evaluator.ts";

const SCENES = Number(process.env.IAM_SCENES ?? 4_000);

const verdictOf = (scene: Scene, who: string, known: Scene["requestContext"]) => {
  const context = new Map(Object.entries(known).map(([key, values]) => [key.toLowerCase(), values]));
  return whoMay({ facts: iamFacts(scene.given), cluster: IAM_CLUSTER, context }).verdictOf(who, scene.action);
};

/** By both readings of what AWS does not document. */
const outcomesOf = (scene: Scene, context: Scene["requestContext"]): boolean[] =>
  (["counts", "is invalid"] as const).map((reading) =>
    isAllowed(scene.request(context), scene.policies, reading),
  );

describe("the evaluator and the reference", () => {
  it(`agree on ${SCENES} random requests of which everything is known`, () => {
    const said = { allowed: 0, denied: 0, unknown: 0 };
    for (let seed = 1; seed <= SCENES; seed++) {
      const scene = randomScene(seed);
      const { verdict } = verdictOf(scene, scene.who, scene.requestContext);
      const [one, other] = outcomesOf(scene, scene.requestContext);
      const isOpen =
        one !== other ||
        (verdict === "unknown" && hasTwoReadings(scene.request(scene.requestContext), scene.policies));
      const expected = isOpen ? "unknown" : one ? "allowed" : "denied";
      if (verdict !== expected)
        expect({ seed, verdict, policies: scene.policies }).toEqual({
          seed,
          verdict: expected,
          policies: scene.policies,
        });
      said[expected] += 1;
    }
    // Of both kinds many, or nothing was compared.
    expect(Math.min(said.allowed, said.denied)).toBeGreaterThan(SCENES / 10);
    expect(said.unknown).toBeGreaterThan(0);
    expect(said.unknown).toBeLessThan(SCENES / 20);
  }, 60_000);

  it(`agree on ${SCENES} random principals whose requests are not known`, () => {
    const said = { allowed: 0, denied: 0, conditional: 0, unknown: 0, both: 0 };
    for (let seed = 1; seed <= SCENES; seed++) {
      const scene = randomScene(seed);
      const keys = Object.keys(scene.requestContext);
      const known = Object.fromEntries(
        keys.slice(0, seed % 4).map((key) => [key, scene.requestContext[key] ?? null]),
      );
      const { verdict, conditions } = verdictOf(scene, scene.identity, known);
      said[verdict] += 1;
      const outcomes = new Set(
        completions(scene, known, 12, seed).flatMap((context) => outcomesOf(scene, context)),
      );
      if (verdict === "allowed" || verdict === "denied") {
        const wrong = outcomes.has(verdict === "denied");
        if (wrong) expect({ seed, verdict, known, policies: scene.policies }).toBeUndefined();
      } else if (verdict === "unknown")
        expect(
          completions(scene, known, 12, seed).some((context) =>
            hasTwoReadings(scene.request(context), scene.policies),
          ),
          `seed ${seed}`,
        ).toBe(true);
      else expect(conditions.length, `seed ${seed}`).toBeGreaterThan(0);
      if (outcomes.size === 2) said.both += 1;
    }
    expect(Math.min(said.allowed, said.denied, said.conditional, said.both)).toBeGreaterThan(SCENES / 20);
  }, 120_000);
});
