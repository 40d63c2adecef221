// How IAM decides, as AWS documents it, one case each beside the page that says so.
import { allow, deny, everybody, policy, userArn } from "../../support/iam-facts.ts";
import { ANN, role, SESSION, testPages, toRole } from "./documented-case.ts";

testPages({
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
});
