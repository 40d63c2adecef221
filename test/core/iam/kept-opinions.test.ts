// The second opinions that a snapshot holds: what they count for, and what every verdict makes of a difference.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withOpinions } from "../../../lib/core/iam/asked-identities.ts";
import type { IamFacts, Simulated } from "../../../lib/core/iam/facts.ts";
import { keptOpinions } from "../../../lib/core/iam/kept-opinions.ts";
import { type ConnectAction, connectActions, type MayConnect } from "../../../lib/core/iam/may-connect.ts";
import type { Opinion } from "../../../lib/core/iam/opinion.ts";
import { opinionsOn, secondOpinion } from "../../../lib/core/iam/second-opinion.ts";
import { tryPolicy } from "../../../lib/core/iam/try-policy.ts";
import { waysIn } from "../../../lib/core/iam/ways-in.ts";
import { whoMay } from "../../../lib/core/iam/who-may.ts";
import { catalog } from "../../support/catalogs.ts";
import {
  allow,
  deny,
  type FactsGiven,
  IAM_CLUSTER,
  iamFacts,
  policy,
  roleArn,
  userArn,
} from "../../support/iam-facts.ts";
import { randomScene } from "./random-policies.ts";

const T = Date.parse("2026-11-02T09:00:00Z");
const said = (decision: Simulated["decision"], more: Partial<Simulated> = {}): Simulated => ({
  ...{ decision, missing: [], inOrganization: null },
  ...more,
});

/** The facts with the same answer to both actions about each. */
const asked = (facts: IamFacts, answer: Simulated, ...arns: readonly string[]): IamFacts => {
  const second = secondOpinion(facts, IAM_CLUSTER);
  const both = new Map<ConnectAction, Simulated>(connectActions.map((action) => [action, answer]));
  const opinions: Opinion[] = arns.flatMap((arn) => opinionsOn(second, arn, both));
  return withOpinions(facts, IAM_CLUSTER, opinions, T);
};
const verdict = (facts: IamFacts, arn: string, action: ConnectAction = "DbConnect"): MayConnect =>
  whoMay({ facts, cluster: IAM_CLUSTER }).verdictOf(arn, action).verdict;

const APP = roleArn("app");
const estate = (more: FactsGiven = {}): IamFacts =>
  iamFacts({ roles: { app: { policies: [policy(allow())] }, none: {} }, ...more });

describe("a kept second opinion", () => {
  it("makes the verdict unknown where it differs, and says both answers", () => {
    const row = whoMay({ facts: asked(estate(), said("denied"), APP), cluster: IAM_CLUSTER }).verdictOf(
      APP,
      "DbConnect",
    );
    expect(row).toMatchObject({
      verdict: "unknown",
      because: [],
      reasons: [
        "its own policies: allowed here, and denied by AWS's policy simulator, so one of the two is wrong",
      ],
      secondOpinion: { own: "allowed", state: "differs", askedAt: T },
    });
  });

  it("makes a denial unknown as well", () => {
    expect(verdict(estate(), roleArn("none"))).toBe("denied");
    expect(verdict(asked(estate(), said("allowed"), roleArn("none")), roleArn("none"))).toBe("unknown");
  });

  it("leaves the verdict where the two say the same, and stands beside it", () => {
    const facts = asked(estate(), said("allowed"), APP);
    const { secondOpinion: opinion, ...row } = whoMay({ facts, cluster: IAM_CLUSTER }).verdictOf(
      APP,
      "DbConnect",
    );
    expect(opinion?.state).toBe("agrees");
    expect(row).toEqual(whoMay({ facts: estate(), cluster: IAM_CLUSTER }).verdictOf(APP, "DbConnect"));
  });

  it("leaves a Deny of the cluster's policy, which the simulator was not asked about", () => {
    const facts = estate({ clusterPolicy: policy(deny({ Principal: "*" })) });
    expect(verdict(asked(facts, said("denied"), APP), APP)).toBe("denied");
  });

  it("lets no Allow of the cluster's policy hide that the identity's own may deny", () => {
    const facts = iamFacts({
      users: { ann: { policies: [policy(allow())] } },
      clusterPolicy: policy(allow({ Principal: { AWS: userArn("ann") } })),
    });
    expect(verdict(facts, userArn("ann"))).toBe("allowed");
    expect(verdict(asked(facts, said("denied"), userArn("ann")), userArn("ann"))).toBe("unknown");
  });

  it("is about every session of the role", () => {
    const session = "arn:aws:sts::111122223333:assumed-role/app/s1";
    expect(verdict(asked(estate(), said("denied"), APP), session)).toBe("unknown");
  });

  it.each([
    ["a policy is another", { policies: [policy(allow({ Action: "dsql:DbConnect" }))] }],
    ["it has a boundary", { policies: [policy(allow())], boundary: policy(allow()) }],
    ["it was made again", { policies: [policy(allow())], id: "AROAANOTHER" }],
    ["its tags are others", { policies: [policy(allow())], tags: [{ key: "team", value: "red" }] }],
    ["its trust policy is another", { policies: [policy(allow())], trust: policy() }],
  ])("counts for nothing once %s", (_, changed) => {
    const { opinions } = asked(estate(), said("denied"), APP);
    const later: IamFacts = { ...iamFacts({ roles: { app: changed } }), ...(opinions && { opinions }) };
    expect(keptOpinions(later)).toEqual([]);
    expect(verdict(later, APP)).toBe("allowed");
  });

  it("counts whatever the order in which lists were read", () => {
    const of = (turned: boolean): IamFacts => {
      const tags = [
        { key: "a", value: "1" },
        { key: "b", value: "2" },
      ];
      const policies = [policy(allow()), policy(allow({ Action: "s3:*" }))];
      const facts = iamFacts({ roles: { app: { policies, tags } } });
      const { roles } = facts.parts;
      if (!turned || roles.status !== "read") return facts;
      const rows = roles.rows.map((row) => ({
        ...row,
        inline: row.inline.toReversed(),
        tags: row.tags.toReversed(),
      }));
      return { ...facts, parts: { ...facts.parts, roles: { status: "read", rows } } };
    };
    const { opinions } = asked(of(false), said("denied"), APP);
    expect(verdict({ ...of(true), ...(opinions && { opinions }) }, APP)).toBe("unknown");
  });

  it("keeps the verdict where the organisation refuses, and says so", () => {
    const facts = asked(estate(), said("denied", { inOrganization: false }), APP);
    const row = whoMay({ facts, cluster: IAM_CLUSTER }).verdictOf(APP, "DbConnect");
    expect(row.verdict).toBe("allowed");
    expect(row.reasons).toEqual([
      "By AWS's policy simulator an organisation policy (SCP) refuses it, which the auditor does not read.",
    ]);
  });

  it("is in the walls of every Region, and in what a proposed cluster policy would do", () => {
    const peer = IAM_CLUSTER.replace("us-east-1", "us-east-2");
    const facts = asked(estate(), said("denied"), APP);
    const { clusters } = facts.parts;
    if (clusters.status !== "read") throw new Error("no clusters");
    const rows = [
      ...clusters.rows,
      ...clusters.rows.map((row) => ({ ...row, arn: peer, region: "us-east-2" })),
    ];
    const both: IamFacts = { ...facts, parts: { ...facts.parts, clusters: { status: "read", rows } } };
    const way = waysIn({ ...catalog({}), cluster: IAM_CLUSTER as never, iam: both }, null).of(
      APP,
      "DbConnect",
    );
    expect(way).toMatchObject({ row: { verdict: "unknown" }, opens: { verdict: "unknown" } });
    const document = JSON.stringify(policy(deny({ Principal: "*", Action: "dsql:DbConnectAdmin" })));
    const use = { principal: APP, action: "DbConnect", network: "unknown", connections: 1 } as const;
    expect(tryPolicy(facts, IAM_CLUSTER, { kind: "cluster", document }).of(use).verdict).toBe("allowed");
  });

  it("is in whatever weighs a verdict: nothing but the comparison itself goes around it", () => {
    const root = join(import.meta.dirname, "../../..");
    const around = globSync("{lib,cli,handlers,local}/**/*.ts", { cwd: root }).filter((file) =>
      readFileSync(join(root, file), "utf8").includes("/plain-evaluator.ts"),
    );
    expect(around.sort()).toEqual(["lib/core/iam/evaluator.ts", "lib/core/iam/second-opinion.ts"]);
  });

  it("never lets a verdict stand on policies that the two read differently, over random policies", () => {
    let differed = 0;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.boolean(), (seed, isAllowed) => {
        const scene = randomScene(seed);
        const facts = iamFacts(scene.given);
        const after = asked(facts, said(isAllowed ? "allowed" : "denied"), scene.identity);
        const row = whoMay({ facts: after, cluster: IAM_CLUSTER }).verdictOf(scene.identity, scene.action);
        const before = whoMay({ facts, cluster: IAM_CLUSTER }).verdictOf(scene.identity, scene.action);
        if (row.secondOpinion?.state !== "differs") {
          expect(row.verdict).toBe(before.verdict);
          return;
        }
        differed += 1;
        // Only what the cluster's policy refuses is sure.
        if (row.verdict !== "unknown") {
          expect([before.verdict, row.verdict]).toEqual(["denied", "denied"]);
          expect(row.because.every(({ from }) => from === "cluster policy")).toBe(true);
        }
      }),
      { numRuns: 600 },
    );
    expect(differed).toBeGreaterThan(50);
  });
});
