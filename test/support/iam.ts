// IAM facts for tests: an account that is read whole and holds nothing, and what a test puts into it.
import fc from "fast-check";
import {
  IAM_FORMAT,
  type IamFacts,
  type IamOpinions,
  type IamPartName,
  type IamRole,
  type IamRowOf,
  type IamUser,
  iamPartNames,
} from "../../lib/core/catalog/iam-facts.ts";

export const ACCOUNT = "111122223333";
export const CLUSTER_ARN = `arn:aws:dsql:us-east-1:${ACCOUNT}:cluster/abc`;
export const roleArn = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`;
export const userArn = (name: string): string => `arn:aws:iam::${ACCOUNT}:user/${name}`;

export type Given = { readonly [N in IamPartName]?: readonly IamRowOf<N>[] | string };

/** Rows of each part; a text: unreadable for that reason; what is not given is read and empty. */
export const iamFacts = (given: Given = {}): IamFacts => ({
  format: IAM_FORMAT,
  account: ACCOUNT,
  partition: "aws",
  parts: Object.fromEntries(
    iamPartNames.map((name) => {
      const part = given[name];
      return [
        name,
        typeof part === "string"
          ? { status: "unreadable", reason: part, code: "AccessDenied" }
          : { status: "read", rows: part ?? [] },
      ];
    }),
  ) as IamFacts["parts"],
});

/** The document of one statement that allows the actions on everything. */
export const allow = (...actions: readonly string[]): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: actions, Resource: "*" }],
  });

const common = (arn: string) => ({
  arn,
  name: arn.split("/").at(-1) ?? "",
  path: "/",
  createdAt: 1_700_000_000_000,
  inline: [],
  attached: [],
  boundary: null,
  tags: [],
});

export const iamRole = (name: string, over: Partial<IamRole> = {}): IamRole => ({
  ...common(roleArn(name)),
  id: `AROA${name.toUpperCase()}`,
  trust: "",
  ...over,
});

export const iamUser = (name: string, over: Partial<IamUser> = {}): IamUser => ({
  ...common(userArn(name)),
  id: `AIDA${name.toUpperCase()}`,
  groups: [],
  ...over,
});

const text = fc.string({ maxLength: 12, unit: "binary" });
const unique = <T>(one: fc.Arbitrary<T>, key: (value: T) => string) =>
  fc.uniqueArray(one, { selector: key, maxLength: 4 });
const names = unique(text, (name) => name);
const inline = unique(fc.record({ name: text, document: text }), ({ name }) => name);
const tags = unique(fc.record({ key: text, value: text }), ({ key }) => key);
const instant = fc.option(fc.integer({ min: 0, max: 2e12 }), { nil: null });
const byArn = <T extends { readonly arn: string }>(row: fc.Arbitrary<T>) => unique(row, ({ arn }) => arn);
const identity = { arn: text, id: text, name: text, path: text, createdAt: instant, inline, attached: names };
const boundary = fc.option(text, { nil: null });

const rows: { readonly [N in IamPartName]: fc.Arbitrary<readonly IamRowOf<N>[]> } = {
  users: byArn(fc.record({ ...identity, groups: names, boundary, tags })),
  groups: byArn(fc.record(identity)),
  roles: byArn(fc.record({ ...identity, trust: text, boundary, tags })),
  managedPolicies: byArn(
    fc.record({ arn: text, name: text, version: text, document: fc.option(text, { nil: null }) }),
  ),
  roleUses: byArn(fc.record({ arn: text, lastUsedAt: instant, region: fc.option(text, { nil: null }) })),
  accessKeys: byArn(fc.record({ arn: text, keys: fc.constant({ status: "read" as const, rows: [] }) })),
  clusters: byArn(
    fc.record({
      arn: text,
      region: text,
      policy: fc.constant({ status: "unreadable" as const, reason: "no", code: null }),
      tags: tags.map((found) => ({ status: "read" as const, rows: found })),
    }),
  ),
  identities: byArn(fc.record({ arn: text, status: fc.constant("gone" as const) })),
};

const part = <N extends IamPartName>(name: N) =>
  fc.oneof(
    rows[name].map((found) => ({ status: "read" as const, rows: found })),
    fc.record({
      status: fc.constant("unreadable" as const),
      reason: text,
      code: fc.option(text, { nil: null }),
    }),
  );

const simulated = fc.record({
  decision: fc.constantFrom("allowed" as const, "denied" as const),
  missing: names,
  inOrganization: fc.option(fc.boolean(), { nil: null }),
});
const opinions: fc.Arbitrary<IamOpinions> = fc.record({
  cluster: text,
  identities: byArn(
    fc.record({
      arn: text,
      policies: text,
      askedAt: fc.nat(),
      answers: fc.record({ DbConnect: simulated, DbConnectAdmin: simulated }, { requiredKeys: [] }),
    }),
  ),
  refused: fc.option(fc.record({ why: text, permission: fc.option(text, { nil: null }), since: fc.nat() }), {
    nil: null,
  }),
  waiting: fc.nat(),
});

/** Any section, whatever stands in its texts. */
export const anyIam: fc.Arbitrary<IamFacts> = fc
  .tuple(
    fc.record(Object.fromEntries(iamPartNames.map((name) => [name, part(name)]))),
    fc.option(opinions, { nil: undefined }),
  )
  .map(([parts, asked]) => ({
    ...iamFacts(),
    parts: parts as unknown as IamFacts["parts"],
    ...(asked && { opinions: asked }),
  }));
