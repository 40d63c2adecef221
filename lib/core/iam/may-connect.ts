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
  readonly statement: Pick<Statement, "sid" | "effect" | "resources"> | null;
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

/** One of `grants` must hold, and one of `within`, which are the boundary's; of an empty list nothing is asked. */
export type Way = { readonly grants: readonly Weighed[]; readonly within: readonly Weighed[] };

/** The statements that count and that the request decides on: one of the ways opens, none where it is open; each Deny closes. */
export type OpenTo = { readonly ways: readonly Way[]; readonly denies: readonly Weighed[] };
export const NOTHING_OPEN: OpenTo = { ways: [], denies: [] };

export type Verdict = {
  readonly verdict: MayConnect;
  readonly because: readonly Because[];
  readonly open: OpenTo;
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

const isOpen = (one: Weighed): boolean => truthOf(one) === "open";

/** All of its lists must allow it, each by one of its statements. */
type Route = readonly (readonly Weighed[])[];
const truthOfList = (list: readonly Weighed[]): Truth => some(list.map(truthOf));
const truthOfWay = (lists: Route): Truth => every(lists.map(truthOfList));

/**
 * The routes that count, with the statements that count in them: none that leads nowhere, where one surely leads through none
 * but such, and of a list that surely allows it nothing but what does so.
 */
const waysThrough = (routes: readonly Route[]): Route[] => {
  const leading = routes.filter((route) => truthOfWay(route) !== "no");
  const sure = leading.filter((route) => truthOfWay(route) === "yes");
  return (sure.length ? sure : leading).map((route) =>
    route.map((list) => {
      const certain = list.filter((one) => truthOf(one) === "yes");
      return certain.length ? certain : list;
    }),
  );
};

/** What the request decides of each route; those that ask for no boundary are one. */
const openWays = (routes: readonly Route[]): Way[] => {
  const all = routes.map(([grants = [], within = []]) => ({
    grants: grants.filter(isOpen),
    within: within.filter(isOpen),
  }));
  const bounded = all.filter(({ within }) => within.length);
  const free = all.filter(({ within }) => !within.length).flatMap(({ grants }) => grants);
  return [...bounded, ...(free.length ? [{ grants: free, within: [] }] : [])];
};

const denial = (because: readonly Because[]): Verdict => ({
  verdict: "denied",
  because,
  open: NOTHING_OPEN,
  reasons: [],
});

/** The permissions boundary that does not allow it, whoever grants it; null: there is none, or it may allow it. */
export const forbiddenBy = ({ boundary }: Pick<Weight, "boundary">): string | null =>
  boundary && truthOfList(allows(boundary.statements)) === "no" ? boundary.policy : null;

/**
 * In one account an Allow of either side is enough, and a Deny of any policy outweighs it. A boundary must allow too, but for
 * what the cluster's policy grants to a user, to a session or to everybody; what it grants to the account delegates alone.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
 */
export const weigh = (weight: Weight): Verdict => {
  const { identity, boundary, cluster } = weight;
  const named = allows(cluster).filter(({ grade }) => grade !== "account");
  const direct = named.filter(({ grade }) => grade === "direct");
  const limited = [...allows(identity), ...named.filter(({ grade }) => grade === "role")];
  const within = boundary ? allows(boundary.statements) : null;
  const ways = waysThrough([[limited, ...(within ? [within] : [])], [direct]]);
  const allowed = some(ways.map(truthOfWay));
  const against = denies([...identity, ...(boundary?.statements ?? []), ...cluster]);
  const denied = some(against.map(truthOf));

  if (denied === "yes") return denial(becauseOf(against.filter((one) => truthOf(one) === "yes")));
  if (allowed === "no") {
    const grants = [...limited, ...direct];
    return denial(
      boundary && forbiddenBy(weight) !== null && grants.length
        ? [...becauseOf(grants), { policy: boundary.policy, sid: null, effect: "none", from: "boundary" }]
        : [],
    );
  }
  const counted = [...new Set([...ways.flat(2), ...against])];
  const because = becauseOf(counted);
  if (allowed === "unknown" || denied === "unknown")
    return { verdict: "unknown", because, open: NOTHING_OPEN, reasons: reasonsOf(counted) };
  if (allowed === "yes" && denied === "no")
    return { verdict: "allowed", because, open: NOTHING_OPEN, reasons: [] };
  return {
    verdict: "conditional",
    because,
    open: { ways: allowed === "yes" ? [] : openWays(ways), denies: against.filter(isOpen) },
    reasons: [],
  };
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
      open: { ways: [], denies: truth === "open" ? deciding : [] },
      reasons: truth === "unknown" ? reasonsOf(deciding) : [],
    },
  };
};
