// Who may change the tags that policies decide by: worked out of the whole account, before policies are left out.
import { describe, expect, it } from "vitest";
import { exampleFacts } from "../../../lib/core/findings/example-facts.ts";
import { judgeWith } from "../../../lib/core/findings/judge.ts";
import { auditView } from "../../../lib/core/findings/view.ts";
import { type IamFacts, iamRows } from "../../../lib/core/iam/facts.ts";
import { keepRelevant } from "../../../lib/core/iam/keep-relevant.ts";
import { tagConditions, withTaggers } from "../../../lib/core/iam/tag-conditions.ts";
import { detectors } from "../../../lib/detectors/index.ts";
import { awsCallsOf } from "../../support/aws-cli.ts";
import { allow, deny, everybody, iamFacts, policy, roleArn, userArn } from "../../support/iam-facts.ts";

const { cluster } = exampleFacts({});
const byTag = allow({
  Action: "dsql:DbConnect",
  Condition: { StringEquals: { "aws:ResourceTag/stage": "dev" } },
});
const roles = {
  job: { policies: [policy(byTag)] },
  deploy: { policies: [policy(allow({ Sid: "Tag", Action: "dsql:TagResource" }))] },
  office: {
    policies: [
      policy(allow({ Action: "dsql:Untag*", Condition: { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } } })),
    ],
  },
  held: { policies: [policy(allow({ Action: "dsql:TagResource" }), deny({ Action: "dsql:TagResource" }))] },
  boss: { policies: [policy(allow())] },
  lost: { attached: ["arn:aws:iam::aws:policy/NotInTheAnswer"] },
};
const facts = iamFacts({ roles, users: { kim: { policies: [policy(allow({ Action: "*" }))] } } }, cluster);
const taggersIn = (given: IamFacts) => iamRows(given, "clusters").rows?.[0]?.taggers;

describe("withTaggers", () => {
  it("lists users and roles that may tag or untag, conditions or not, and counts those it cannot tell of", () => {
    expect(taggersIn(withTaggers(facts))).toEqual({
      arns: [roleArn("boss"), roleArn("deploy"), roleArn("office"), userArn("kim")],
      more: 0,
      unknown: 1,
    });
  });

  it("asks nothing where no policy decides by a tag, and knows nothing where roles were not read", () => {
    const plain = iamFacts({ roles: { deploy: roles.deploy } }, cluster);
    expect(taggersIn(withTaggers(plain))).toBeUndefined();
    const reason = { status: "unreadable", reason: "AccessDenied", code: "AccessDenied" } as const;
    expect(taggersIn(withTaggers({ ...facts, parts: { ...facts.parts, roles: reason } }))).toBeUndefined();
  });

  it("finds a tag in a variable and in the cluster's policy too", () => {
    const variable = allow({
      Action: "dsql:DbConnect",
      Condition: { StringEquals: { "aws:PrincipalTag/t": ["$", "{aws:ResourceTag/t}"].join("") } },
    });
    const given = iamFacts(
      {
        roles: { job: { policies: [policy(variable)] } },
        clusterPolicy: policy(
          deny({
            ...everybody,
            Sid: "Dev",
            Condition: { StringNotEquals: { "AWS:resourceTag/Stage": "dev" } },
          }),
        ),
      },
      cluster,
    );
    const [access] = iamRows(given, "clusters").rows ?? [];
    expect(access && tagConditions(given, access)).toEqual([
      { policy: "cluster policy", statement: "Dev", effect: "Deny", key: "AWS:resourceTag/Stage" },
      { policy: "p0", statement: "statement 1", effect: "Allow", key: "aws:ResourceTag/t" },
    ]);
  });
});

describe("tag-based-access", () => {
  const judge = (given: IamFacts) => {
    const kept = keepRelevant(withTaggers(given), [cluster]);
    const { observations } = judgeWith(detectors, {})(auditView(exampleFacts({ iam: kept })));
    return observations.filter(({ detector }) => detector === "tag-based-access");
  };

  it("names who gains by tagging, and prints commands after which nobody does", () => {
    const [found] = judge(facts);
    expect(found).toMatchObject({ severity: "medium" });
    expect(found?.title).toContain("deploy and office may change them");
    const calls = awsCallsOf(found?.fix ?? "");
    expect(calls.map(({ options }) => options["role-name"])).toEqual(["deploy", "office"]);
    const after = Object.entries(roles).map(([name, one]) => {
      const put = calls.filter(({ options }) => options["role-name"] === name);
      const policies = "policies" in one ? one.policies : [];
      return [
        name,
        { ...one, policies: [...policies, ...put.map(({ options }) => options["policy-document"])] },
      ];
    });
    expect(judge(iamFacts({ roles: Object.fromEntries(after) }, cluster))).toMatchObject([
      { severity: "low" },
    ]);
  });
});
