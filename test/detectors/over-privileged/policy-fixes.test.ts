// The printed commands of findings on policies: taken apart by a shell, done to the facts, and judged again.
import { describe, expect, it } from "vitest";
import { EXAMPLE_CLUSTER, exampleFacts } from "../../../lib/core/findings/example-facts.ts";
import { exampleCluster, exampleIam } from "../../../lib/core/findings/example-iam.ts";
import type { Observation } from "../../../lib/core/findings/finding.ts";
import { judgeWith } from "../../../lib/core/findings/judge.ts";
import { auditView } from "../../../lib/core/findings/view.ts";
import { detectors } from "../../../lib/detectors/index.ts";
import { awsCallsOf } from "../../support/aws-cli.ts";
import { allow, deny, everybody, policy, roleArn } from "../../support/iam-facts.ts";

const both = ["dsql:DbConnect", "dsql:DbConnectAdmin"];
const no = (more: object): object => deny({ ...everybody, Action: both, ...more });
const vpcOnly = { Null: { "aws:SourceVpc": "true" } };

type Id = "public-cluster" | "policy-misses-admin";
const judge = (id: Id, document: string | undefined): readonly Observation[] => {
  const facts = exampleFacts({
    iam: exampleIam({ clusters: [exampleCluster(EXAMPLE_CLUSTER, document)] }),
  });
  return judgeWith(detectors, {})(auditView(facts)).observations.filter(({ detector }) => detector === id);
};
const textOf = (...statements: readonly unknown[]): string => JSON.stringify(policy(...statements));

/** The document that the finding's command would put. */
const putBy = (id: Id, document: string | undefined): string => {
  const [found] = judge(id, document);
  const [call, ...more] = awsCallsOf(found?.fix ?? "");
  expect(more).toEqual([]);
  expect(call?.words).toEqual(["dsql", "put-cluster-policy"]);
  const { region, identifier, policy: put = "" } = call?.options ?? {};
  expect([region, identifier]).toEqual(["us-east-1", "abcdefghijklmnopqrstuvwxyz"]);
  expect(call?.options["expected-policy-version"]).toBe(document === undefined ? undefined : "1");
  return put;
};

describe("the command of public-cluster", () => {
  it.each<[string, string | undefined]>([
    ["no policy", undefined],
    [
      "a policy of an organisation",
      textOf(no({ Condition: { StringNotEquals: { "aws:PrincipalOrgID": "o" } } })),
    ],
    ["a half policy", textOf(no({ Action: "dsql:DbConnect", Condition: vpcOnly }))],
    [
      "a policy about something else",
      textOf(deny({ ...everybody, Action: "dsql:DeleteCluster", Sid: "It's" })),
    ],
  ])("keeps the internet out and leaves what is there: %s", (_, document) => {
    const put = putBy("public-cluster", document);
    expect(judge("public-cluster", put)).toEqual([]);
    expect(judge("policy-misses-admin", put)).toEqual([]);
    const before = document === undefined ? 0 : (JSON.parse(document) as { Statement: [] }).Statement.length;
    expect((JSON.parse(put) as { Statement: [] }).Statement.length).toBeGreaterThanOrEqual(before);
  });
});

describe("the command of policy-misses-admin", () => {
  const orgPaths = { "ForAllValues:StringNotLike": { "aws:PrincipalOrgPaths": "o-1/r-1/ou-1/*" } };
  it.each<[string, readonly unknown[]]>([
    ["a Deny of DbConnect alone", [no({ Action: ["dsql:DbConnect"], Condition: orgPaths })]],
    ["a Deny of admin alone", [no({ Action: "dsql:DbConnectAdmin", Condition: vpcOnly })]],
    [
      "a Deny of all but admin",
      [no({ Action: undefined, NotAction: "dsql:DbConnectAdmin", Condition: vpcOnly })],
    ],
    [
      "two tests on one key",
      [no({ Condition: { ...vpcOnly, StringNotEquals: { "AWS:sourcevpc": "vpc-1" } } })],
    ],
    [
      "an Allow that denies nothing",
      [allow({ ...everybody, Action: both, Condition: { StringEquals: { "aws:SourceVpc": "vpc-1" } } })],
    ],
    [
      "a cluster by its name",
      [no({ Resource: "arn:aws:dsql:us-east-1:111122223333:cluster:mycluster", Condition: vpcOnly })],
    ],
    [
      "several of them, beside a statement that is right",
      [
        no({
          Action: "dsql:DbConnect",
          Sid: "Half",
          Condition: { ...vpcOnly, StringNotEquals: { "aws:SourceVpc": "vpc-1" } },
        }),
        allow({ Principal: { AWS: roleArn("x") } }),
      ],
    ],
  ])("leaves a policy without faults: %s", (_, statements) => {
    expect(judge("policy-misses-admin", putBy("policy-misses-admin", textOf(...statements)))).toEqual([]);
  });

  it("is not printed where nobody can tell what was meant", () => {
    const twoWays = ["vpc-1", "vpc-2"].map((vpc) =>
      allow({ ...everybody, Action: both, Condition: { StringEquals: { "aws:SourceVpc": vpc } } }),
    );
    const never = no({ Condition: { ...vpcOnly, StringEquals: { "aws:SourceVpc": "vpc-1" } } });
    for (const document of [textOf(...twoWays), textOf(never)]) {
      const [found] = judge("policy-misses-admin", document);
      expect(found).toBeDefined();
      expect(found?.fix).toBeUndefined();
    }
  });

  it("lets whom the Allow named in under its conditions in, and nobody else", () => {
    const put = putBy(
      "policy-misses-admin",
      textOf(
        allow({ ...everybody, Action: both, Condition: { StringEquals: { "aws:SourceVpc": "vpc-1" } } }),
      ),
    );
    const { Statement } = JSON.parse(put) as { Statement: { Effect: string; Condition: unknown }[] };
    expect(Statement.map(({ Effect, Condition }) => [Effect, Condition])).toEqual([
      ["Allow", { StringEquals: { "aws:SourceVpc": "vpc-1" } }],
      ["Deny", { StringNotEquals: { "aws:SourceVpc": "vpc-1" } }],
    ]);
  });
});
