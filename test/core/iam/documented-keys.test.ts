// Condition keys and their values as AWS documents them, one case each beside the page that says so.
import { ACCOUNT, allow, deny, everybody, policy, roleArn } from "../../support/iam-facts.ts";
import { ANN, role, SESSION, testPages, when } from "./documented-case.ts";

testPages({
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
      "ForAllValues of an empty value is true",
      "allowed",
      role(allow(when("ForAllValues:StringLike", "aws:PrincipalOrgPaths", "o-1/*"))),
      { context: { "aws:PrincipalOrgPaths": "" } },
    ],
    [
      "whether ForAnyValue takes an empty value for one is not documented",
      "unknown",
      role(allow(), deny(when("ForAnyValue:StringNotLike", "aws:PrincipalOrgPaths", "o-1/*"))),
      { context: { "aws:PrincipalOrgPaths": "" } },
    ],
    [
      "where it matches nothing it is no match either way",
      "denied",
      role(allow(when("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-1/*"))),
      { context: { "aws:PrincipalOrgPaths": "" } },
    ],
    [
      "several values without a set operator are not documented",
      "unknown",
      role(allow(when("StringLike", "aws:PrincipalOrgPaths", "o-1/*"))),
      { context: { "aws:PrincipalOrgPaths": ["o-2/r/", "o-1/r/"] } },
    ],
    [
      "nor is one value of a key that can have several",
      "unknown",
      role(allow(when("StringLike", "aws:PrincipalOrgPaths", "o-1/*"))),
      { context: { "aws:PrincipalOrgPaths": ["o-1/r/"] } },
    ],
    [
      "nor what the request decides",
      "unknown",
      role(allow(), deny(when("StringNotLike", "aws:principalorgpaths", "o-1/*"))),
    ],
    [
      "without the key it is a missing key",
      "denied",
      role(allow(), deny(when("StringNotLike", "aws:PrincipalOrgPaths", "o-1/*"))),
      { context: { "aws:PrincipalOrgPaths": null } },
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
});
