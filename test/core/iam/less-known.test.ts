// Less that is known is never another certainty: what could not be read makes a verdict unknown or open, or leaves it.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { IamFacts } from "../../../lib/core/iam/facts.ts";
import type { MayConnect } from "../../../lib/core/iam/may-connect.ts";
import { noFacts, tryPolicy } from "../../../lib/core/iam/try-policy.ts";
import { whoMay } from "../../../lib/core/iam/who-may.ts";
import {
  ACCOUNT,
  allow,
  deny,
  type FactsGiven,
  IAM_CLUSTER,
  iamFacts,
  policy,
  roleArn,
  userArn,
} from "../../support/iam-facts.ts";
import { randomScene, SESSION } from "./random-policies.ts";

const isCertain = (verdict: MayConnect): boolean => verdict === "allowed" || verdict === "denied";
const unread = { status: "unreadable", reason: "AccessDenied", code: "AccessDenied" } as const;

/** Each takes something away from what was read. */
const reductions: Readonly<Record<string, (facts: IamFacts) => IamFacts>> = {
  "the ids": (facts) => {
    const { users, roles } = facts.parts;
    const without = <T extends { readonly id: string }>(rows: readonly T[]): T[] =>
      rows.map((row) => ({ ...row, id: "" }));
    return {
      ...facts,
      parts: {
        ...facts.parts,
        ...(users.status === "read" && { users: { ...users, rows: without(users.rows) } }),
        ...(roles.status === "read" && { roles: { ...roles, rows: without(roles.rows) } }),
      },
    };
  },
  "users and roles": (facts) => ({ ...facts, parts: { ...facts.parts, users: unread, roles: unread } }),
  "managed policies": (facts) => ({ ...facts, parts: { ...facts.parts, managedPolicies: unread } }),
  "tags of the cluster": (facts) => {
    const { clusters } = facts.parts;
    if (clusters.status !== "read") return facts;
    return {
      ...facts,
      parts: {
        ...facts.parts,
        clusters: { ...clusters, rows: clusters.rows.map((row) => ({ ...row, tags: unread })) },
      },
    };
  },
};

const seeds = fc.integer({ min: 1, max: 1_000_000 });

describe("what could not be read", () => {
  it.each(Object.entries(reductions))("(%s) never turns one certainty into another", (_, reduce) => {
    fc.assert(
      fc.property(seeds, fc.boolean(), (seed, ofSession) => {
        const { given, action, identity } = randomScene(seed);
        const who = ofSession && given.roles ? SESSION : identity;
        const facts = iamFacts(given);
        const [all, less] = [facts, reduce(facts)].map((known) =>
          whoMay({ facts: known, cluster: IAM_CLUSTER }).wallOf(who, action),
        );
        if (less && isCertain(less.row.verdict)) expect(less.row.verdict).toBe(all?.row.verdict);
        if (less?.refuses && isCertain(less.refuses.verdict))
          expect(less.refuses.verdict).toBe(all?.refuses?.verdict);
      }),
      { numRuns: 600 },
    );
  });

  it("is no certainty of a policy that is tried either", () => {
    fc.assert(
      fc.property(seeds, fc.boolean(), (seed, hasBoundary) => {
        const { given, action, identity } = randomScene(seed);
        const who = { policies: [policy(allow())], ...(hasBoundary && { boundary: policy(allow()) }) };
        const facts = iamFacts({ ...(given.roles ? { roles: { app: who } } : { users: { ann: who } }) });
        const proposal = {
          kind: "cluster",
          document: JSON.stringify(given.clusterPolicy ?? policy()),
        } as const;
        const use = { principal: identity, action, network: "203.0.113.0/24", connections: 1 };
        const [all, less] = [facts, noFacts(IAM_CLUSTER)].map(
          (known) => tryPolicy(known, IAM_CLUSTER, proposal).of(use).verdict,
        );
        if (less && isCertain(less)) expect(less).toBe(all);
      }),
      { numRuns: 600 },
    );
  });
});

describe("a policy that names one identity by what was not read of it", () => {
  const byPolicy = (Principal: unknown) => deny({ Principal });
  const tried = (given: FactsGiven | null, statement: unknown, principal = roleArn("app")) =>
    tryPolicy(given ? iamFacts(given) : noFacts(IAM_CLUSTER), IAM_CLUSTER, {
      kind: "cluster",
      document: JSON.stringify(policy(statement)),
    }).of({ principal, action: "DbConnect", network: "203.0.113.0/24", connections: 1 });
  const session = { AWS: `arn:aws:sts::${ACCOUNT}:assumed-role/app/job-1` };

  it("is unknown by its id, and stays no for the id of another kind", () => {
    for (const given of [null, { roles: { app: { id: "", policies: [policy(allow())] } } }]) {
      expect(tried(given, byPolicy({ AWS: "AROAEXAMPLE" })).verdict).toBe("unknown");
      expect(tried(given, byPolicy({ AWS: "AIDAEXAMPLE" })).verdict).toBe("allowed");
    }
    expect(tried(null, byPolicy({ AWS: "AIDAEXAMPLE" }), userArn("ann")).verdict).toBe("unknown");
    expect(tried(null, byPolicy({ AWS: "AROAEXAMPLE" }), userArn("ann")).verdict).toBe("allowed");
  });

  it("depends on the session, or on who federated it", () => {
    for (const given of [null, { roles: {} }]) {
      expect(tried(given, byPolicy(session))).toMatchObject({
        verdict: "conditional",
        conditions: ["not if the session is called job-1"],
      });
      expect(tried(given, byPolicy({ Federated: "accounts.google.com" })).verdict).toBe("conditional");
    }
  });

  it("is unknown where the path of the role may be another one", () => {
    expect(tried(null, byPolicy({ AWS: roleArn("team/app") })).verdict).toBe("unknown");
    expect(tried(null, byPolicy({ AWS: roleArn("team/other") })).verdict).toBe("allowed");
  });

  it("is unknown for NotPrincipal, which denies whoever has a boundary", () => {
    const spared = deny({ NotPrincipal: { AWS: [roleArn("app"), `arn:aws:iam::${ACCOUNT}:root`] } });
    expect(tried(null, spared).verdict).toBe("unknown");
    expect(tried({ roles: { app: { policies: [policy(allow())] } } }, spared).verdict).toBe("allowed");
  });
});
