// What a test plans in IAM: the policies that it says, what is wished of them, and the plan with its proof.
import { EXAMPLE_CLUSTER, exampleArn } from "../../lib/core/findings/example-facts.ts";
import { exampleRole } from "../../lib/core/findings/example-iam.ts";
import type { IamFacts } from "../../lib/core/iam/facts.ts";
import { type IamWish, iamPlan } from "../../lib/core/remediation/iam/iam-plan.ts";
import { proveInIam } from "../../lib/core/remediation/proof.ts";
import { catalog } from "./catalogs.ts";

export const cluster: string = EXAMPLE_CLUSTER;
export const policy = (...Statement: object[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement });
export const allow = (Action: unknown, Resource: unknown = cluster, more: object = {}) => ({
  ...{ Effect: "Allow", Action, Resource, ...more },
});
export const withInline = (name: string, document: string) => ({
  ...exampleRole(name),
  inline: [{ name: "connect", document }],
});
export const clusterWith = (document?: string) => [
  {
    ...{ arn: cluster, region: "us-east-1", tags: { status: "read" as const, rows: [] } },
    policy: { status: "read" as const, rows: document ? [{ document, version: "3" }] : [] },
  },
];
export const shut = (name: string, action: "DbConnect" | "DbConnectAdmin" = "DbConnect"): IamWish => ({
  ...{ wants: "shut-out", principal: exampleArn(name), action },
});
export const planned = (iam: IamFacts, ...wishes: IamWish[]) => {
  const { plan, left } = iamPlan({ ...catalog({}), iam }, wishes);
  return {
    plan,
    left,
    texts: plan.steps.map(({ text }) => text),
    proof: proveInIam(plan, [], () => new Set()),
  };
};
