// What a proposed policy would have made of connections that there were: refused, let in, or it depends.

import { parseArn, withoutPath } from "../base/ids.ts";
import { evaluator } from "./evaluator.ts";
import type { IamFacts, IamRole, IamUser } from "./facts.ts";
import type { KnownContext } from "./known-context.ts";
import {
  type Because,
  type ConnectAction,
  type MayConnect,
  type Verdict,
  type Weighed,
  weigh,
} from "./may-connect.ts";
import { contextOfNetwork } from "./network-context.ts";
import type { Subject } from "./subject.ts";
import { toldOf } from "./wall.ts";

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

/**
 * The policy instead of the cluster's; or instead of all that a principal has but its boundary, `added`: beside what it has.
 * `principal` null: as the policy of each principal.
 */
export type Proposal =
  | { readonly kind: "cluster"; readonly document: string }
  | {
      readonly kind: "identity";
      readonly principal: string | null;
      readonly document: string;
      readonly added?: boolean;
    };

/** It did connect, so that some policy of its own let it in: which one, and whether it still stands, does not matter here. */
const PASSED: Weighed = {
  policy: "what let it in",
  source: "managed",
  statement: { sid: null, effect: "Allow", resources: { not: false, values: ["*"] } },
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
  const { principal, document, added = false } = proposal;
  const own = { name: "proposed policy", document };
  const wanted = principal === null ? null : withoutPath(principal);
  const changed = <T extends IamUser | IamRole>(row: T): T => {
    if (wanted !== null && withoutPath(row.arn) !== wanted) return row;
    return added
      ? { ...row, inline: [...row.inline, own] }
      : { ...row, inline: [own], attached: [], ...("groups" in row && { groups: [] }) };
  };
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

type Tried = Omit<TriedUse, keyof PastUse>;

const plainly = (verdict: MayConnect, reason: string): Tried => ({
  verdict,
  because: [],
  conditions: [],
  reasons: [reason],
});

const ROOT = "The root user keeps full access whatever the cluster policy says.";
const NOT_KNOWN = "Its policies and boundary were not read.";
const CHANGED =
  "As its policies stand now it could not have connected at all: they have changed since, and what they were then is not looked at.";

const isKnown = ({ kind }: Subject): boolean =>
  kind === "user" || kind === "role" || kind === "service-linked-role";

/**
 * Judges past connections by the proposal. A cluster policy is held against connections whose principals IAM let in: their
 * own policies count only where they deny, and where the cluster's old policy, as it is in `facts`, can have let them in.
 */
export const tryPolicy = (facts: IamFacts, cluster: string, proposal: Proposal): TriedPolicy => {
  const proposed = withProposal(facts, cluster, proposal);
  const { subjectOf, weightOf } = evaluator(proposed, cluster);
  const before = evaluator(facts, cluster);

  const judgeAgainst = (subject: Subject, action: ConnectAction, context: KnownContext): Tried | Verdict => {
    const weight = weightOf(subject, action, context);
    if (proposal.kind === "identity") return isKnown(subject) ? weigh(weight) : plainly("unknown", NOT_KNOWN);
    const own = isKnown(subject) ? weigh({ ...weight, cluster: [] }).verdict : "unknown";
    if (own !== "denied") return weigh({ identity: [PASSED], boundary: null, cluster: weight.cluster });
    const was = weigh(before.weightOf(subject, action, context)).verdict;
    return was === "denied" ? plainly("unknown", CHANGED) : weigh(weight);
  };

  const judge = (principal: string, action: ConnectAction, network: string): Tried => {
    if (!parseArn(principal)) return plainly("unknown", "The records do not say who it was.");
    const subject = subjectOf(principal);
    if (subject.kind === "root") return plainly("allowed", ROOT);
    const found = judgeAgainst(subject, action, contextOfNetwork(network));
    if (!("open" in found)) return found;
    const { verdict, because, reasons } = found;
    return {
      verdict,
      because: because.filter(({ policy }) => policy !== PASSED.policy),
      conditions: toldOf(found).conditions,
      reasons,
    };
  };

  const judged = new Map<string, Tried>();
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
