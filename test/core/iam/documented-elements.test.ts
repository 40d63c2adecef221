// What IAM's pages say of actions, resources and variables in a policy, one case each.
import { ACCOUNT, allow, deny, everybody, IAM_CLUSTER, policy, userArn } from "../../support/iam-facts.ts";
import { role, testPages, when } from "./documented-case.ts";

testPages({
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
    ["names are case-sensitive", "denied", role(allow({ Resource: IAM_CLUSTER.replace("abc", "ABC") }))],
    [
      "whether the Region is too is not told",
      "unknown",
      role(allow(), deny({ Resource: IAM_CLUSTER.replace("us-east-1", "US-East-1") })),
    ],
    [
      "nor whether the service is, in another Region it is no match",
      "denied",
      role(allow({ Resource: IAM_CLUSTER.replace("dsql:us-east-1", "DSQL:us-west-2") })),
    ],
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
  "reference-arns": [
    ["an incomplete ARN of an identity is completed", "allowed", role(allow({ Resource: "arn:aws:dsql" }))],
    [
      "what is there of it counts",
      "denied",
      role(allow({ Resource: ["arn:aws:dsql:us-west-2", "arn:aws:s3", "arn:aws-cn:dsql"] })),
    ],
    [
      "a Deny with one denies",
      "denied",
      role(allow(), deny({ Resource: `arn:aws:dsql:us-east-1:${ACCOUNT}` })),
    ],
    [
      "NotResource with one spares what it means",
      "denied",
      role(allow({ Resource: undefined, NotResource: "arn:aws:dsql" })),
    ],
    [
      "one of a boundary is completed too",
      "allowed",
      {
        roles: {
          app: { policies: [policy(allow())], boundary: policy(allow({ Resource: "arn:aws:dsql" })) },
        },
      },
    ],
    [
      "one that is the cluster as it is written and not where it is completed",
      "unknown",
      role(allow({ Resource: "arn:aws:dsql:*:cluster/abcdefghij" })),
    ],
    [
      "what one does in a resource's policy is not told",
      "unknown",
      { ...role(allow()), clusterPolicy: policy(deny({ ...everybody, Resource: "arn:aws:dsql" })) },
    ],
    [
      "in a resource's policy a star that ends it goes on",
      "denied",
      { ...role(allow()), clusterPolicy: policy(deny({ ...everybody, Resource: "arn:aws:dsql:*" })) },
    ],
    [
      "nor what it does where a star in the middle of it goes on",
      "unknown",
      {
        roles: { app: {} },
        clusterPolicy: policy(allow({ ...everybody, Resource: "arn:aws:dsql:*:cluster/abcdefghij" })),
      },
    ],
    ["no wildcard in the resource type", "unknown", role(allow({ Resource: "arn:aws:dsql:*:*:clus*" }))],
    ["nor for it", "unknown", role(allow({ Resource: "arn:aws:dsql:*:*:*/abcdefghij" }))],
    ["but for type and name together", "allowed", role(allow({ Resource: "arn:aws:dsql:*:*:*" }))],
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
      "a default stands after a comma and a space",
      "unknown",
      {
        ...role(allow(when("StringEquals", "aws:ResourceTag/team", `\${aws:PrincipalTag/team,'a'}`))),
        clusterTags: [{ key: "team", value: "a" }],
      },
    ],
    [
      "and in single quotes",
      "unknown",
      role(allow(when("StringEquals", "aws:SourceVpc", `\${aws:PrincipalTag/vpc, a}`))),
    ],
    [
      "one that is empty may count as none",
      "unknown",
      {
        roles: {
          app: {
            policies: [policy(allow({ Resource: `arn:aws:dsql:*:*:cluster/\${aws:PrincipalTag/id}*` }))],
            tags: [{ key: "id", value: "" }],
          },
        },
      },
    ],
    [
      "a key of several values cannot be one",
      "unknown",
      role(allow(when("StringEquals", "aws:SourceVpc", `\${aws:PrincipalOrgPaths}`))),
    ],
    [
      "before the fifth colon of an ARN there is none",
      "unknown",
      role(allow({ Resource: `arn:aws:dsql:\${aws:RequestedRegion}:*:cluster/*` })),
    ],
    [
      "what another text in its place would not match either is no match",
      "denied",
      role(allow({ Resource: `arn:aws:logs:\${aws:RequestedRegion}:*:log-group/*` })),
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
      "not equal to a variable without value: the statement may be invalid, so that it is not known",
      "unknown",
      {
        ...role(allow(), deny(when("StringNotEquals", "aws:ResourceTag/team", `\${aws:PrincipalTag/team}`))),
        clusterTags: [{ key: "team", value: "a" }],
      },
    ],
    [
      "a variable without value beside another value may make the statement invalid",
      "unknown",
      {
        ...role(allow(when("StringEquals", "aws:ResourceTag/team", [`\${aws:PrincipalTag/team}`, "a"]))),
        clusterTags: [{ key: "team", value: "a" }],
      },
    ],
    [
      "IfExists spares a key that is missing",
      "allowed",
      role(allow(when("StringEqualsIfExists", "aws:ResourceTag/team", `\${aws:PrincipalTag/team}`))),
    ],
    [
      "what the request has is equal to no variable without value",
      "denied",
      role(allow(when("StringEquals", "aws:SourceVpc", `\${aws:PrincipalTag/vpc}`))),
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
