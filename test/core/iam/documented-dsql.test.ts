// What Aurora DSQL's own pages say of its resource-based policies, one case each.
import { allow, deny, everybody, policy, roleArn } from "../../support/iam-facts.ts";
import { ROOT, role, testPages, when } from "./documented-case.ts";

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
});
