// What a plan changes in IAM: whom it keeps out, that it touches nobody else, and that its commands can be pasted and taken back.
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EXAMPLE_CLUSTER, exampleArn } from "../../../lib/core/findings/example-facts.ts";
import { allowing, exampleIam, exampleRole, exampleUser } from "../../../lib/core/findings/example-iam.ts";
import { iamView } from "../../../lib/core/findings/view-iam.ts";
import type { IamFacts } from "../../../lib/core/iam/facts.ts";
import { whoMay } from "../../../lib/core/iam/who-may.ts";
import { applyIamChange, sameIam, undoOfIamChange } from "../../../lib/core/remediation/iam/iam-change.ts";
import { iamCommand } from "../../../lib/core/remediation/iam/iam-command.ts";
import { type IamWish, iamPlan } from "../../../lib/core/remediation/iam/iam-plan.ts";
import { changedMay } from "../../../lib/core/remediation/iam/iam-proof.ts";
import { remedyInIam } from "../../../lib/core/remediation/iam/iam-wishes.ts";
import { proveInIam } from "../../../lib/core/remediation/proof.ts";
import { catalog } from "../../support/catalogs.ts";

const cluster: string = EXAMPLE_CLUSTER;
const policy = (...Statement: object[]): string => JSON.stringify({ Version: "2012-10-17", Statement });
const allow = (Action: unknown, Resource: unknown = cluster, more: object = {}) => ({
  ...{ Effect: "Allow", Action, Resource, ...more },
});
const withInline = (name: string, document: string) => ({
  ...exampleRole(name),
  inline: [{ name: "connect", document }],
});
const clusterWith = (document?: string) => [
  {
    ...{ arn: cluster, region: "us-east-1", tags: { status: "read" as const, rows: [] } },
    policy: { status: "read" as const, rows: document ? [{ document, version: "3" }] : [] },
  },
];
const shut = (name: string, action: "DbConnect" | "DbConnectAdmin" = "DbConnect"): IamWish => ({
  ...{ wants: "shut-out", principal: exampleArn(name), action },
});
const planned = (iam: IamFacts, ...wishes: IamWish[]) => {
  const { plan, left } = iamPlan({ ...catalog({}), iam }, wishes);
  return {
    plan,
    left,
    texts: plan.steps.map(({ text }) => text),
    proof: proveInIam(plan, [], () => new Set()),
  };
};

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

/** What a shell makes of a command: its words. */
const wordsOf = (command: string): string[] =>
  execFileSync("/bin/sh", ["-c", `printf '%s\\0' ${command}`], { encoding: "utf8" })
    .split("\0")
    .slice(0, -1);

describe("a command", () => {
  it("is what a shell reads back, whatever a name or a policy holds", () => {
    const holder = { kind: "role", name: "-x" } as const;
    const document = policy(allow("dsql:DbConnect", "*", { Sid: "it's $(rm) `x` \u202e é\n" }));
    const words = wordsOf(iamCommand({ does: "put-inline", holder, policy: "a=b", document }) ?? "");
    expect(words.slice(0, 6)).toEqual([
      "aws",
      "iam",
      "put-role-policy",
      "--role-name=-x",
      "--policy-name",
      "a=b",
    ]);
    expect(JSON.parse(words[7] ?? "")).toEqual(JSON.parse(document));
  });

  it.each(["x; rm", "x'y", "x\ny", "", "a b", "\u202ex"])(
    "is not written for a name that IAM does not take: %j",
    (name) => {
      const holder = { kind: "role", name } as const;
      expect(iamCommand({ does: "delete-inline", holder, policy: "p" })).toBeUndefined();
      expect(iamCommand({ does: "key", user: name, id: "AKIA", active: false })).toBeUndefined();
    },
  );
});

const actions = fc.subarray(
  ["dsql:DbConnect", "dsql:DbConnectAdmin", "dsql:*", "dsql:dbconnect", "s3:GetObject", "*"],
  {
    minLength: 1,
  },
);
const statement = fc.record({
  Effect: fc.constantFrom("Allow", "Allow", "Deny"),
  Action: actions,
  Resource: fc.constantFrom(cluster, "*", `${cluster}x`),
});
const names = ["A", "B", "C"] as const;
const estates = fc.record({
  inline: fc.array(fc.array(statement, { minLength: 1, maxLength: 3 }), { minLength: 3, maxLength: 3 }),
  named: fc.option(
    fc.record({
      Effect: fc.constantFrom("Allow", "Deny"),
      Action: actions,
      Principal: fc.oneof(
        fc.constant("*"),
        fc.record({
          AWS: fc.subarray(
            names.map((name): string => exampleArn(name)),
            { minLength: 1 },
          ),
        }),
      ),
      Resource: fc.constant("*"),
    }),
  ),
  action: fc.constantFrom("DbConnect" as const, "DbConnectAdmin" as const),
});

describe("whatever the policies say", () => {
  it("who is shut out is denied, nobody else's verdict changes, and the way back says what was said", () => {
    fc.assert(
      fc.property(estates, ({ inline, named, action }) => {
        const iam = exampleIam({
          roles: names.map((name, i) => withInline(name, policy(...(inline[i] ?? [])))),
          clusters: clusterWith(named ? policy(named) : undefined),
        });
        const before = whoMay({ facts: iam, cluster }).verdictOf(exampleArn("A"), action).verdict;
        const { plan, left, proof } = planned(iam, shut("A", action));
        expect(left).toEqual([]);
        expect(proof.because).toEqual([]);
        expect(plan.steps.length > 0).toBe(before === "allowed");
        const after = plan.expected?.iam ?? iam;
        expect(whoMay({ facts: after, cluster }).verdictOf(exampleArn("A"), action).verdict).toBe("denied");
        expect(changedMay(iam, after, plan.meantMay).changed.length).toBe(before === "allowed" ? 1 : 0);
        for (const { text, undo } of plan.steps)
          expect(wordsOf(text).length * wordsOf(undo).length).toBeGreaterThan(9);
      }),
      { numRuns: 150, seed: 7 },
    );
  });

  it("a change and what takes it back leave the same facts", () => {
    const iam = exampleIam({ roles: [withInline("A", policy(allow("dsql:*")))] });
    const change = { does: "delete-inline", holder: { kind: "role", name: "A" }, policy: "connect" } as const;
    const after = applyIamChange(iam, change);
    expect(sameIam(after, iam)).toBe(false);
    expect(sameIam(applyIamChange(after, undoOfIamChange(iam, change)), iam)).toBe(true);
  });
});
