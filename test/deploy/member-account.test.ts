// What a member account gives: one role for two functions of the auditor, that may do there what they do in their own account;
// and events that the auditor's bus takes.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { roles } from "../../deploy/roles.ts";
import { rules } from "../../deploy/rules.ts";
import { auditorIn } from "../../lib/core/base/auditor-in.ts";
import { Cluster, Principal } from "../../lib/core/base/ids.ts";
import { iamReads } from "../../lib/iam/auditor-policy.ts";
import { filled, policiesOf, root } from "./stack.ts";

const { Resources, Outputs } = parse(readFileSync(join(root, "deploy/member-account.yml"), "utf8"));
const STACK = "dsql-access-auditor-prod";
const values = {
  ...{ "AWS::Partition": "aws-us-gov", "AWS::AccountId": "444455556666", "AWS::Region": "us-gov-west-1" },
  ...{ AuditorAccount: "111122223333", AuditorRegion: "us-gov-east-1", AuditorStack: STACK },
};
const own = {
  ...{ "AWS::Partition": "aws-us-gov", "AWS::AccountId": "111122223333", "AWS::Region": "us-gov-east-1" },
  ...{ "AWS::StackName": STACK, MemberAccounts: "444455556666" },
};
const role = Resources.MemberRole.Properties;
const ownArn = (fn: string): string =>
  `arn:aws-us-gov:iam::111122223333:role/${String(filled(roles[`${fn}Role`]?.Properties.RoleName, own))}`;

type Statement = {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
};
const statements: Statement[] = role.Policies.flatMap(
  (policy: { PolicyDocument: { Statement: Statement[] } }) => policy.PolicyDocument.Statement,
);

describe("the role of a member account", () => {
  it("has the name by which the auditor knows its own logins there", () => {
    const cluster = Cluster.parse("arn:aws-us-gov:dsql:us-gov-west-1:444455556666:cluster/abc");
    const arn = `arn:aws-us-gov:iam::444455556666:role/${filled(role.RoleName, values)}`;
    expect(auditorIn(Principal.parse(ownArn("Snapshot")), cluster)).toBe(arn);
    expect(Object.keys(Outputs)).toEqual(["MemberRoleArn"]);
  });

  it("is for the auditor's functions plan and snapshot, and nobody else of that account", () => {
    const [trust, ...more] = role.AssumeRolePolicyDocument.Statement;
    expect(more).toEqual([]);
    expect(filled(trust, values)).toEqual({
      ...{ Effect: "Allow", Action: "sts:AssumeRole" },
      Principal: { AWS: "arn:aws-us-gov:iam::111122223333:root" },
      Condition: { ArnEquals: { "aws:PrincipalArn": [ownArn("Plan"), ownArn("Snapshot")] } },
    });
  });

  it("may do what the functions do in their own account, and connect as admin never", () => {
    const allowed = statements.filter(({ Effect }) => Effect === "Allow").flatMap(({ Action }) => Action);
    const needed = ["dsql:ListClusters", "dsql:DbConnect", ...Object.values(iamReads).flat()];
    expect(allowed.sort()).toEqual([...new Set(needed)].sort());
    expect(statements.filter(({ Effect }) => Effect === "Deny")).toMatchObject([
      { Action: "dsql:DbConnectAdmin", Resource: "*" },
    ]);
    const everything = statements.filter(({ Resource }) => Resource === "*").map(({ Sid }) => Sid);
    expect(everything).toEqual(["FindClusters", "ReadPolicies", "NeverAsAdmin"]);
    const named = statements
      .filter(({ Resource }) => Resource !== "*")
      .map(({ Resource }) => filled(Resource, values));
    expect(JSON.stringify(named)).not.toMatch(/111122223333|\$\{/);
  });

  it("is what the two functions may take in the accounts that the parameter names, and no other role", () => {
    const taking = ["FindMembersClusters", "ReadMembersClusters"].map((id) => roles[id]);
    for (const one of taking) {
      expect(one?.Condition).toBe("HasMembers");
      const [policy] = policiesOf<Statement>({ Policies: [one?.Properties] });
      expect(filled(policy?.PolicyDocument.Statement, own)).toMatchObject([
        {
          ...{ Effect: "Allow", Action: ["sts:AssumeRole"] },
          Resource: [`arn:aws-us-gov:iam::*:role/${filled(role.RoleName, values)}`],
        },
      ]);
      expect(JSON.stringify(policy)).toContain(
        '"aws:ResourceAccount":{"Fn::Split":[",",{"Ref":"MemberAccounts"}]}',
      );
    }
  });
});

it("lets member accounts hand over what AWS says there, and nothing that they could say themselves", () => {
  expect(rules.MemberEvents).toMatchObject({
    ...{ Type: "AWS::Events::EventBusPolicy", Condition: "HasMembers" },
    Properties: {
      Statement: {
        Principal: { AWS: { "Fn::Split": [",", { Ref: "MemberAccounts" }] } },
        Action: "events:PutEvents",
        Condition: { StringEquals: { "events:source": ["aws.dsql", "aws.iam", "aws.cloudtrail"] } },
      },
    },
  });
  const statement = (rules.MemberEvents?.Properties.Statement ?? {}) as { Resource: unknown };
  expect(filled(statement.Resource, own)).toBe(
    "arn:aws-us-gov:events:us-gov-east-1:111122223333:event-bus/default",
  );
});
