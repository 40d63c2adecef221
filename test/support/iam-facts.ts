// Small IAM facts for tests: one account, one cluster, and policies as plain objects.
import type { ClusterAccess, IamFacts, IamRole, IamUser, Tag } from "../../lib/core/iam/facts.ts";

export const ACCOUNT = "111122223333";
export const IAM_CLUSTER = `arn:aws:dsql:us-east-1:${ACCOUNT}:cluster/abcdefghij`;
export const roleArn = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`;
export const userArn = (name: string): string => `arn:aws:iam::${ACCOUNT}:user/${name}`;
export const policyArn = (name: string): string => `arn:aws:iam::${ACCOUNT}:policy/${name}`;

const text = (document: unknown): string =>
  typeof document === "string" ? document : JSON.stringify(document);

/** A document of statements, of the version that has variables. */
export const policy = (...Statement: readonly unknown[]): unknown => ({ Version: "2012-10-17", Statement });
export const allow = (more: object = {}): object => ({
  Effect: "Allow",
  Action: "dsql:*",
  Resource: "*",
  ...more,
});
export const deny = (more: object = {}): object => ({
  Effect: "Deny",
  Action: "dsql:*",
  Resource: "*",
  ...more,
});
/** In a cluster's policy. */
export const everybody = { Principal: "*" };

const NO_TAGGING = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: "*", Action: "sts:AssumeRole" }],
};

type Given = {
  readonly policies?: readonly unknown[];
  readonly boundary?: unknown;
  readonly tags?: readonly Tag[];
  readonly id?: string;
  readonly path?: string;
  readonly trust?: unknown;
  readonly groups?: readonly string[];
  readonly attached?: readonly string[];
};

const identity = (kind: "role" | "user", name: string, given: Given) => ({
  arn: `arn:aws:iam::${ACCOUNT}:${kind}${given.path ?? "/"}${name}`,
  id: given.id ?? `${kind === "role" ? "AROA" : "AIDA"}${name.toUpperCase()}`,
  name,
  path: given.path ?? "/",
  createdAt: null,
  inline: (given.policies ?? []).map((document, at) => ({ name: `p${at}`, document: text(document) })),
  attached: [...(given.attached ?? [])],
  boundary: given.boundary === undefined ? null : policyArn(`boundary-${name}`),
  tags: [...(given.tags ?? [])],
});

export type FactsGiven = {
  readonly roles?: Readonly<Record<string, Given>>;
  readonly users?: Readonly<Record<string, Given>>;
  readonly groups?: Readonly<Record<string, readonly unknown[]>>;
  readonly managed?: Readonly<Record<string, unknown>>;
  /** undefined: the cluster has none; a reason: it could not be read. */
  readonly clusterPolicy?: unknown;
  readonly unreadPolicy?: string;
  readonly clusterTags?: readonly Tag[] | null;
};

/** Facts in which everything was read but what is said not to be. */
export const iamFacts = (given: FactsGiven, cluster: string = IAM_CLUSTER): IamFacts => {
  const roles: IamRole[] = Object.entries(given.roles ?? {}).map(([name, one]) => ({
    ...identity("role", name, one),
    trust: text(one.trust ?? NO_TAGGING),
  }));
  const users: IamUser[] = Object.entries(given.users ?? {}).map(([name, one]) => ({
    ...identity("user", name, one),
    groups: [...(one.groups ?? [])],
  }));
  const boundaries = [...Object.entries(given.roles ?? {}), ...Object.entries(given.users ?? {})].flatMap(
    ([name, { boundary }]) => (boundary === undefined ? [] : [[`boundary-${name}`, boundary] as const]),
  );
  const policyOf: ClusterAccess["policy"] =
    given.unreadPolicy !== undefined
      ? { status: "unreadable", reason: given.unreadPolicy, code: "AccessDenied" }
      : {
          status: "read",
          rows:
            given.clusterPolicy === undefined ? [] : [{ document: text(given.clusterPolicy), version: "1" }],
        };
  const none = { status: "read", rows: [] } as { readonly status: "read"; readonly rows: [] };
  return {
    format: 1,
    account: ACCOUNT,
    partition: "aws",
    parts: {
      users: { status: "read", rows: users },
      roles: { status: "read", rows: roles },
      groups: {
        status: "read",
        rows: Object.entries(given.groups ?? {}).map(([name, policies]) => ({
          arn: `arn:aws:iam::${ACCOUNT}:group/${name}`,
          id: `AGPA${name.toUpperCase()}`,
          name,
          path: "/",
          createdAt: null,
          inline: policies.map((document, at) => ({ name: `g${at}`, document: text(document) })),
          attached: [],
        })),
      },
      managedPolicies: {
        status: "read",
        rows: [...Object.entries(given.managed ?? {}), ...boundaries].map(([name, document]) => ({
          arn: policyArn(name),
          name,
          version: "v1",
          document: document === null ? null : text(document),
        })),
      },
      roleUses: none,
      accessKeys: none,
      identities: none,
      clusters: {
        status: "read",
        rows: [
          {
            arn: cluster,
            region: "us-east-1",
            policy: policyOf,
            tags:
              given.clusterTags === null
                ? { status: "unreadable", reason: "AccessDenied", code: "AccessDenied" }
                : { status: "read", rows: [...(given.clusterTags ?? [])] },
          },
        ],
      },
    },
  };
};
