// AWS's simulator beside the evaluator: what counts as the same, what as a difference, and what cannot be compared.
import { describe, expect, it } from "vitest";
import type { Simulated } from "../../../lib/core/iam/facts.ts";
import { compared } from "../../../lib/core/iam/opinion.ts";
import { opinionsOn, secondOpinion } from "../../../lib/core/iam/second-opinion.ts";
import { allow, deny, IAM_CLUSTER, iamFacts, policy, roleArn, userArn } from "../../support/iam-facts.ts";
import { randomScene } from "./random-policies.ts";
import { isAllowed } from "./reference-evaluator.ts";

const said = (decision: Simulated["decision"], ...missing: string[]): Simulated => ({
  ...{ decision, missing, inOrganization: null },
});

describe("the second opinion", () => {
  it.each([
    ["allowed", said("allowed"), "agrees"],
    ["denied", said("denied"), "agrees"],
    ["allowed", said("denied"), "differs"],
    ["denied", said("allowed"), "differs"],
    // A verdict that hangs on no key must be theirs too, whatever keys some other statement asks for.
    ["allowed", said("denied", "aws:SourceIp"), "differs"],
    ["conditional", said("denied", "aws:SourceIp"), "agrees"],
    ["conditional", said("allowed", "aws:SourceIp"), "agrees"],
    ["conditional", said("allowed"), "not-compared"],
    ["unknown", said("allowed"), "not-compared"],
  ] as const)("%s here and %o there: %s", (own, aws, state) => {
    expect(compared(own, aws).state).toBe(state);
  });

  it("compares nothing where the organisation refuses, and says so", () => {
    const found = compared("allowed", { ...said("denied"), inOrganization: false });
    expect(found).toMatchObject({ state: "not-compared", says: expect.stringContaining("SCP") });
    expect(compared("allowed", { ...said("denied"), inOrganization: true }).state).toBe("differs");
  });

  it("compares nothing with an answer about a request that there cannot be", () => {
    const found = compared("allowed", said("denied", "aws:CurrentTime"), ["aws:CurrentTime"]);
    expect(found).toMatchObject({ state: "not-compared", says: expect.stringContaining("aws:CurrentTime") });
  });

  const facts = iamFacts({
    roles: {
      app: { policies: [policy(allow({ Action: "dsql:DbConnect" }))], tags: [{ key: "team", value: "red" }] },
      ops: { policies: [policy(allow())] },
      vpc: { policies: [policy(allow({ Condition: { StringEquals: { "aws:SourceVpc": "vpc-1" } } }))] },
      none: {},
    },
    users: { ann: { policies: [policy(allow())], boundary: policy(deny()) } },
    // The cluster's policy has no say in it: the simulator is asked about identities alone.
    clusterPolicy: policy(deny({ Principal: "*" })),
  });
  const second = secondOpinion(facts, IAM_CLUSTER);

  it("is held against the identity's policies and boundary, without the cluster's", () => {
    const own = (arn: string) =>
      (["DbConnect", "DbConnectAdmin"] as const).map((action) => second.ownVerdict(arn, action));
    expect(own(roleArn("app"))).toEqual(["allowed", "denied"]);
    expect(own(roleArn("ops"))).toEqual(["allowed", "allowed"]);
    expect(own(roleArn("vpc"))).toEqual(["conditional", "conditional"]);
    expect(own(userArn("ann"))).toEqual(["denied", "denied"]);
    expect(own(roleArn("gone"))).toEqual([undefined, undefined]);
    expect(opinionsOn(second, roleArn("app"), new Map([["DbConnect", said("denied")]]))).toMatchObject([
      { action: "DbConnect", own: "allowed", state: "differs" },
      { action: "DbConnectAdmin", own: "denied", aws: null, state: "not-compared" },
    ]);
  });

  it("tells the simulator what is known, and leaves to it what the request decides", () => {
    const keys = ["aws:PrincipalArn", "aws:PrincipalTag/Team", "aws:username", "aws:SourceVpc", "aws:userid"];
    expect([...second.told(userArn("ann"), keys)]).toEqual([
      ["aws:PrincipalArn", [userArn("ann")]],
      ["aws:username", ["ann"]],
      ["aws:userid", ["AIDAANN"]],
    ]);
    expect([...second.told(roleArn("app"), keys)]).toEqual([
      ["aws:PrincipalArn", [roleArn("app")]],
      ["aws:PrincipalTag/Team", ["red"]],
    ]);
    expect(second.always(roleArn("app"), keys)).toEqual([
      ...["aws:PrincipalArn", "aws:PrincipalTag/Team", "aws:userid"],
    ]);
  });

  it("is asked about administrators and mapped identities in turns, and counts the rest", () => {
    const mapped = [roleArn("app"), roleArn("none"), roleArn("gone")];
    expect(second.sample(mapped, 3)).toEqual({
      principals: [roleArn("ops"), roleArn("app"), roleArn("vpc")],
      more: 1,
    });
    expect(second.sample([], 10)).toEqual({ principals: [roleArn("ops"), roleArn("vpc")], more: 0 });
  });

  const SCENES = 3_000;
  it(`never differs from a simulator that reads the same pages, over ${SCENES} random policies`, () => {
    const states = { agrees: 0, differs: 0, "not-compared": 0 };
    for (let seed = 1; seed <= SCENES; seed++) {
      const scene = randomScene(seed);
      const given = secondOpinion(iamFacts(scene.given), IAM_CLUSTER);
      const text = JSON.stringify([scene.policies.identity, scene.policies.boundary]);
      const keys = [...new Set(text.match(/(?:aws|dsql|x):[A-Za-z]+(?:\/[A-Za-z]+)?/gi) ?? [])];
      const told = new Set(given.told(scene.identity, keys).keys());
      const missing = keys.filter((key) => !told.has(key));
      // Asked about a role it is not told which session, so that nothing of a session is in the request.
      const whole = scene.request({});
      const known = [...whole.context].filter(
        ([key]) => ![...missing].some((one) => one.toLowerCase() === key),
      );
      const request = { ...whole, context: new Map(known) };
      const decision = isAllowed(request, { ...scene.policies, resource: null }) ? "allowed" : "denied";
      const [found] = opinionsOn(
        given,
        scene.identity,
        new Map([[scene.action, said(decision, ...missing)]]),
      ).filter(({ action }) => action === scene.action);
      const state = found?.state ?? "differs";
      if (state === "differs") expect({ seed, found, policies: scene.policies }).toBeUndefined();
      states[state] += 1;
    }
    expect(states.agrees).toBeGreaterThan(SCENES * 0.8);
  }, 60_000);
});
