// One documented rule of IAM as a test tells it, and how it is asked.
import { describe, expect, it } from "vitest";
import type { ConnectAction } from "../../../lib/core/iam/may-connect.ts";
import { whoMay } from "../../../lib/core/iam/who-may.ts";
import {
  ACCOUNT,
  type FactsGiven,
  IAM_CLUSTER,
  iamFacts,
  policy,
  roleArn,
  userArn,
} from "../../support/iam-facts.ts";

export type Case = readonly [
  rule: string,
  expected: "allowed" | "denied" | "conditional" | "unknown",
  given: FactsGiven,
  more?: {
    readonly who?: string;
    readonly action?: ConnectAction;
    readonly context?: Readonly<Record<string, string | readonly string[] | null>>;
  },
];

const verdict = ([, , given, { who = roleArn("app"), action = "DbConnect", context = {} } = {}]: Case) => {
  const known = new Map(
    Object.entries(context).map(([key, value]) => [
      key.toLowerCase(),
      value === null ? null : [value].flat(),
    ]),
  );
  return whoMay({ facts: iamFacts(given), cluster: IAM_CLUSTER, context: known }).verdictOf(who, action);
};

/** A role with these statements in one policy of its own. */
export const role = (...statements: readonly unknown[]): FactsGiven => ({
  roles: { app: { policies: [policy(...statements)] } },
});
export const when = (operator: string, key: string, values: unknown): object => ({
  Condition: { [operator]: { [key]: values } },
});
export const ANN = { who: userArn("ann") };
export const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/app/job-1`;
export const ROOT = `arn:aws:iam::${ACCOUNT}:root`;
export const toRole = { Principal: { AWS: roleArn("app") } };

/** A test of each case, under the page that documents it. */
export const testPages = (pages: Readonly<Record<string, readonly Case[]>>): void => {
  for (const [page, cases] of Object.entries(pages)) {
    describe(page, () => {
      it.each(cases)("%s: %s", (...one) => {
        const [, expected] = one;
        expect(verdict(one as unknown as Case)).toMatchObject({ verdict: expected });
      });
    });
  }
};
