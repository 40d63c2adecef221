// What a proposed policy would have made of connections that there were: refused, let in, or it depends.

import { parseAddress } from "./address.ts";
import { evaluator } from "./evaluator.ts";
import type { IamFacts } from "./facts.ts";
import type { KnownContext, KnownValue } from "./known-context.ts";
import { type Because, type ConnectAction, type MayConnect, type Weighed, weigh } from "./may-connect.ts";
import { sideOf } from "./wall.ts";

/** Connections alike in all that IAM looks at and the store keeps. `network`: `203.0.113.0/24`, `vpce-…`, or neither. */
export type PastUse = {
  readonly principal: string;
  readonly action: ConnectAction;
  readonly network: string;
  readonly connections: number;
};

export type TriedUse = PastUse & {
  readonly verdict: MayConnect;
  readonly because: readonly Because[];
  readonly conditions: readonly string[];
  readonly reasons: readonly string[];
};

/** The policy instead of the cluster's, or instead of all that a principal has but its boundary. */
export type Proposal =
  | { readonly kind: "cluster"; readonly document: string }
  | { readonly kind: "identity"; readonly principal: string; readonly document: string };

const isPrivate = ([a = 0, b = 0]: readonly number[]): boolean =>
  a === 10 ||
  a === 127 ||
  (a === 172 && b >= 16 && b <= 31) ||
  (a === 192 && b === 168) ||
  (a === 169 && b === 254) ||
  (a === 100 && b >= 64 && b <= 127);

/**
 * What the network of a connection tells of its condition keys. Through a VPC endpoint there is no aws:SourceIp, and of the
 * VPC only that there is one. A public address is taken for a connection from the internet: a VPC that uses public addresses
 * inside cannot be told from it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export const contextOfNetwork = (network: string): KnownContext => {
  if (network.startsWith("vpce-")) {
    return new Map<string, KnownValue>([
      ["aws:sourcevpce", [network]],
      ["aws:sourcevpc", { present: true }],
      ["aws:vpcsourceip", { present: true }],
      ["aws:sourceip", null],
    ]);
  }
  const [address = ""] = network.split("/");
  const found = parseAddress(address);
  const isLocal = found?.bits === 32 ? isPrivate(address.split(".").map(Number)) : /^f[cde]/i.test(address);
  if (!found || isLocal) return new Map();
  return new Map<string, KnownValue>([
    ["aws:sourceip", { range: network }],
    ["aws:sourcevpc", null],
    ["aws:sourcevpce", null],
    ["aws:vpcsourceip", null],
  ]);
};

/** It did connect, so that some policy of its own let it in: which one, and whether it still stands, does not matter here. */
const PASSED: Weighed = {
  policy: "what let it in",
  source: "managed",
  statement: { sid: null, effect: "Allow" },
  applies: { truth: "yes", conditions: [], reasons: [] },
  grade: null,
  says: [],
};

const withProposal = (facts: IamFacts, cluster: string, proposal: Proposal): IamFacts => {
  const { clusters, roles, users } = facts.parts;
  if (proposal.kind === "cluster") {
    const policy = { status: "read", rows: [{ document: proposal.document, version: null }] } as const;
    const tags = { status: "unreadable", reason: "they were not read", code: null } as const;
    const region = cluster.split(":")[3] ?? "";
    const known = clusters.status === "read" ? clusters.rows : [];
    const own = known.find(({ arn }) => arn === cluster) ?? { arn: cluster, region, policy, tags };
    const others = known.filter(({ arn }) => arn !== cluster);
    return {
      ...facts,
      parts: {
        ...facts.parts,
        clusters: {
          status: "read",
          rows: [...others, { ...own, policy: { ...policy, rows: [...policy.rows] } }],
        },
      },
    };
  }
  const inline = [{ name: "proposed policy", document: proposal.document }];
  const changed = <T extends { readonly arn: string }>(row: T): T =>
    row.arn === proposal.principal ? { ...row, inline, attached: [], groups: [] } : row;
  return {
    ...facts,
    parts: {
      ...facts.parts,
      roles: roles.status === "read" ? { ...roles, rows: roles.rows.map(changed) } : roles,
      users: users.status === "read" ? { ...users, rows: users.rows.map(changed) } : users,
    },
  };
};

/** Facts in which nothing was read: a cluster policy can be tried all the same. */
export const noFacts = (cluster: string): IamFacts => {
  const [, partition = "aws", , , account = ""] = cluster.split(":");
  const unread = { status: "unreadable", reason: "IAM was not read", code: null } as const;
  return {
    format: 1,
    account,
    partition,
    parts: {
      users: unread, groups: unread, roles: unread, managedPolicies: unread, roleUses: unread, accessKeys: unread,
      clusters: unread, identities: unread,
    },
  }; // biome-ignore format: one glance
};

export type TriedPolicy = {
  /** The facts as they would be. */
  readonly facts: IamFacts;
  readonly of: (use: PastUse) => TriedUse;
};

/**
 * Judges past connections by the proposal. A cluster policy is held against connections whose principals IAM let in: their
 * own policies count only where they deny, or where nothing but the cluster's old policy can have let them in.
 */
export const tryPolicy = (facts: IamFacts, cluster: string, proposal: Proposal): TriedPolicy => {
  const proposed = withProposal(facts, cluster, proposal);
  const { subjectOf, weightOf } = evaluator(proposed, cluster);
  const judge = (
    principal: string,
    action: ConnectAction,
    network: string,
  ): Omit<TriedUse, keyof PastUse> => {
    const subject = subjectOf(principal);
    if (subject.kind === "root") {
      return {
        verdict: "allowed",
        because: [],
        conditions: [],
        reasons: ["The root user keeps full access whatever the cluster policy says."],
      };
    }
    const weight = weightOf(subject, action, contextOfNetwork(network));
    const isKnown =
      subject.kind === "user" || subject.kind === "role" || subject.kind === "service-linked-role";
    const own = isKnown ? weigh({ ...weight, cluster: [] }).verdict : "unknown";
    const isPassed = proposal.kind === "cluster" && own !== "denied";
    const { verdict, because, open, reasons } = weigh(
      isPassed ? { identity: [PASSED], boundary: null, cluster: weight.cluster } : weight,
    );
    return {
      verdict,
      because: because.filter(({ policy }) => policy !== PASSED.policy),
      conditions: sideOf({ verdict, because, open, reasons }).conditions,
      reasons,
    };
  };
  const judged = new Map<string, Omit<TriedUse, keyof PastUse>>();
  return {
    facts: proposed,
    of: (use) => {
      const key = JSON.stringify([use.principal, use.action, use.network]);
      const found = judged.get(key) ?? judge(use.principal, use.action, use.network);
      judged.set(key, found);
      return { ...use, ...found };
    },
  };
};
