// One change in IAM or of a cluster's policy as data: what it makes of the facts, and what takes it back.
import type { IamFacts, InlinePolicy } from "../../iam/facts.ts";
import { readJson } from "../../iam/strict-json.ts";

/** A user or role of the account, by the name that IAM's commands take. */
export type Holder = { readonly kind: "role" | "user"; readonly name: string };

export type IamChange =
  | {
      readonly does: "put-inline";
      readonly holder: Holder;
      readonly policy: string;
      readonly document: string;
    }
  | { readonly does: "delete-inline"; readonly holder: Holder; readonly policy: string }
  | { readonly does: "attach" | "detach"; readonly holder: Holder; readonly policyArn: string }
  | { readonly does: "key"; readonly user: string; readonly id: string; readonly active: boolean }
  /** `version`: the one that is to be replaced; null: whichever there is. */
  | {
      readonly does: "put-cluster-policy";
      readonly cluster: string;
      readonly document: string;
      readonly version: string | null;
    }
  | { readonly does: "delete-cluster-policy"; readonly cluster: string; readonly version: string | null };

type Part = "users" | "roles";
const partOf = ({ kind }: Holder): Part => (kind === "user" ? "users" : "roles");
const nameIn = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1);

type Policies = { readonly inline: readonly InlinePolicy[]; readonly attached: readonly string[] };

const holderOf = (facts: IamFacts, holder: Holder): Policies | undefined => {
  const part = facts.parts[partOf(holder)];
  return part.status === "read" ? part.rows.find(({ name }) => name === holder.name) : undefined;
};

const inlineOf = (facts: IamFacts, holder: Holder, policy: string): InlinePolicy | undefined =>
  holderOf(facts, holder)?.inline.find(({ name }) => name === policy);

const withHolder = (
  facts: IamFacts,
  holder: Holder,
  change: (now: Policies) => Partial<Policies>,
): IamFacts => {
  const name = partOf(holder);
  const part = facts.parts[name];
  if (part.status !== "read") return facts;
  const rows = (part.rows as readonly (Policies & { readonly name: string })[]).map((row) =>
    row.name === holder.name ? { ...row, ...change(row) } : row,
  );
  return { ...facts, parts: { ...facts.parts, [name]: { ...part, rows } } };
};

const withKey = (facts: IamFacts, user: string, id: string, active: boolean): IamFacts => {
  const { accessKeys } = facts.parts;
  if (accessKeys.status !== "read") return facts;
  const rows = accessKeys.rows.map((row) =>
    nameIn(row.arn) !== user || row.keys.status !== "read"
      ? row
      : {
          ...row,
          keys: {
            ...row.keys,
            rows: row.keys.rows.map((key) => (key.id === id ? { ...key, active } : key)),
          },
        },
  );
  return { ...facts, parts: { ...facts.parts, accessKeys: { ...accessKeys, rows } } };
};

const withClusterPolicy = (facts: IamFacts, cluster: string, document: string | null): IamFacts => {
  const { clusters } = facts.parts;
  if (clusters.status !== "read") return facts;
  const policy = {
    status: "read" as const,
    rows: document === null ? [] : [{ document, version: null }],
  };
  const rows = clusters.rows.map((row) => (row.arn === cluster ? { ...row, policy } : row));
  return { ...facts, parts: { ...facts.parts, clusters: { ...clusters, rows } } };
};

/** The facts as they are when the change is made; the same ones where there is nothing that it changes. */
export const applyIamChange = (facts: IamFacts, change: IamChange): IamFacts => {
  switch (change.does) {
    case "put-inline":
    case "delete-inline": {
      const { holder, policy } = change;
      return withHolder(facts, holder, ({ inline }) => {
        const rest = inline.filter(({ name }) => name !== policy);
        return {
          inline:
            change.does === "delete-inline" ? rest : [...rest, { name: policy, document: change.document }],
        };
      });
    }
    case "attach":
    case "detach":
      return withHolder(facts, change.holder, ({ attached }) => {
        const rest = attached.filter((arn) => arn !== change.policyArn);
        return { attached: change.does === "detach" ? rest : [...rest, change.policyArn] };
      });
    case "key":
      return withKey(facts, change.user, change.id, change.active);
    case "put-cluster-policy":
      return withClusterPolicy(facts, change.cluster, change.document);
    case "delete-cluster-policy":
      return withClusterPolicy(facts, change.cluster, null);
    default:
      return change satisfies never;
  }
};

const clusterPolicyOf = ({ parts: { clusters } }: IamFacts, cluster: string): string | undefined => {
  const found = clusters.status === "read" ? clusters.rows.find(({ arn }) => arn === cluster) : undefined;
  return found?.policy.status === "read" ? found.policy.rows[0]?.document : undefined;
};

/** What takes the change back, from the facts as they are before it. */
export const undoOfIamChange = (facts: IamFacts, change: IamChange): IamChange => {
  switch (change.does) {
    case "put-inline":
    case "delete-inline": {
      const { holder, policy } = change;
      const had = inlineOf(facts, holder, policy);
      return had
        ? { does: "put-inline", holder, policy, document: had.document }
        : { does: "delete-inline", holder, policy };
    }
    case "attach":
      return { ...change, does: "detach" };
    case "detach":
      return { ...change, does: "attach" };
    case "key":
      return { ...change, active: !change.active };
    case "put-cluster-policy":
    case "delete-cluster-policy": {
      const { cluster } = change;
      const document = clusterPolicyOf(facts, cluster);
      return document === undefined
        ? { does: "delete-cluster-policy", cluster, version: null }
        : { does: "put-cluster-policy", cluster, document, version: null };
    }
    default:
      return change satisfies never;
  }
};

/** The document without what white space and the order of policies say: AWS counts the versions of a cluster's policy itself. */
const meaning = (document: string): unknown => {
  const { value, problem } = readJson(document);
  return problem === null ? value : document;
};

/** Whether two facts say the same: each policy, attachment, key and cluster policy. */
export const sameIam = (a: IamFacts, b: IamFacts): boolean => meaningOf(a) === meaningOf(b);

const meaningOf = (facts: IamFacts): string =>
  JSON.stringify(facts.parts, (key, value: unknown) => {
    if (key === "inline" && Array.isArray(value))
      return (value as InlinePolicy[])
        .map(({ name, document }) => ({ name, policy: meaning(document) }))
        .sort((x, y) => (x.name < y.name ? -1 : 1));
    if (key === "attached" && Array.isArray(value)) return [...(value as string[])].sort();
    if (key === "policy" && typeof value === "object" && value !== null && "status" in value) {
      const policy = value as {
        readonly status: string;
        readonly rows?: readonly { readonly document: string }[];
      };
      return policy.status === "read"
        ? { read: (policy.rows ?? []).map(({ document }) => meaning(document)) }
        : value;
    }
    return value;
  });
