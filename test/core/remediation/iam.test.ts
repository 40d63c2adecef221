// What a plan changes in IAM for one permission that is taken away or given.
import { describe, expect, it } from "vitest";
import { exampleArn } from "../../../lib/core/findings/example-facts.ts";
import { allowing, exampleIam, exampleRole } from "../../../lib/core/findings/example-iam.ts";
import { changedMay } from "../../../lib/core/remediation/iam/iam-proof.ts";
import { allow, cluster, clusterWith, planned, policy, shut, withInline } from "../../support/planned-iam.ts";

describe("a permission that is taken away", () => {
  it("is deleted with its policy where the policy says nothing else", () => {
    const { texts, plan, proof } = planned(
      exampleIam({ roles: [withInline("Stray", policy(allow("dsql:DbConnect")))] }),
      shut("Stray"),
    );
    expect(texts).toEqual(["aws iam delete-role-policy --role-name Stray --policy-name connect"]);
    expect(plan.inverse).toEqual([
      `aws iam put-role-policy --role-name Stray --policy-name connect --policy-document '${policy(allow("dsql:DbConnect"))}'`,
    ]);
    expect(proof).toMatchObject({
      status: "proven",
      mayConnect: [{ principal: exampleArn("Stray"), action: "DbConnect", from: "allowed", to: "denied" }],
    });
    expect(proof.how.join()).toContain("decided again");
  });

  it.each(["arn:aws:iam::111122223333:role/Stray", "arn:aws:iam::111122223333:role/other/Stray"])(
    "is the same identity's where it is named with another path, as %s",
    (principal) => {
      const stray = withInline("app/Stray", policy(allow("dsql:DbConnect")));
      const iam = exampleIam({ roles: [{ ...stray, name: "Stray", path: "/app/" }] });
      const { plan, proof } = planned(iam, { wants: "shut-out", principal, action: "DbConnect" });
      expect(proof).toMatchObject({ status: "proven", because: [], mayConnect: [{ to: "denied" }] });
      expect(changedMay(iam, iam, plan.meantMay).because).toHaveLength(1);
    },
  );

  it("leaves the rest of the policy as it is", () => {
    const other = { Effect: "Allow", Action: "s3:GetObject", Resource: "*" };
    const document = policy(other, allow(["dsql:DbConnect", "dsql:GetCluster"]));
    const { texts } = planned(exampleIam({ roles: [withInline("Stray", document)] }), shut("Stray"));
    expect(texts).toEqual([
      `aws iam put-role-policy --role-name Stray --policy-name connect --policy-document '${policy(other, allow("dsql:GetCluster"))}'`,
    ]);
  });

  it("is detached with a managed policy that says nothing else, and that stays for others", () => {
    const arn = "arn:aws:iam::111122223333:policy/connect";
    const roles = ["Stray", "Job"].map((name) => ({ ...exampleRole(name), attached: [arn] }));
    const managedPolicies = [
      { arn, name: "connect", version: "v1", document: policy(allow("dsql:DbConnect")) },
    ];
    const { texts, plan, proof } = planned(exampleIam({ roles, managedPolicies }), shut("Stray"));
    expect(texts).toEqual([`aws iam detach-role-policy --role-name Stray --policy-arn ${arn}`]);
    expect(plan.inverse).toEqual([`aws iam attach-role-policy --role-name Stray --policy-arn ${arn}`]);
    expect(proof.mayConnect).toHaveLength(1);
  });

  it.each([
    ["a wildcard", allowing("dsql:*")],
    ["all clusters", allowing("dsql:DbConnect")],
    ["NotAction", policy({ Effect: "Allow", NotAction: "iam:*", Resource: "*" })],
  ])("is outweighed by a Deny for this cluster alone where the policy has %s", (_, document) => {
    const { texts, plan, proof } = planned(
      exampleIam({ roles: [withInline("Stray", document)] }),
      shut("Stray"),
    );
    expect(texts).toHaveLength(1);
    expect(texts[0]).toContain('"Effect":"Deny","Action":"dsql:DbConnect"');
    expect(texts[0]).toContain(cluster);
    expect(plan.inverse[0]).toMatch(
      /^aws iam delete-role-policy --role-name Stray --policy-name Deny-DbConnect-/,
    );
    expect(proof.status).toBe("proven");
  });

  it("is cut out of the cluster's policy, with the version that was read", () => {
    const principals = [exampleArn("Stray"), exampleArn("Job")];
    const document = policy(allow("dsql:DbConnect", "*", { Principal: { AWS: principals } }));
    const { texts, proof } = planned(
      exampleIam({ roles: [exampleRole("Stray"), exampleRole("Job")], clusters: clusterWith(document) }),
      shut("Stray"),
    );
    expect(texts).toEqual([
      `aws dsql put-cluster-policy --region us-east-1 --identifier ${cluster.slice(cluster.lastIndexOf("/") + 1)} --expected-policy-version 3 --policy '${policy(allow("dsql:DbConnect", "*", { Principal: { AWS: exampleArn("Job") } }))}'`,
    ]);
    expect(proof).toMatchObject({ status: "proven", mayConnect: [{ principal: exampleArn("Stray") }] });
  });

  it.each([
    ["the root user", "arn:aws:iam::111122223333:root", "keeps full access"],
    [
      "a role of Identity Center",
      "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_0123456789abcdef",
      "permission set",
    ],
  ])("is left to people for %s", (_, principal, says) => {
    const role = {
      ...exampleRole("AWSReservedSSO_Ops_0123456789abcdef", "dsql:DbConnect"),
      ...{ arn: principal, path: "/aws-reserved/sso.amazonaws.com/" },
    };
    const { left, texts } = planned(exampleIam({ roles: [role] }), {
      ...{ wants: "shut-out", principal, action: "DbConnect" },
    });
    expect(texts).toEqual([]);
    expect(left.join()).toContain(says);
  });

  it("is not known, and so left, while the policies could not be read", () => {
    const { left, texts } = planned(
      exampleIam({ roles: [exampleRole("Stray")], clusters: clusterWith("{") }),
      shut("Stray"),
    );
    expect(texts).toEqual([]);
    expect(left.join()).toContain("not known");
  });
});

describe("a permission that is given", () => {
  it("is an Allow for this cluster alone", () => {
    const wish = { wants: "let-in", principal: exampleArn("Job"), action: "DbConnect" } as const;
    const { texts, proof } = planned(exampleIam({ roles: [exampleRole("Job")] }), wish);
    expect(texts[0]).toContain(`"Effect":"Allow","Action":"dsql:DbConnect","Resource":"${cluster}"`);
    expect(proof).toMatchObject({ status: "proven", mayConnect: [{ to: "allowed" }] });
  });

  it("is left to people where a Deny outweighs it", () => {
    const deny = policy({ Effect: "Deny", Action: "dsql:*", Resource: "*" });
    const wish = { wants: "let-in", principal: exampleArn("Job"), action: "DbConnect" } as const;
    expect(planned(exampleIam({ roles: [withInline("Job", deny)] }), wish).left.join()).toContain(
      "denies it",
    );
  });
});
