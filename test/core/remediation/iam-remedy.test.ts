// What a finding asks of IAM, as the commands that a plan makes of it.
import { describe, expect, it } from "vitest";
import { EXAMPLE_CLUSTER, exampleArn } from "../../../lib/core/findings/example-facts.ts";
import { exampleIam, exampleRole, exampleUser } from "../../../lib/core/findings/example-iam.ts";
import { iamView } from "../../../lib/core/findings/view-iam.ts";
import type { IamFacts } from "../../../lib/core/iam/facts.ts";
import { remedyInIam } from "../../../lib/core/remediation/iam/iam-wishes.ts";
import { catalog } from "../../support/catalogs.ts";
import { allow, clusterWith, planned, policy, withInline } from "../../support/planned-iam.ts";

describe("a remedy in IAM", () => {
  const user = "arn:aws:iam::111122223333:user/kim";
  const keys = (active: boolean) => [
    {
      arn: user,
      keys: {
        status: "read" as const,
        rows: [{ id: "AKIAEXAMPLE", active, createdAt: 0, lastUsedAt: null, lastUsedService: null }],
      },
    },
  ];
  const viewOf = (iam: IamFacts) =>
    iamView({ cluster: EXAMPLE_CLUSTER, snapshot: { catalog: { ...catalog({}), iam }, takenAt: 0, seq: 1 } });
  const finding = (detector: string, subject: object, evidence = {}) =>
    ({
      ...{ detector, subject: { facet: "", ...subject }, evidence },
    }) as Parameters<typeof remedyInIam>[0];

  it("deactivates a key, and can activate it again", () => {
    const iam = exampleIam({ users: [exampleUser("kim", "dsql:DbConnect")], accessKeys: keys(true) });
    const found = finding("long-lived-key", { principal: user }, { keys: [{ id: "AKIAEXAMPLE" }] });
    const { texts, plan } = planned(iam, ...remedyInIam(found, viewOf(iam), null).wishes);
    const command = "aws iam update-access-key --user-name kim --access-key-id AKIAEXAMPLE --status";
    expect(texts).toEqual([`${command} Inactive`]);
    expect(plan.inverse).toEqual([`${command} Active`]);
    expect(plan.expected?.iam?.parts.accessKeys).toEqual({ status: "read", rows: keys(false) });
  });

  it("takes admin away from all who may be it, but from the auditor and the root user", () => {
    const iam = exampleIam({
      roles: [
        withInline("Ops", policy(allow("dsql:DbConnectAdmin"))),
        exampleRole("Dba", "dsql:*"),
        exampleRole("Auditor", "dsql:DbConnectAdmin"),
        exampleRole("Job", "dsql:DbConnect"),
      ],
    });
    const found = finding("dormant-role", { role: "admin", roleOid: 10 });
    const { texts, proof } = planned(iam, ...remedyInIam(found, viewOf(iam), exampleArn("Auditor")).wishes);
    expect(texts).toEqual([
      expect.stringContaining("put-role-policy --role-name Dba --policy-name Deny-DbConnectAdmin-"),
      "aws iam delete-role-policy --role-name Ops --policy-name connect",
    ]);
    expect(proof.status).toBe("proven");
    expect(proof.mayConnect?.map(({ action }) => action)).toEqual(["DbConnectAdmin", "DbConnectAdmin"]);
  });

  it("takes admin away from each that one policy makes an administrator", () => {
    const iam = exampleIam({ roles: [exampleRole("F1", "dsql:*"), exampleRole("F2", "dsql:*")] });
    const grants = [exampleArn("F1"), exampleArn("F2")];
    const found = { ...finding("undeclared-admin", { object: "policy x" }), grants };
    const { texts, proof } = planned(iam, ...remedyInIam(found, viewOf(iam), null).wishes);
    expect(texts).toHaveLength(2);
    expect(proof).toMatchObject({ status: "proven", mayConnect: [{ to: "denied" }, { to: "denied" }] });
  });

  it("takes who is gone out of the cluster's policy", () => {
    const document = policy(allow("dsql:DbConnect", "*", { Principal: { AWS: exampleArn("Gone") } }));
    const iam = exampleIam({
      clusters: clusterWith(document),
      identities: [{ arn: exampleArn("Gone"), status: "gone" }],
    });
    const found = finding("orphan-mapping", { principal: exampleArn("Gone") });
    const { texts } = planned(iam, ...remedyInIam(found, viewOf(iam), null).wishes);
    expect(texts).toEqual([expect.stringContaining("aws dsql delete-cluster-policy")]);
  });
});
