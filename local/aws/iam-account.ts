// The account that the local IAM knows: identities and policies, as somebody would set them up, and clusters' policies.

export type LocalPolicy = { readonly name: string; readonly document: object };

export type LocalKey = {
  readonly id: string;
  readonly active?: boolean;
  readonly createdAt: number;
  /** Epoch milliseconds; never where it is missing. */
  readonly lastUsedAt?: number;
  readonly service?: string;
};

/** A user, group or role. `path` begins and ends with a slash. */
export type LocalIdentity = {
  readonly kind: "user" | "group" | "role";
  readonly name: string;
  readonly path?: string;
  /** AIDA…, AGPA…, AROA…: another one when it is made again under its name. */
  readonly id: string;
  readonly createdAt: number;
  readonly inline?: readonly LocalPolicy[];
  /** ARNs of managed policies. */
  readonly attached?: readonly string[];
  readonly groups?: readonly string[];
  readonly boundary?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly trust?: object;
  readonly lastUsedAt?: number;
  readonly keys?: readonly LocalKey[];
};

export type LocalManaged = { readonly arn: string; readonly document: object; readonly createdAt?: number };

export type LocalClusterAccess = {
  readonly arn: string;
  readonly policy?: object;
  readonly policyVersion?: number;
  readonly tags?: Readonly<Record<string, string>>;
  /** GetCluster does not tell them; ListTagsForResource does. */
  readonly tagsLeftOut?: true;
  /** ARNs of the clusters that it is one with, itself among them. */
  readonly peers?: readonly string[];
  /** ACTIVE unless told otherwise. */
  readonly status?: string;
  readonly endpoint?: string;
};

/** What the policy simulator is to say of one identity and action, whatever the policies. */
export type LocalSimulation = {
  /** ARN of the user or role. */
  readonly principal: string;
  /** "dsql:DbConnect". */
  readonly action: string;
  readonly decision: "allowed" | "explicitDeny" | "implicitDeny";
  readonly missing?: readonly string[];
  /** What the organisation's policies say; it is in none where this is missing. */
  readonly inOrganization?: boolean;
};

export type LocalAccount = {
  readonly account: string;
  readonly arnOf: (identity: Pick<LocalIdentity, "kind" | "name" | "path">) => string;
  /** Adds it, or takes the place of the one of that kind and name. */
  readonly put: (...identities: readonly LocalIdentity[]) => void;
  readonly remove: (kind: LocalIdentity["kind"], name: string) => void;
  readonly putManaged: (...policies: readonly LocalManaged[]) => void;
  readonly putCluster: (cluster: LocalClusterAccess) => void;
  readonly removeCluster: (arn: string) => void;
  readonly putSimulations: (...simulations: readonly LocalSimulation[]) => void;
  readonly simulation: (principal: string, action: string) => LocalSimulation | undefined;
  readonly find: (kind: LocalIdentity["kind"], name: string) => LocalIdentity | undefined;
  readonly ownerOfKey: (id: string) => { readonly user: LocalIdentity; readonly key: LocalKey } | undefined;
  /** All of a kind, by name. */
  readonly all: (kind: LocalIdentity["kind"]) => readonly LocalIdentity[];
  readonly managed: () => readonly LocalManaged[];
  readonly cluster: (identifier: string) => LocalClusterAccess | undefined;
  readonly clusters: () => readonly LocalClusterAccess[];
};

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0;

/** An empty account. */
export const localAccount = (account: string): LocalAccount => {
  const identities = new Map<string, LocalIdentity>();
  const policies = new Map<string, LocalManaged>();
  const clusters = new Map<string, LocalClusterAccess>();
  const simulations = new Map<string, LocalSimulation>();
  const all = (kind: LocalIdentity["kind"]) =>
    [...identities.values()].filter((one) => one.kind === kind).sort(byName);
  return {
    account,
    arnOf: ({ kind, name, path = "/" }) => `arn:aws:iam::${account}:${kind}${path}${name}`,
    put: (...more) => {
      for (const one of more) identities.set(`${one.kind} ${one.name}`, one);
    },
    remove: (kind, name) => void identities.delete(`${kind} ${name}`),
    putManaged: (...more) => {
      for (const one of more) policies.set(one.arn, one);
    },
    removeCluster: (arn) => void clusters.delete(arn.slice(arn.lastIndexOf("/") + 1)),
    putCluster: (cluster) => void clusters.set(cluster.arn.slice(cluster.arn.lastIndexOf("/") + 1), cluster),
    putSimulations: (...more) => {
      for (const one of more) simulations.set(`${one.principal} ${one.action}`, one);
    },
    simulation: (principal, action) => simulations.get(`${principal} ${action}`),
    find: (kind, name) => identities.get(`${kind} ${name}`),
    ownerOfKey: (id) => {
      for (const user of all("user")) {
        const key = user.keys?.find((one) => one.id === id);
        if (key) return { user, key };
      }
      return undefined;
    },
    all,
    managed: () => [...policies.values()],
    cluster: (identifier) => clusters.get(identifier),
    clusters: () => [...clusters.values()],
  };
};
