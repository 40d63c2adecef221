// What IAM's pages say of whom a cluster's policy names, one case each.
import { ACCOUNT, allow, deny, everybody, policy, roleArn, userArn } from "../../support/iam-facts.ts";
import { ANN, ROOT, role, SESSION, testPages, toRole, when } from "./documented-case.ts";

testPages({
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
      "a session is spared with the role and the account",
      "allowed",
      {
        ...role(allow()),
        clusterPolicy: policy(deny({ NotPrincipal: { AWS: [SESSION, roleArn("app"), ROOT] } })),
      },
      { who: SESSION },
    ],
    [
      "without the role it might deny the session",
      "unknown",
      { ...role(allow()), clusterPolicy: policy(deny({ NotPrincipal: { AWS: [SESSION, ROOT] } })) },
      { who: SESSION },
    ],
    [
      "nor is it known then of a session by another name",
      "unknown",
      { ...role(allow()), clusterPolicy: policy(deny({ NotPrincipal: { AWS: [SESSION, ROOT] } })) },
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
});
