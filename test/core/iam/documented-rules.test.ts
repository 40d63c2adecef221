// The rules of IAM as AWS documents them, one case each beside the page that says so.
import { describe, expect, it } from "vitest";
import type { ConnectAction } from "../../../lib/core/iam/may-connect.ts";
import { whoMay } from "../../../lib/core/iam/who-may.ts";
import {
  ACCOUNT,
  allow,
  deny,
  everybody,
  type FactsGiven,
  IAM_CLUSTER,
  iamFacts,
  policy,
  roleArn,
  userArn,
} from "../../support/iam-facts.ts";

type Case = readonly [
  rule: string,
  expected: "allowed" | "denied" | "conditional" | "unknown",
  given: FactsGiven,
  more?: {
    readonly who?: string;
    readonly action?: ConnectAction;
    readonly context?: Readonly<Record<string, string | readonly string[] | null>>;
  },
];

const verdict = ([, , given, { who = roleArn("app"), action = "DbConnect", context = {} } = {}]: Case) => {
  const known = new Map(
    Object.entries(context).map(([key, value]) => [
      key.toLowerCase(),
      value === null ? null : [value].flat(),
    ]),
  );
  return whoMay({ facts: iamFacts(given), cluster: IAM_CLUSTER, context: known }).verdictOf(who, action);
};

/** A role with these statements in one policy of its own. */
const role = (...statements: readonly unknown[]): FactsGiven => ({
  roles: { app: { policies: [policy(...statements)] } },
});
const when = (operator: string, key: string, values: unknown): object => ({
  Condition: { [operator]: { [key]: values } },
});
const ANN = { who: userArn("ann") };
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/app/job-1`;
const ROOT = `arn:aws:iam::${ACCOUNT}:root`;
const toRole = { Principal: { AWS: roleArn("app") } };

const pages: Readonly<Record<string, readonly Case[]>> = {
  "reference_policies_evaluation-logic_policy-eval-denyallow": [
    ["by default a request is denied", "denied", role()],
    ["an Allow of an identity-based policy lets in", "allowed", role(allow())],
    ["an explicit Deny outweighs an Allow", "denied", role(allow(), deny())],
    [
      "a Deny of the cluster policy outweighs an Allow",
      "denied",
      { ...role(allow()), clusterPolicy: policy(deny(everybody)) },
    ],
    [
      "a Deny of the boundary outweighs a direct Allow",
      "denied",
      { users: { ann: { boundary: policy(allow(), deny()) } }, clusterPolicy: policy(allow(everybody)) },
      ANN,
    ],
    [
      "an Allow for the role's ARN is enough",
      "allowed",
      { roles: { app: {} }, clusterPolicy: policy(allow(toRole)) },
    ],
    [
      "an Allow for the role's ARN is limited by the boundary",
      "denied",
      { roles: { app: { boundary: policy() } }, clusterPolicy: policy(allow(toRole)) },
    ],
    [
      "an Allow for the session's ARN is not limited by the boundary",
      "allowed",
      {
        roles: { app: { boundary: policy() } },
        clusterPolicy: policy(allow({ Principal: { AWS: SESSION } })),
      },
      { who: SESSION },
    ],
    [
      "an Allow for the session's ARN depends on the session's name",
      "conditional",
      { roles: { app: {} }, clusterPolicy: policy(allow({ Principal: { AWS: SESSION } })) },
    ],
    [
      "an Allow for another session does not",
      "denied",
      { roles: { app: {} }, clusterPolicy: policy(allow({ Principal: { AWS: SESSION } })) },
      { who: `${SESSION}0` },
    ],
    [
      "an Allow for the user's ARN is not limited by the boundary",
      "allowed",
      {
        users: { ann: { boundary: policy() } },
        clusterPolicy: policy(allow({ Principal: { AWS: userArn("ann") } })),
      },
      ANN,
    ],
    [
      "a Deny for the role's ARN means its sessions",
      "denied",
      { ...role(allow()), clusterPolicy: policy(deny(toRole)) },
      { who: SESSION },
    ],
  ],
  access_policies_boundaries: [
    ["a boundary grants nothing by itself", "denied", { roles: { app: { boundary: policy(allow()) } } }],
    [
      "a boundary limits what policies grant",
      "denied",
      { roles: { app: { policies: [policy(allow())], boundary: policy(allow({ Action: "s3:*" })) } } },
    ],
    [
      "what both allow is allowed",
      "allowed",
      { roles: { app: { policies: [policy(allow())], boundary: policy(allow()) } } },
    ],
    [
      "a boundary whose text was not read is not known",
      "unknown",
      { roles: { app: { policies: [policy(allow())], boundary: "{" } } },
    ],
  ],
  "reference_policies_evaluation-logic-cross-account": [
    [
      "who is not let in by the cluster policy is denied",
      "denied",
      role(),
      { who: "arn:aws:iam::999988887777:role/x" },
    ],
    [
      "who is let in by it needs the other account too, which is not read",
      "unknown",
      { clusterPolicy: policy(allow({ Principal: { AWS: "999988887777" } })) },
      { who: "arn:aws:iam::999988887777:role/x" },
    ],
    [
      "who is denied by it is denied",
      "denied",
      { clusterPolicy: policy(allow(everybody), deny({ Principal: { AWS: "999988887777" } })) },
      { who: "arn:aws:iam::999988887777:role/x" },
    ],
  ],
  "dsql resource-based-policies": [
    ["the root user keeps full access", "allowed", { clusterPolicy: policy(deny(everybody)) }, { who: ROOT }],
    ["without a policy IAM alone decides", "allowed", role(allow({ Action: "dsql:DbConnect" }))],
    [
      "VPC-only: what is open is whether it comes from a VPC",
      "conditional",
      {
        ...role(allow()),
        clusterPolicy: policy(deny({ ...everybody, ...when("Null", "aws:SourceVpc", "true") })),
      },
    ],
    [
      "VPC-only: from the internet it is denied",
      "denied",
      {
        ...role(allow()),
        clusterPolicy: policy(deny({ ...everybody, ...when("Null", "aws:SourceVpc", "true") })),
      },
      { context: { "aws:SourceVpc": null } },
    ],
    [
      "VPC-only: from a VPC it is allowed",
      "allowed",
      {
        ...role(allow()),
        clusterPolicy: policy(deny({ ...everybody, ...when("Null", "aws:SourceVpc", "true") })),
      },
      { context: { "aws:SourceVpc": "vpc-1" } },
    ],
    [
      "VPC-only with an exception: the exception is allowed",
      "allowed",
      {
        ...role(allow()),
        clusterPolicy: policy(
          deny({
            ...everybody,
            Condition: {
              Null: { "aws:SourceVpc": "true" },
              StringNotEquals: { "aws:PrincipalArn": [roleArn("app")] },
            },
          }),
        ),
      },
    ],
    [
      "a cluster policy that could not be read may deny",
      "unknown",
      { ...role(allow()), unreadPolicy: "AccessDenied" },
    ],
    [
      "a denial does not need the cluster policy where a Deny stands",
      "denied",
      { ...role(deny()), unreadPolicy: "AccessDenied" },
    ],
    [
      "without a grant a cluster policy that was not read may grant",
      "unknown",
      { ...role(), unreadPolicy: "AccessDenied" },
    ],
  ],
  reference_policies_elements_principal: [
    [
      "an account only delegates to its own policies",
      "denied",
      { roles: { app: {} }, clusterPolicy: policy(allow({ Principal: { AWS: ACCOUNT } })) },
    ],
    [
      "the ARN of the account behaves the same way",
      "denied",
      { roles: { app: {} }, clusterPolicy: policy(allow({ Principal: { AWS: ROOT } })) },
    ],
    [
      "a Deny for the account means all its identities",
      "denied",
      { ...role(allow()), clusterPolicy: policy(deny({ Principal: { AWS: ROOT } })) },
    ],
    [
      "for everybody: of identities of the account no other permission is asked",
      "allowed",
      { roles: { app: {} }, clusterPolicy: policy(allow(everybody)) },
    ],
    [
      '{"AWS": "*"} is everybody',
      "allowed",
      { roles: { app: {} }, clusterPolicy: policy(allow({ Principal: { AWS: "*" } })) },
    ],
    [
      "everybody with aws:PrincipalArn is not limited by a boundary",
      "allowed",
      {
        roles: { app: { boundary: policy() } },
        clusterPolicy: policy(
          allow({ ...everybody, ...when("ArnEquals", "aws:PrincipalArn", roleArn("app")) }),
        ),
      },
    ],
    [
      "several principals are alternatives",
      "allowed",
      {
        roles: { app: {} },
        clusterPolicy: policy(allow({ Principal: { AWS: [userArn("x"), roleArn("app")] } })),
      },
    ],
    [
      "the name of a user is case-sensitive",
      "denied",
      { users: { ann: {} }, clusterPolicy: policy(allow({ Principal: { AWS: userArn("Ann") } })) },
      ANN,
    ],
    [
      "a wildcard cannot match part of an ARN: what it does is not known",
      "unknown",
      { roles: { app: {} }, clusterPolicy: policy(allow({ Principal: { AWS: roleArn("*") } })) },
    ],
    [
      "the id of a deleted role is not its successor",
      "denied",
      { roles: { app: { id: "AROANEW" } }, clusterPolicy: policy(allow({ Principal: { AWS: "AROAOLD" } })) },
    ],
    [
      "the id of the role is the role",
      "allowed",
      { roles: { app: { id: "AROANEW" } }, clusterPolicy: policy(allow({ Principal: { AWS: "AROANEW" } })) },
    ],
    [
      "a service is none of the account's roles",
      "denied",
      {
        roles: { app: {} },
        clusterPolicy: policy(allow({ Principal: { Service: "lambda.amazonaws.com" } })),
      },
    ],
    [
      "a federated principal is a session that came that way",
      "conditional",
      {
        roles: { app: {} },
        clusterPolicy: policy(allow({ Principal: { Federated: "accounts.google.com" } })),
      },
    ],
    ["an identity-based policy has no Principal", "unknown", role(allow(everybody))],
    [
      "the role with its path is another ARN",
      "denied",
      { roles: { app: { path: "/team/" } }, clusterPolicy: policy(allow(toRole)) },
      { who: roleArn("team/app") },
    ],
  ],
  reference_policies_elements_notprincipal: [
    [
      "it denies everybody else",
      "denied",
      {
        ...role(allow()),
        clusterPolicy: policy(
          deny({ NotPrincipal: { AWS: [userArn("x"), "arn:aws:iam::999988887777:root"] } }),
        ),
      },
    ],
    [
      "it spares whom it names with the account",
      "allowed",
      { ...role(allow()), clusterPolicy: policy(deny({ NotPrincipal: { AWS: [roleArn("app"), ROOT] } })) },
    ],
    [
      "without the account it might deny",
      "unknown",
      { ...role(allow()), clusterPolicy: policy(deny({ NotPrincipal: { AWS: roleArn("app") } })) },
    ],
    [
      "it always denies one that has a boundary",
      "denied",
      {
        roles: { app: { policies: [policy(allow())], boundary: policy(allow()) } },
        clusterPolicy: policy(deny({ NotPrincipal: { AWS: [roleArn("app"), ROOT] } })),
      },
    ],
    [
      "it is not supported with Allow",
      "unknown",
      { roles: { app: {} }, clusterPolicy: policy(allow({ NotPrincipal: { AWS: userArn("x") } })) },
    ],
  ],
  reference_policies_elements_action: [
    ["actions ignore case", "allowed", role(allow({ Action: "DSQL:dbconnect" }))],
    ["* and ? are wildcards", "allowed", role(allow({ Action: "dsql:D?C*" }))],
    [
      "DbConnect is not DbConnectAdmin",
      "denied",
      role(allow({ Action: "dsql:DbConnect" })),
      { action: "DbConnectAdmin" },
    ],
    [
      "DbConnect* is both",
      "allowed",
      role(allow({ Action: ["s3:*", "dsql:DbConnect*"] })),
      { action: "DbConnectAdmin" },
    ],
    ["* is every action", "allowed", role(allow({ Action: "*" }))],
    ["another service's are others", "denied", role(allow({ Action: "s3:*" }))],
  ],
  reference_policies_elements_notaction: [
    ["it allows everything else", "allowed", role(allow({ Action: undefined, NotAction: "iam:*" }))],
    [
      "it does not allow what it names",
      "denied",
      role(allow({ Action: undefined, NotAction: ["iam:*", "dsql:DbConnect*"] })),
    ],
    [
      "a Deny with it spares what it names",
      "allowed",
      role(allow(), deny({ Action: undefined, NotAction: "dsql:DbConnect" })),
    ],
    [
      "a Deny with it denies the rest",
      "denied",
      role(allow(), deny({ Action: undefined, NotAction: "dsql:DbConnect" })),
      { action: "DbConnectAdmin" },
    ],
  ],
  reference_policies_elements_resource: [
    ["the cluster by its ARN", "allowed", role(allow({ Resource: IAM_CLUSTER }))],
    ["another cluster is another", "denied", role(allow({ Resource: `${IAM_CLUSTER}x` }))],
    ["wildcards within a part", "allowed", role(allow({ Resource: "arn:aws:dsql:us-*:*:cluster/abc*j" }))],
    ["a star that ends a part goes on", "allowed", role(allow({ Resource: "arn:aws:dsql:*" }))],
    [
      "one that does not end it does not",
      "unknown",
      role(allow({ Resource: "arn:aws:dsql:us*r/abcdefghij" })),
    ],
    ["ARNs are case-sensitive", "denied", role(allow({ Resource: IAM_CLUSTER.replace("abc", "ABC") }))],
    [
      "no wildcard in the service",
      "unknown",
      role(allow({ Resource: `arn:aws:*:us-east-1:${ACCOUNT}:cluster/abcdefghij` })),
    ],
    [
      "cluster:NAME, as one of AWS's samples has it, is no cluster",
      "denied",
      role(allow({ Resource: `arn:aws:dsql:us-east-1:${ACCOUNT}:cluster:abcdefghij` })),
    ],
  ],
  reference_policies_elements_notresource: [
    [
      "with a variable that has no value it is not documented",
      "unknown",
      role(allow({ Resource: undefined, NotResource: `arn:aws:dsql:*:*:cluster/\${aws:PrincipalTag/x}` })),
    ],
    ["everything but it", "allowed", role(allow({ Resource: undefined, NotResource: "arn:aws:s3:::b" }))],
    ["not it", "denied", role(allow({ Resource: undefined, NotResource: [IAM_CLUSTER] }))],
  ],
  reference_policies_variables: [
    [
      "a user's name in a resource",
      "allowed",
      {
        users: {
          abcdefghij: {
            policies: [policy(allow({ Resource: `arn:aws:dsql:*:*:cluster/\${aws:username}` }))],
          },
        },
      },
      { who: userArn("abcdefghij") },
    ],
    [
      "a role has no user name, so that no resource matches",
      "denied",
      role(allow({ Resource: `arn:aws:dsql:*:*:cluster/\${aws:username}` })),
    ],
    [
      "a default value",
      "allowed",
      role(allow({ Resource: `arn:aws:dsql:*:*:cluster/\${aws:username, 'abcdefghij'}` })),
    ],
    [
      "no variables before 2012-10-17",
      "denied",
      {
        users: {
          abcdefghij: {
            policies: [{ Statement: allow({ Resource: `arn:aws:dsql:*:*:cluster/\${aws:username}` }) }],
          },
        },
      },
      { who: userArn("abcdefghij") },
    ],
    [
      "a tag compared with a tag",
      "allowed",
      {
        roles: {
          app: {
            policies: [
              policy(allow(when("StringEquals", "aws:ResourceTag/team", `\${aws:PrincipalTag/team}`))),
            ],
            tags: [{ key: "team", value: "a" }],
          },
        },
        clusterTags: [{ key: "team", value: "a" }],
      },
    ],
    [
      "equal to a variable without value is nothing",
      "denied",
      {
        ...role(allow(when("StringEquals", "aws:ResourceTag/team", `\${aws:PrincipalTag/team}`))),
        clusterTags: [{ key: "team", value: "a" }],
      },
    ],
    [
      "not equal to a variable without value is everything",
      "denied",
      {
        ...role(allow(), deny(when("StringNotEquals", "aws:ResourceTag/team", `\${aws:PrincipalTag/team}`))),
        clusterTags: [{ key: "team", value: "a" }],
      },
    ],
    [
      `\${*} is a star`,
      "denied",
      {
        ...role(allow(when("StringLike", "aws:ResourceTag/team", `\${*}`))),
        clusterTags: [{ key: "team", value: "a" }],
      },
    ],
    [
      "a star in a tag is no wildcard",
      "denied",
      {
        roles: {
          app: {
            policies: [
              policy(allow(when("StringLike", "aws:ResourceTag/team", `\${aws:PrincipalTag/team}`))),
            ],
            tags: [{ key: "team", value: "*" }],
          },
        },
        clusterTags: [{ key: "team", value: "a" }],
      },
    ],
    [
      "a variable of the request is open",
      "conditional",
      {
        ...role(allow(when("StringEquals", "aws:ResourceTag/vpc", `\${aws:SourceVpc}`))),
        clusterTags: [{ key: "vpc", value: "vpc-1" }],
      },
    ],
  ],
  "reference_policies_elements_condition_operators#Conditions_String": [
    [
      "StringEquals is exact",
      "denied",
      {
        ...role(allow(when("StringEquals", "aws:ResourceTag/env", "Prod"))),
        clusterTags: [{ key: "env", value: "prod" }],
      },
    ],
    [
      "a star is no wildcard in StringEquals",
      "denied",
      {
        ...role(allow(when("StringEquals", "aws:ResourceTag/env", "*"))),
        clusterTags: [{ key: "env", value: "prod" }],
      },
    ],
    [
      "StringEqualsIgnoreCase ignores case",
      "allowed",
      {
        ...role(allow(when("StringEqualsIgnoreCase", "aws:ResourceTag/env", "PROD"))),
        clusterTags: [{ key: "env", value: "prod" }],
      },
    ],
    [
      "StringLike takes wildcards",
      "allowed",
      {
        ...role(allow(when("StringLike", "aws:ResourceTag/env", "p?o*"))),
        clusterTags: [{ key: "env", value: "prod" }],
      },
    ],
    [
      "StringNotLike is its negation",
      "denied",
      {
        ...role(allow(when("StringNotLike", "aws:ResourceTag/env", "p*"))),
        clusterTags: [{ key: "env", value: "prod" }],
      },
    ],
    [
      "StringNotEqualsIgnoreCase is a negation",
      "denied",
      {
        ...role(allow(when("StringNotEqualsIgnoreCase", "aws:ResourceTag/env", "PROD"))),
        clusterTags: [{ key: "env", value: "prod" }],
      },
    ],
  ],
  "reference_policies_elements_condition_operators (missing keys)": [
    [
      "a missing key does not match",
      "denied",
      role(allow(when("StringEquals", "aws:ResourceTag/env", "prod"))),
    ],
    [
      "a missing key matches a negated operator",
      "allowed",
      role(allow(when("StringNotEquals", "aws:ResourceTag/env", "prod"))),
    ],
    [
      "IfExists makes it match",
      "allowed",
      role(allow(when("StringEqualsIfExists", "aws:ResourceTag/env", "prod"))),
    ],
    [
      "IfExists compares a key that is there",
      "denied",
      {
        ...role(allow(when("StringEqualsIfExists", "aws:ResourceTag/env", "prod"))),
        clusterTags: [{ key: "env", value: "dev" }],
      },
    ],
    [
      "a Deny with a negated IfExists holds where the key is missing",
      "denied",
      role(allow(), deny(when("StringNotEqualsIfExists", "aws:ResourceTag/env", "prod"))),
    ],
    ["Null true: the key is missing", "allowed", role(allow(when("Null", "aws:ResourceTag/env", "true")))],
    ["Null false: it is there", "denied", role(allow(when("Null", "aws:ResourceTag/env", false)))],
    [
      "a role always has temporary credentials",
      "denied",
      role(allow(when("Null", "aws:TokenIssueTime", "true"))),
    ],
  ],
  "reference_policies_elements_condition_operators#Conditions_Numeric": [
    [
      "less than or equal",
      "allowed",
      role(allow(when("NumericLessThanEquals", "aws:MultiFactorAuthAge", 3600))),
      { context: { "aws:MultiFactorAuthAge": "3600" } },
    ],
    [
      "less than",
      "denied",
      role(allow(when("NumericLessThan", "aws:MultiFactorAuthAge", "3600"))),
      { context: { "aws:MultiFactorAuthAge": "3600" } },
    ],
    [
      "not equal",
      "allowed",
      role(allow(when("NumericNotEquals", "aws:MultiFactorAuthAge", "3600"))),
      { context: { "aws:MultiFactorAuthAge": "3600.5" } },
    ],
    [
      "what is no number is not known",
      "unknown",
      role(allow(when("NumericEquals", "aws:MultiFactorAuthAge", "many"))),
    ],
  ],
  "reference_policies_elements_condition_operators#Conditions_Date": [
    [
      "after a date",
      "allowed",
      role(allow(when("DateGreaterThan", "aws:CurrentTime", "2026-01-01T00:00:00Z"))),
      { context: { "aws:CurrentTime": "2026-11-28T00:00:00Z" } },
    ],
    [
      "before a date",
      "denied",
      role(allow(when("DateLessThan", "aws:CurrentTime", "2026-01-01"))),
      { context: { "aws:CurrentTime": "2026-11-28T00:00:00Z" } },
    ],
    [
      "in seconds since 1970",
      "allowed",
      role(allow(when("DateLessThanEquals", "aws:EpochTime", "1800000000"))),
      { context: { "aws:EpochTime": "1795000000" } },
    ],
    [
      "when it will be is open",
      "conditional",
      role(allow(when("DateLessThan", "aws:CurrentTime", "2030-01-01T00:00:00Z"))),
    ],
  ],
  "reference_policies_elements_condition_operators#Conditions_Boolean": [
    [
      "Bool compares true and false",
      "allowed",
      role(allow(when("Bool", "aws:MultiFactorAuthPresent", "true"))),
      { context: { "aws:MultiFactorAuthPresent": "true" } },
    ],
    ["an identity is no AWS service", "denied", role(allow(when("Bool", "aws:PrincipalIsAWSService", true)))],
    [
      "BoolIfExists of a missing key",
      "allowed",
      role(allow(when("BoolIfExists", "aws:MultiFactorAuthPresent", "true"))),
      { context: { "aws:MultiFactorAuthPresent": null } },
    ],
  ],
  "reference_policies_elements_condition_operators#Conditions_BinaryEquals": [
    [
      "byte for byte",
      "allowed",
      role(allow(when("BinaryEquals", "x:key", "QmluYXJ5"))),
      { context: { "x:key": "QmluYXJ5" } },
    ],
    [
      "what is no base64 is not known",
      "unknown",
      role(allow(when("BinaryEquals", "x:key", "Qml*"))),
      { context: { "x:key": "QmluYXJ5" } },
    ],
  ],
  "reference_policies_elements_condition_operators#Conditions_IPAddress": [
    [
      "in a range",
      "allowed",
      role(allow(when("IpAddress", "aws:SourceIp", ["198.51.100.0/24", "203.0.113.0/24"]))),
      { context: { "aws:SourceIp": "203.0.113.9" } },
    ],
    [
      "not in a range",
      "denied",
      role(allow(when("IpAddress", "aws:SourceIp", "203.0.113.0/25"))),
      { context: { "aws:SourceIp": "203.0.113.200" } },
    ],
    [
      "an address alone is one address",
      "denied",
      role(allow(when("IpAddress", "aws:SourceIp", "203.0.113.9"))),
      { context: { "aws:SourceIp": "203.0.113.8" } },
    ],
    [
      "IPv6",
      "allowed",
      role(allow(when("IpAddress", "aws:SourceIp", "2001:DB8:1234:5678::/64"))),
      { context: { "aws:SourceIp": "2001:db8:1234:5678::1" } },
    ],
    [
      "an IPv4 address is in no IPv6 range",
      "allowed",
      role(allow(when("NotIpAddress", "aws:SourceIp", "::/0"))),
      { context: { "aws:SourceIp": "203.0.113.9" } },
    ],
    [
      "NotIpAddress of a list: in none of them",
      "denied",
      role(allow(), deny(when("NotIpAddress", "aws:SourceIp", ["10.0.0.0/8", "192.0.2.0/24"]))),
      { context: { "aws:SourceIp": "203.0.113.9" } },
    ],
    [
      "through a VPC endpoint there is no address, which NotIpAddress matches",
      "denied",
      role(allow(), deny(when("NotIpAddress", "aws:SourceIp", "203.0.113.0/24"))),
      { context: { "aws:SourceIp": null } },
    ],
    [
      "what is no range is not known",
      "unknown",
      role(allow(when("IpAddress", "aws:SourceIp", "10.0.0.0/33"))),
    ],
    ["any VPC: it may come from none", "conditional", role(allow(when("StringLike", "aws:SourceVpc", "*")))],
    [
      "any VPC or none is always so",
      "allowed",
      role(allow(when("StringLikeIfExists", "aws:SourceVpc", "*"))),
    ],
    [
      "whence it will come is open",
      "conditional",
      role(allow(when("IpAddress", "aws:SourceIp", "10.0.0.0/8"))),
    ],
  ],
  "reference_policies_elements_condition_operators#Conditions_ARN": [
    [
      "ArnEquals and ArnLike take wildcards in each part",
      "allowed",
      role(allow(when("ArnEquals", "aws:PrincipalArn", `arn:aws:iam::*:role/a*`))),
    ],
    [
      "a star does not leave its part",
      "denied",
      role(allow(when("ArnLike", "aws:PrincipalArn", "arn:aws:*:role/app:*:*"))),
    ],
    ["ArnNotLike is a negation", "denied", role(allow(when("ArnNotLike", "aws:PrincipalArn", roleArn("*"))))],
    ["what is no ARN is not known", "unknown", role(allow(when("ArnLike", "aws:PrincipalArn", "*")))],
  ],
  "reference_policies_condition-logic-multiple-context-keys-or-values": [
    [
      "operators are ANDed",
      "denied",
      role(
        allow({
          Condition: {
            StringEquals: { "aws:PrincipalAccount": ACCOUNT },
            Bool: { "aws:PrincipalIsAWSService": "true" },
          },
        }),
      ),
    ],
    [
      "keys are ANDed",
      "denied",
      role(
        allow({
          Condition: {
            StringEquals: { "aws:PrincipalAccount": ACCOUNT, "aws:RequestedRegion": "eu-west-1" },
          },
        }),
      ),
    ],
    [
      "values are ORed",
      "allowed",
      role(allow(when("StringEquals", "aws:RequestedRegion", ["eu-west-1", "us-east-1"]))),
    ],
    [
      "values of a negated operator are NORed",
      "denied",
      role(allow(when("StringNotEquals", "aws:RequestedRegion", ["eu-west-1", "us-east-1"]))),
    ],
    [
      "an open condition beside one that fails is denied",
      "denied",
      role(
        allow({
          Condition: { StringEquals: { "aws:SourceVpc": "vpc-1", "aws:PrincipalAccount": "999988887777" } },
        }),
      ),
    ],
  ],
  "reference_policies_condition-single-vs-multi-valued-context-keys": [
    [
      "ForAnyValue: one is enough",
      "allowed",
      role(allow(when("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-1/*"))),
      { context: { "aws:PrincipalOrgPaths": ["o-2/r/", "o-1/r/"] } },
    ],
    [
      "ForAnyValue of a missing key is false",
      "denied",
      role(allow(when("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-1/*"))),
      { context: { "aws:PrincipalOrgPaths": null } },
    ],
    [
      "ForAllValues: each must match",
      "denied",
      role(allow(when("ForAllValues:StringLike", "aws:PrincipalOrgPaths", "o-1/*"))),
      { context: { "aws:PrincipalOrgPaths": ["o-2/r/", "o-1/r/"] } },
    ],
    [
      "ForAllValues of a missing key is true",
      "allowed",
      role(allow(when("ForAllValues:StringLike", "aws:PrincipalOrgPaths", "o-1/*"))),
      { context: { "aws:PrincipalOrgPaths": null } },
    ],
    [
      "several values without a set operator are not documented",
      "unknown",
      role(allow(when("StringLike", "aws:PrincipalOrgPaths", "o-1/*"))),
      { context: { "aws:PrincipalOrgPaths": ["o-2/r/", "o-1/r/"] } },
    ],
  ],
  "reference_policies_condition-keys": [
    [
      "aws:PrincipalArn of a session is the role's, with its path",
      "allowed",
      {
        roles: {
          app: {
            path: "/team/",
            policies: [policy(allow(when("ArnEquals", "aws:PrincipalArn", roleArn("team/app"))))],
          },
        },
      },
      { who: SESSION },
    ],
    [
      "names of keys ignore case",
      "allowed",
      role(allow(when("StringEquals", "AWS:PRINCIPALACCOUNT", ACCOUNT))),
    ],
    [
      "keys of tags ignore case",
      "allowed",
      {
        ...role(allow(when("StringEquals", "aws:ResourceTag/Env", "prod"))),
        clusterTags: [{ key: "env", value: "prod" }],
      },
    ],
    [
      "two tags that differ in case: which counts is not known",
      "unknown",
      {
        ...role(allow(when("StringEquals", "aws:ResourceTag/Env", "prod"))),
        clusterTags: [
          { key: "env", value: "prod" },
          { key: "ENV", value: "dev" },
        ],
      },
    ],
    [
      "tags of the cluster that were not read are not known",
      "unknown",
      { ...role(allow(when("StringEquals", "aws:ResourceTag/Env", "prod"))), clusterTags: null },
    ],
    [
      "a user's tag",
      "allowed",
      {
        users: {
          ann: {
            policies: [policy(allow(when("StringEquals", "aws:PrincipalTag/team", "a")))],
            tags: [{ key: "Team", value: "a" }],
          },
        },
      },
      ANN,
    ],
    [
      "a role's tag, where no session may bring its own",
      "allowed",
      {
        roles: {
          app: {
            policies: [policy(allow(when("StringEquals", "aws:PrincipalTag/team", "a")))],
            tags: [{ key: "team", value: "a" }],
          },
        },
      },
    ],
    [
      "a tag of the session may replace it",
      "conditional",
      {
        roles: {
          app: {
            policies: [policy(allow(when("StringEquals", "aws:PrincipalTag/team", "a")))],
            tags: [{ key: "team", value: "a" }],
            trust: policy({ Effect: "Allow", Principal: "*", Action: ["sts:AssumeRole", "sts:TagSession"] }),
          },
        },
      },
    ],
    [
      "aws:userid of a role begins with its id",
      "allowed",
      role(allow(when("StringLike", "aws:userid", "AROAAPP:*"))),
    ],
    [
      "aws:userid of another role does not",
      "denied",
      role(allow(when("StringLike", "aws:userid", "AROAOTHER:*"))),
    ],
    [
      "aws:userid of one session is open",
      "conditional",
      role(allow(when("StringEquals", "aws:userid", "AROAAPP:job-1"))),
    ],
    [
      "aws:userid of the session that asks",
      "allowed",
      role(allow(when("StringEquals", "aws:userid", "AROAAPP:job-1"))),
      { who: SESSION },
    ],
    [
      "the organisation is open unless it is given",
      "conditional",
      {
        ...role(allow()),
        clusterPolicy: policy(
          deny({ ...everybody, ...when("StringNotEquals", "aws:PrincipalOrgID", "o-1") }),
        ),
      },
    ],
    [
      "the organisation that is given",
      "allowed",
      {
        ...role(allow()),
        clusterPolicy: policy(
          deny({ ...everybody, ...when("StringNotEquals", "aws:PrincipalOrgID", "o-1") }),
        ),
      },
      { context: { "aws:PrincipalOrgID": "o-1" } },
    ],
    [
      "keys of DSQL are in no connect",
      "denied",
      role(allow(when("StringEquals", "dsql:WitnessRegion", "us-west-2"))),
    ],
    [
      "a fact is not overridden by what is given",
      "denied",
      role(allow(when("StringEquals", "aws:PrincipalAccount", "999988887777"))),
      { context: { "aws:PrincipalAccount": "999988887777" } },
    ],
  ],
  access_policies_manage: [
    [
      "a policy of a group is the user's",
      "allowed",
      { users: { ann: { groups: ["dev"] } }, groups: { dev: [policy(allow())] } },
      ANN,
    ],
    ["a group that was not read may allow", "unknown", { users: { ann: { groups: ["dev"] } } }, ANN],
    [
      "a managed policy that was not read may allow or deny",
      "unknown",
      { roles: { app: { policies: [policy(allow())], attached: ["arn:aws:iam::aws:policy/X"] } } },
    ],
  ],
  reference_policies_grammar: [
    [
      "a document that is no policy may say anything",
      "unknown",
      { roles: { app: { policies: [policy(allow()), "{"] } } },
    ],
    ["an element that IAM does not know", "unknown", role(allow({ Conditon: {} }))],
    ["an effect that is none", "unknown", role(allow({ Effect: "allow" }))],
    [
      "a key that stands twice",
      "unknown",
      {
        roles: {
          app: {
            policies: [
              '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"*"}}',
            ],
          },
        },
      },
    ],
    [
      "a statement alone is a list of one",
      "allowed",
      { roles: { app: { policies: [{ Version: "2012-10-17", Statement: allow() }] } } },
    ],
    [
      "a version that is not known",
      "unknown",
      { roles: { app: { policies: [{ Version: "2030-01-01", Statement: allow() }] } } },
    ],
    ["an operator that is not known", "unknown", role(allow(when("StringIs", "aws:SourceVpc", "x")))],
    ["a number where a text belongs", "unknown", role(allow({ Action: 7 }))],
    ["a Deny that is not understood may deny", "unknown", role(allow(), deny({ Action: [] }))],
  ],
};

describe("documented rules of IAM", () => {
  for (const [page, cases] of Object.entries(pages)) {
    describe(page, () => {
      it.each(cases)("%s: %s", (...one) => {
        const [, expected] = one;
        expect(verdict(one as unknown as Case)).toMatchObject({ verdict: expected });
      });
    });
  }
});
