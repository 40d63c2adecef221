// The verdict of IAM on one principal, one action and one cluster, as far as the policies of this account go.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
//
// Not in it, for they are not read: organisation policies (SCP, RCP), session policies, VPC endpoint policies. Each of them
// can only take away, so a denial stands and an allow is "as far as this account's policies go".
import type { Applies } from "./applies.ts";
import type { PolicySource } from "./attached.ts";
import type { Statement } from "./policy.ts";
import type { Grade } from "./principal-element.ts";
import { every, some, type Truth } from "./truth.ts";

export const connectActions = ["DbConnect", "DbConnectAdmin"] as const;
export type ConnectAction = (typeof connectActions)[number];
export type MayConnect = "allowed" | "denied" | "conditional" | "unknown";

/** One statement that is about the request, or a policy of which nothing is known (`statement` null). */
export type Weighed = {
  readonly policy: string;
  /** "second opinion": AWS's simulator says something else of the principal's policies, which are weighed as not known. */
  readonly source: PolicySource | "second opinion";
  readonly statement: Pick<Statement, "sid" | "effect" | "resources" | "principals"> | null;
  readonly applies: Applies;
  /** How the cluster's policy names the principal; null in a policy of the principal. */
  readonly grade: Grade | null;
  /** Conditions that are none of the statement's, such as the name of the session. */
  readonly says: readonly string[];
};

/** `effect` "none": the permissions boundary does not allow it. */
export type Because = {
  readonly policy: string;
  readonly sid: string | null;
  readonly effect: "Allow" | "Deny" | "none" | "unknown";
  readonly from: PolicySource | "account";
};

export type Verdict = {
  readonly verdict: MayConnect;
  readonly because: readonly Because[];
  /** The statements that count and that the request decides on: an Allow opens, a Deny closes. */
  readonly open: readonly Weighed[];
  /** Why it is unknown. */
  readonly reasons: readonly string[];
};

export type Weight = {
  readonly identity: readonly Weighed[];
  /** null: it has none. */
  readonly boundary: { readonly policy: string; readonly statements: readonly Weighed[] } | null;
  readonly cluster: readonly Weighed[];
};

const canBe = (weighed: Weighed, effect: "Allow" | "Deny"): boolean =>
  (weighed.statement?.effect ?? effect) === effect;
const truthOf = ({ applies }: Weighed): Truth => applies.truth;
const allows = (weighed: readonly Weighed[]): Weighed[] => weighed.filter((one) => canBe(one, "Allow"));
const denies = (weighed: readonly Weighed[]): Weighed[] => weighed.filter((one) => canBe(one, "Deny"));

/** A difference of opinion is no statement: it stands in the reasons. */
const becauseOf = (weighed: readonly Weighed[]): Because[] =>
  weighed.flatMap(({ policy, source, statement }) =>
    source === "second opinion"
      ? []
      : [{ policy, sid: statement?.sid ?? null, effect: statement?.effect ?? "unknown", from: source }],
  );

const reasonsOf = (weighed: readonly Weighed[]): string[] => {
  const texts = weighed
    .filter((one) => truthOf(one) === "unknown")
    .flatMap(({ policy, source, statement, applies }) => {
      const where = `${source === "cluster policy" ? "the cluster policy" : policy}${statement?.sid ? `, ${statement.sid}` : ""}`;
      return applies.reasons.map((reason) => `${where}: ${reason}`);
    });
  return [...new Set(texts)];
};

/**
 * In one account an Allow of either side is enough, and a Deny of any policy outweighs it. A boundary must allow too, but for
 * what the cluster's policy grants to a user, to a session or to everybody; what it grants to the account delegates alone.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
 */
export const weigh = ({ identity, boundary, cluster }: Weight): Verdict => {
  const granted = allows(identity);
  const named = allows(cluster).filter(({ grade }) => grade !== "account");
  const direct = named.filter(({ grade }) => grade === "direct");
  const byRole = named.filter(({ grade }) => grade === "role");
  const within = boundary ? allows(boundary.statements) : [];
  const inBoundary: Truth = boundary ? some(within.map(truthOf)) : "yes";
  const limited = every([some([...granted, ...byRole].map(truthOf)), inBoundary]);
  const allowed = some([limited, ...direct.map(truthOf)]);
  const against = denies([...identity, ...(boundary?.statements ?? []), ...cluster]);
  const denied = some(against.map(truthOf));
  const grants = [...granted, ...named];

  if (denied === "yes") {
    const because = becauseOf(against.filter((one) => truthOf(one) === "yes"));
    return { verdict: "denied", because, open: [], reasons: [] };
  }
  if (allowed === "no") {
    const because: Because[] =
      boundary && inBoundary === "no" && grants.length
        ? [...becauseOf(grants), { policy: boundary.policy, sid: null, effect: "none", from: "boundary" }]
        : [];
    return { verdict: "denied", because, open: [], reasons: [] };
  }
  const counted = [...grants, ...(limited === "no" ? [] : within)];
  const isUnknown = allowed === "unknown" || denied === "unknown";
  const because = becauseOf([...new Set([...counted, ...against])]);
  if (isUnknown)
    return { verdict: "unknown", because, open: [], reasons: reasonsOf([...counted, ...against]) };
  if (allowed === "yes" && denied === "no") {
    const certain = counted.filter((one) => truthOf(one) === "yes");
    return { verdict: "allowed", because: becauseOf(certain), open: [], reasons: [] };
  }
  const isOpen = (one: Weighed): boolean => truthOf(one) === "open";
  const open = [...(allowed === "yes" ? [] : counted.filter(isOpen)), ...against.filter(isOpen)];
  return { verdict: "conditional", because, open, reasons: [] };
};

/**
 * The same, told apart: what the principal's policies open, with what the cluster's policy grants it, and what the cluster's
 * policy refuses. Whichever is worse is what `weigh` says of both together.
 */
export const weighSides = ({
  identity,
  boundary,
  cluster,
}: Weight): { readonly opens: Verdict; readonly granted: Verdict; readonly refuses: Verdict } => {
  const alone = weigh({ identity, boundary, cluster: [] });
  const granting = allows(cluster);
  const isUnread = granting.some(({ statement }) => statement === null);
  // What cannot be read may grant it as well: that is told where its own policies do not.
  const isSettled = alone.verdict === "allowed" || (isUnread && alone.verdict === "conditional");
  const opens = isSettled ? alone : weigh({ identity, boundary, cluster: granting });
  const granted = weigh({
    identity: allows(identity),
    boundary: boundary && { ...boundary, statements: allows(boundary.statements) },
    cluster: granting,
  });
  const refusing = denies(cluster);
  const truth = some(refusing.map(truthOf));
  const ofTruth = (wanted: Truth): Weighed[] => refusing.filter((one) => truthOf(one) === wanted);
  const deciding = truth === "no" ? [] : ofTruth(truth);
  const verdicts = { yes: "denied", no: "allowed", open: "conditional", unknown: "unknown" } as const;
  return {
    opens,
    granted,
    refuses: {
      verdict: verdicts[truth],
      because: becauseOf(deciding),
      open: truth === "open" ? deciding : [],
      reasons: truth === "unknown" ? reasonsOf(deciding) : [],
    },
  };
};
