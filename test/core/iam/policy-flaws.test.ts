// What cluster policies seem to do and do not: each rule fires for its flaw and is quiet for the policy that was meant.
import { describe, expect, it } from "vitest";
import { policyFlaws } from "../../../lib/core/iam/policy-flaws.ts";
import { allow, deny, everybody, IAM_CLUSTER, policy, roleArn } from "../../support/iam-facts.ts";

const both = ["dsql:DbConnect", "dsql:DbConnectAdmin"];
const no = (more: object): object => deny({ ...everybody, Action: both, ...more });
const vpcOnly = no({ Condition: { Null: { "aws:SourceVpc": "true" } } });
const badNetworks = no({ Condition: { IpAddress: { "aws:SourceIp": ["3.0.0.0/8", "203.0.113.0/24"] } } });
const oneSession = "arn:aws:sts::111122223333:assumed-role/app/job-1";
const kinds = (...statements: readonly unknown[]): string[] =>
  policyFlaws(JSON.stringify(policy(...statements)), IAM_CLUSTER).map(({ kind }) => kind);

describe("policyFlaws", () => {
  it.each<[string, readonly string[], readonly unknown[]]>([
    ["the documented VPC-only policy", [], [vpcOnly]],
    [
      "the same with an exception for roles",
      [],
      [
        no({
          Condition: {
            Null: { "aws:SourceVpc": "true" },
            StringNotEquals: { "aws:PrincipalArn": [roleArn("x")] },
          },
        }),
      ],
    ],
    ["one VPC only", [], [no({ Condition: { StringNotEquals: { "aws:SourceVpc": "vpc-1" } } })]],
    ["one endpoint only", [], [no({ Condition: { StringNotEquals: { "aws:SourceVpce": "vpce-1" } } })]],
    [
      "addresses of an office only",
      [],
      [no({ Condition: { NotIpAddress: { "aws:SourceIp": "192.0.2.0/24" } } })],
    ],
    [
      "VPC or an office",
      [],
      [
        no({
          Condition: { Null: { "aws:SourceVpc": "true" }, NotIpAddress: { "aws:SourceIp": "192.0.2.0/24" } },
        }),
      ],
    ],
    ...["203.0.113.0/24", "198.51.100.0/24", "2001:db8::/32", "3.0.0.0/8"].map(
      (range): [string, readonly string[], readonly unknown[]] => [
        `${range} only, whichever network that is`,
        [],
        [no({ Condition: { NotIpAddress: { "aws:SourceIp": range } } })],
      ],
    ),
    [
      "both halves of the internet",
      ["public"],
      [no({ Condition: { NotIpAddress: { "aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"] } } })],
    ],
    [
      "every network of the internet by its name",
      ["public"],
      [
        no({
          Condition: {
            NotIpAddress: { "aws:SourceIp": Array.from({ length: 256 }, (_, first) => `${first}.0.0.0/8`) },
          },
        }),
      ],
    ],
    ["a Deny for networks that are known as bad", ["public"], [badNetworks]],
    ["a Deny for one deleted role", ["public"], [no({ Principal: { AWS: "AROAEXAMPLE" } })]],
    [
      "a Deny for one session, and one for whom Google federated",
      ["public"],
      [no({ Principal: { AWS: oneSession } }), no({ Principal: { Federated: "accounts.google.com" } })],
    ],
    [
      "a key that is missing or not, and equal to something: it asks for the latter alone",
      ["public"],
      [
        no({
          Condition: {
            Null: { "aws:SourceVpc": ["true", "false"] },
            StringEquals: { "aws:SourceVpc": "vpc-1" },
          },
        }),
      ],
    ],
    ["nobody at all", [], [no({})]],
    [
      "two statements, one for each action",
      [],
      [deny({ ...vpcOnly, Action: "dsql:DbConnect" }), deny({ ...vpcOnly, Action: "dsql:DbConnectAdmin" })],
    ],
    [
      "two statements, of which one names the cluster and the other any",
      [],
      [
        deny({ ...vpcOnly, Action: "dsql:DbConnect", Resource: IAM_CLUSTER }),
        deny({ ...vpcOnly, Action: "dsql:DbConnectAdmin", Resource: "*" }),
      ],
    ],
    [
      "a Deny for one role, and admin for nobody",
      ["public"],
      [
        no({ Action: "dsql:DbConnect", Principal: { AWS: roleArn("x") } }),
        no({ Action: "dsql:DbConnectAdmin" }),
      ],
    ],
    [
      "a Deny whose like for admin asks for another set of values",
      ["public", "misses-admin", "misses-connect"],
      [
        no({
          Action: "dsql:DbConnect",
          Condition: { "ForAllValues:StringNotLike": { "aws:PrincipalOrgPaths": "o-1/*" } },
        }),
        no({
          Action: "dsql:DbConnectAdmin",
          Condition: { "ForAnyValue:StringNotLike": { "aws:PrincipalOrgPaths": "o-1/*" } },
        }),
      ],
    ],
    [
      "a Deny whose like for admin says IfExists, which is the same",
      [],
      [
        no({ Action: "dsql:DbConnect", Condition: { StringNotEquals: { "aws:SourceVpc": "vpc-1" } } }),
        no({
          Action: "dsql:DbConnectAdmin",
          Condition: { StringNotEqualsIfExists: { "aws:SourceVpc": "vpc-1" } },
        }),
      ],
    ],
    [
      "an Allow for one's own account beside the Deny",
      [],
      [vpcOnly, allow({ Principal: { AWS: roleArn("x") } })],
    ],
    [
      "every address",
      ["public"],
      [no({ Condition: { NotIpAddress: { "aws:SourceIp": ["0.0.0.0/0", "::/0"] } } })],
    ],
    [
      "every IPv4 address",
      ["public"],
      [no({ Condition: { NotIpAddress: { "aws:SourceIp": ["0.0.0.0/0"] } } })],
    ],
    [
      "an organisation only, from anywhere",
      ["public"],
      [no({ Condition: { StringNotEquals: { "aws:PrincipalOrgID": "o-1" } } })],
    ],
    ["a Deny for one role", ["public"], [no({ Principal: { AWS: roleArn("x") } })]],
    ["no statement about connecting", ["public"], [deny({ ...everybody, Action: "dsql:DeleteCluster" })]],
    [
      "AWS's sample for an organisational unit: admin is left open",
      ["public", "misses-admin"],
      [
        no({
          Action: ["dsql:DbConnect"],
          Condition: { "ForAllValues:StringNotLike": { "aws:PrincipalOrgPaths": "o-1/r-1/ou-1/*" } },
        }),
      ],
    ],
    [
      "VPC-only for DbConnect alone",
      ["public", "misses-admin"],
      [deny({ ...vpcOnly, Action: "dsql:DbConnect" })],
    ],
    [
      "VPC-only for admin alone",
      ["public", "misses-connect"],
      [deny({ ...vpcOnly, Action: "dsql:DbConnectAdmin" })],
    ],
    ["admin for nobody is meant so", ["public"], [no({ Action: "dsql:DbConnectAdmin" })]],
    [
      "AWS's multi-Region sample: two tests on the VPC are ANDed",
      ["anded-conditions"],
      [
        no({
          Condition: { Null: { "aws:SourceVpc": "true" }, StringNotEquals: { "aws:SourceVpc": "vpc-1" } },
        }),
      ],
    ],
    [
      "AWS's multi-Region sample, other half: an Allow that denies nothing",
      ["public", "allow-restricts-nothing"],
      [allow({ ...everybody, Action: both, Condition: { StringEquals: { "aws:SourceVpc": "vpc-1" } } })],
    ],
    [
      "AWS's sample for an organisation: cluster:NAME is no cluster",
      ["public", "other-cluster"],
      [
        no({
          Resource: "arn:aws:dsql:us-east-1:111122223333:cluster:mycluster",
          Condition: { Null: { "aws:SourceVpc": "true" } },
        }),
      ],
    ],
    [
      "a Deny that no request can meet",
      ["public", "never-applies"],
      [no({ Condition: { Null: { "aws:SourceVpc": "true" }, StringEquals: { "aws:SourceVpc": "vpc-1" } } })],
    ],
    [
      "a misspelt statement: nothing certain is said of the internet",
      ["not-understood"],
      [no({ Conditions: {} })],
    ],
  ])("%s: %j", (_, expected, statements) => {
    expect(kinds(...statements)).toEqual(expected);
  });

  it("names the statement, by Sid or number", () => {
    const flaws = policyFlaws(
      JSON.stringify(
        policy(vpcOnly, deny({ ...vpcOnly, Condition: {}, Action: "dsql:DbConnect", Sid: "Half" })),
      ),
      IAM_CLUSTER,
    );
    expect(flaws).toMatchObject([{ kind: "misses-admin", statement: "Half" }]);
    const [flaw] = policyFlaws(
      JSON.stringify(
        policy(
          no({
            Condition: { Null: { "aws:SourceVpc": "true" }, StringNotEquals: { "aws:SourceVpc": "vpc-1" } },
          }),
        ),
      ),
      IAM_CLUSTER,
    );
    expect(flaw).toEqual({
      kind: "anded-conditions",
      statement: "statement 1",
      at: 0,
      says: "It denies only where aws:SourceVpc is absent and aws:SourceVpc is not vpc-1 (or absent): both must hold, so that any value of aws:SourceVpc passes. Where either was meant, write two statements.",
    });
  });

  it("says of a text that is no policy that it is not understood", () => {
    expect(policyFlaws("{", IAM_CLUSTER)).toMatchObject([{ kind: "not-understood", statement: null }]);
  });
});
