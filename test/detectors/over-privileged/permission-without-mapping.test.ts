// Who is left undecided because a mapping may name it: only whoever may connect.
import { expect, it } from "vitest";
import { exampleFacts } from "../../../lib/core/findings/example-facts.ts";
import { exampleIam, exampleRole } from "../../../lib/core/findings/example-iam.ts";
import { judgeWith } from "../../../lib/core/findings/judge.ts";
import { auditView } from "../../../lib/core/findings/view.ts";
import { permissionWithoutMapping } from "../../../lib/detectors/over-privileged/permission-without-mapping.ts";

it("is decided of who may not connect, whatever a mapping to a pattern may mean", () => {
  const world = { mappings: [{ to: "x", arn: "arn:aws:iam::111122223333:role/J*", role: "app_ro" }] };
  const facts = exampleFacts({
    ...world,
    iam: exampleIam({
      roles: [exampleRole("Job", "dsql:DbConnect"), exampleRole("Joiner"), exampleRole("Other")],
    }),
  });
  const { looks } = judgeWith([permissionWithoutMapping], {})(auditView(facts));
  expect(looks).toMatchObject([{ unjudged: [expect.any(String)] }]);
  const one = exampleFacts({ ...world, iam: exampleIam({ roles: [exampleRole("Job", "dsql:DbConnect")] }) });
  expect(judgeWith([permissionWithoutMapping], {})(auditView(one)).looks).toEqual(looks);
});
