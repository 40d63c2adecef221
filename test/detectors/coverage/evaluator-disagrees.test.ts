// Why a difference of opinion is none any more: that policies are others is said where it is known.
import { expect, it } from "vitest";
import { exampleArn, exampleFacts } from "../../../lib/core/findings/example-facts.ts";
import { exampleIam, exampleRole } from "../../../lib/core/findings/example-iam.ts";
import { judgeWith } from "../../../lib/core/findings/judge.ts";
import { auditView } from "../../../lib/core/findings/view.ts";
import type { IamFacts } from "../../../lib/core/iam/facts.ts";
import { cases } from "../../../lib/detectors/coverage/evaluator-disagrees.ts";
import { detectors } from "../../../lib/detectors/index.ts";

const job = exampleArn("Job");
const [differs] = cases();
const opinions = differs?.facts.snapshot?.catalog.iam?.opinions;

const goneIn = (iam: IamFacts) => {
  const facts = exampleFacts({ iam });
  const { observations } = judgeWith(detectors, {})(auditView(differs?.facts ?? facts));
  const seen = observations.find(({ detector }) => detector === "evaluator-disagrees");
  if (!seen) throw new Error("it was never found");
  return judgeWith(detectors, {})(auditView(facts)).gone(seen as never);
};

it("says that the policies are no more where they are others, or the identity is gone", () => {
  const says = "The policies that the two read differently are no more.";
  const other = exampleIam({ roles: [exampleRole("Job", "dsql:*")] });
  expect(goneIn({ ...other, ...(opinions && { opinions }) })).toBe(says);
  expect(goneIn(exampleIam({ roles: [exampleRole("Other", "dsql:*")] }))).toBe(says);
});

it("says nothing of policies where what AWS answered about the identity was lost", () => {
  const same = exampleIam({ roles: [exampleRole("Job", "dsql:DbConnect")] });
  expect(goneIn(same)).toBeUndefined();
  expect(goneIn({ ...same, ...(opinions && { opinions: { ...opinions, identities: [] } }) })).toBeUndefined();
  expect(opinions?.identities.map(({ arn }) => arn)).toEqual([job]);
});
