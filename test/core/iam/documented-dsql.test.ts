// What Aurora DSQL's own pages say of its resource-based policies, one case each.
import {
  ACCOUNT,
  allow,
  deny,
  everybody,
  IAM_CLUSTER,
  policy,
  roleArn,
  userArn,
} from "../../support/iam-facts.ts";
import { ANN, ROOT, role, testPages, toRole, when } from "./documented-case.ts";

testPages({
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
});
