// An identity that was made again stands there since IAM made it, and not only since a snapshot showed it.
import { expect, it } from "vitest";
import { daysAgo } from "../../lib/core/findings/example-facts.ts";
import { judgeWith } from "../../lib/core/findings/judge.ts";
import { auditView } from "../../lib/core/findings/view.ts";
import { cases, reboundRole } from "../../lib/detectors/dormant/rebound-role.ts";

it("a mapping to an identity that was made again is told since that was made", () => {
  const [fires] = cases();
  if (!fires) throw new Error("it has no cases");
  const [found] = judgeWith([reboundRole])(auditView(fires.facts)).observations;
  expect(found?.firstSeenAt).toBe(daysAgo(20));
  expect(found?.lastSeenAt).toBeGreaterThan(daysAgo(2));
});
