// A plan for a cluster's policy: it says what was meant, lets nobody in anew, and can be taken back.
import { describe, expect, it } from "vitest";
import { Baseline } from "../../../lib/core/baseline/baseline.ts";
import { EXAMPLE_CLUSTER, exampleArn, exampleFacts } from "../../../lib/core/findings/example-facts.ts";
import { denying, exampleCluster, exampleIam, exampleRole } from "../../../lib/core/findings/example-iam.ts";
import type { Observation } from "../../../lib/core/findings/finding.ts";
import { judgeWith } from "../../../lib/core/findings/judge.ts";
import { auditView } from "../../../lib/core/findings/view.ts";
import type { IamFacts } from "../../../lib/core/iam/facts.ts";
import { whoMay } from "../../../lib/core/iam/who-may.ts";
import { iamPlan } from "../../../lib/core/remediation/iam/iam-plan.ts";
import { proveInIam } from "../../../lib/core/remediation/proof.ts";
import { detectors } from "../../../lib/detectors/index.ts";
import { inIam } from "../../../lib/queries/plan-iam.ts";
import { awsCallsOf } from "../../support/aws-cli.ts";
import { catalog } from "../../support/catalogs.ts";
import { IAM_CLUSTER, iamFacts } from "../../support/iam-facts.ts";
import { completions, randomScene } from "../iam/random-policies.ts";
import { isAllowed } from "../iam/reference-evaluator.ts";

const both = ["dsql:DbConnect", "dsql:DbConnectAdmin"];
const vpcOnly = { Null: { "aws:SourceVpc": "true" } };
const AUDITOR = exampleArn("Auditor");
const roles = [
  exampleRole("App", "dsql:DbConnect"),
  exampleRole("Dba", "dsql:*"),
  exampleRole("Auditor", "dsql:DbConnect"),
];
const iamWith = (document?: string): IamFacts =>
  exampleIam({ roles, clusters: [exampleCluster(EXAMPLE_CLUSTER, document)] });

const judge = (iam: IamFacts): readonly Observation[] =>
  judgeWith(detectors, {})(auditView(exampleFacts({ iam }))).observations;
const idsIn = (iam: IamFacts | undefined): ReadonlySet<string> =>
  new Set(iam ? judge(iam).map(({ id }) => id) : []);

const networks = (...own: (readonly string[])[]): Baseline =>
  Baseline.parse({
    version: 1,
    components: own.map((one, n) => ({
      name: `part ${n}`,
      role: `app_${n}`,
      principals: [{ arn: exampleArn(`App${n}`) }],
      networks: one,
    })),
  });
const planned = (iam: IamFacts, detector: string, baseline: Baseline | null = null) => {
  const found = judge(iam).filter((one) => one.detector === detector);
  expect(found).toHaveLength(1);
  const own = { ...catalog({}), cluster: EXAMPLE_CLUSTER, iam };
  const { plan } = inIam(own, found, { auditor: AUDITOR, baseline });
  const proof = proveInIam(
    plan,
    found.map(({ id }) => id),
    ({ iam: of }) => idsIn(of),
  );
  return { plan, proof };
};
/** Whom the facts after the plan let in, by name and action. */
const verdicts = (iam: IamFacts | undefined, name: string, context = new Map()) =>
  (["DbConnect", "DbConnectAdmin"] as const).map((action) =>
    iam
      ? whoMay({ facts: iam, cluster: EXAMPLE_CLUSTER, context }).verdictOf(exampleArn(name), action).verdict
      : "",
  );

describe("a plan for a policy that misses admin", () => {
  const document = denying(["dsql:DbConnect"], vpcOnly);

  it("puts the policy that was meant, expecting the version that was read, and the former one back", () => {
    const { plan } = planned(iamWith(document), "policy-misses-admin");
    expect(plan.steps).toHaveLength(1);
    const [call] = awsCallsOf(plan.steps[0]?.text ?? "");
    expect(call?.words).toEqual(["dsql", "put-cluster-policy"]);
    expect(call?.options["expected-policy-version"]).toBe("1");
    expect(JSON.parse(call?.options.policy ?? "")).toMatchObject({ Statement: [{ Action: both }] });
    expect(awsCallsOf(plan.inverse.join("\n"))[0]?.options.policy).toBe(document);
  });

  it("is proven: the finding is gone, and it is told who loses and who keeps", () => {
    const { proof } = planned(iamWith(document), "policy-misses-admin");
    expect(proof).toMatchObject({
      status: "proven",
      because: [],
      mayConnect: [
        { principal: exampleArn("Dba"), action: "DbConnectAdmin", from: "allowed", to: "conditional" },
      ],
    });
    // App, Dba and Auditor as a role, and the root user as both.
    expect(proof.how.join(" ")).toContain("5 ways in stay as before");
  });

  it("stays by hand where what was meant cannot be told", () => {
    const never = denying(both, { ...vpcOnly, StringEquals: { "aws:SourceVpc": "vpc-1" } });
    const { plan, proof } = planned(iamWith(never), "policy-misses-admin");
    expect(plan.steps).toMatchObject([{ byHand: true, text: expect.stringContaining("policy try") }]);
    expect(proof.status).toBe("not-proven");
  });
});

describe("a plan for a cluster that the internet reaches", () => {
  it("stays by hand while no networks are declared, and says why", () => {
    for (const [baseline, says] of [
      [null, "which networks to let in is not declared"],
      [networks(["vpce-0a1b"], []), "access.yml declares no networks for part 1"],
    ] as const) {
      const { plan, proof } = planned(iamWith(), "public-cluster", baseline);
      expect(plan.steps).toMatchObject([{ byHand: true, text: expect.stringContaining(says) }]);
      expect(proof.status).toBe("not-proven");
    }
  });

  it("lets in the declared networks and the auditor alone, and deletes the policy to take it back", () => {
    const { plan, proof } = planned(iamWith(), "public-cluster", networks(["vpce-0a1b"], ["192.0.2.0/24"]));
    expect(proof).toMatchObject({ status: "proven", because: [] });
    expect(plan.inverse).toEqual([expect.stringContaining("aws dsql delete-cluster-policy")]);
    const after = plan.expected?.iam;
    const from = (values: Record<string, readonly string[] | null>) => new Map(Object.entries(values));
    const outside = { "aws:sourcevpce": null, "aws:vpcsourceip": null, "aws:sourcevpc": null };
    const office = from({ ...outside, "aws:sourceip": ["192.0.2.7"] });
    const stranger = from({ ...outside, "aws:sourceip": ["198.51.100.7"] });
    const endpoint = from({ "aws:sourcevpce": ["vpce-0a1b"], "aws:sourceip": null });
    const other = from({ "aws:sourcevpce": ["vpce-0ffff"], "aws:sourceip": null });
    expect([office, endpoint].map((where) => verdicts(after, "Dba", where))).toEqual([
      ...[
        ["allowed", "allowed"],
        ["allowed", "allowed"],
      ],
    ]);
    expect([stranger, other].map((where) => verdicts(after, "Dba", where))).toEqual([
      ...[
        ["denied", "denied"],
        ["denied", "denied"],
      ],
    ]);
    expect(verdicts(after, "Auditor", stranger)).toEqual(["allowed", "denied"]);
  });

  it.each(["DeclaredNetworksOnly", "KeepTheInternetOut"])(
    "keeps what the policy denies already, also in a statement of the name %s",
    (Sid) => {
      const others = { StringNotEquals: { "aws:PrincipalOrgID": "o-1" } };
      const iam = iamWith(denying(both, others, { Sid }));
      const { plan, proof } = planned(iam, "public-cluster", networks(["vpce-0a1b"]));
      expect(proof).toMatchObject({ status: "proven", because: [] });
      const [call] = awsCallsOf(plan.steps[0]?.text ?? "");
      const { Statement } = JSON.parse(call?.options.policy ?? "");
      expect(Statement).toMatchObject([
        { Effect: "Deny", Condition: others },
        { Sid: "DeclaredNetworksOnly" },
      ]);
      expect(new Set(Statement.map((one: { Sid?: string }) => one.Sid)).size).toBe(2);
    },
  );

  it("mends what else the policy has, so that two findings make one policy", () => {
    const iam = iamWith(denying(["dsql:DbConnect"], { StringNotEquals: { "aws:PrincipalOrgID": "o-1" } }));
    const found = judge(iam).filter(({ detector }) =>
      /^(?:public-cluster|policy-misses-admin)$/.test(detector),
    );
    expect(found).toHaveLength(2);
    const { plan } = inIam({ ...catalog({}), cluster: EXAMPLE_CLUSTER, iam }, found, {
      ...{ auditor: AUDITOR, baseline: networks(["vpce-0a1b"]) },
    });
    const proof = proveInIam(
      plan,
      found.map(({ id }) => id),
      ({ iam: of }) => idsIn(of),
    );
    expect(proof).toMatchObject({ status: "proven", because: [] });
  });
});

const SCENES = 2_000;
it(`a plan for a policy that is proven lets no request in that was refused before, over ${SCENES} random policies`, () => {
  let proven = 0;
  for (let seed = 1; seed <= SCENES; seed++) {
    const scene = randomScene(seed);
    const iam = iamFacts(scene.given);
    const { plan } = iamPlan({ ...catalog({}), cluster: IAM_CLUSTER as never, iam }, [
      { wants: "mend-policy", cluster: IAM_CLUSTER, letIn: null },
    ]);
    if (!plan.steps.length || proveInIam(plan, [], () => new Set()).status !== "proven") continue;
    proven += 1;
    const { clusters } = plan.expected?.iam?.parts ?? {};
    const policy = clusters?.status === "read" ? clusters.rows[0]?.policy : undefined;
    const resource = policy?.status === "read" ? JSON.parse(policy.rows[0]?.document ?? "{}") : null;
    for (const context of completions(scene, {}, 12, seed)) {
      const request = scene.request(context);
      const [was, is] = [scene.policies, { ...scene.policies, resource }].map((one) =>
        isAllowed(request, one),
      );
      if (is && !was) expect({ seed, before: scene.policies.resource, after: resource }).toBeUndefined();
    }
  }
  expect(proven).toBeGreaterThan(SCENES / 50);
}, 60_000);
