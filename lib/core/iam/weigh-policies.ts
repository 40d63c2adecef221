// The statements of policies that may be about one request, read once and weighed for each principal.
import { type Applies, applies, relevantStatements } from "./applies.ts";
import type { AttachedPolicy } from "./attached.ts";
import type { ClusterAccess } from "./facts.ts";
import type { Weighed } from "./may-connect.ts";
import { type Policy, type PolicyKind, parsePolicy, type Statement } from "./policy.ts";
import { notPrincipalDenies, principalMatches } from "./principal-element.ts";
import type { Request } from "./request.ts";
import { every } from "./truth.ts";

const POLICY_OF = "cluster policy";

const unreadable = (
  policy: string,
  source: Weighed["source"],
  reason: string,
  grade: Weighed["grade"] = null,
): Weighed => ({
  policy,
  source,
  statement: null,
  applies: { truth: "unknown", conditions: [], reasons: [reason] },
  grade,
  says: [],
});

/** Policies of one text are parsed once, and cut to what can be about the action and the cluster. */
export const policyReader = (cluster: string) => {
  const parsed = new Map<string, Policy>();
  const read = (document: string, kind: PolicyKind): Policy => {
    const key = `${kind} ${document}`;
    const policy = parsed.get(key) ?? parsePolicy(document, kind);
    parsed.set(key, policy);
    return policy;
  };
  const cut = new Map<Policy, Map<string, readonly Statement[]>>();
  const relevant = (policy: Policy, action: string): readonly Statement[] => {
    const byAction = cut.get(policy) ?? new Map<string, readonly Statement[]>();
    cut.set(policy, byAction);
    const found = byAction.get(action) ?? relevantStatements(policy, action, cluster);
    byAction.set(action, found);
    return found;
  };
  return { read, relevant };
};
export type Reader = ReturnType<typeof policyReader>;

/** The statements of one policy of the principal that may be about the request. */
export const weighPolicy = (
  reader: Reader,
  request: Request,
  { name, source, document, reason }: AttachedPolicy,
): Weighed[] => {
  if (document === null) return [unreadable(name, source, reason)];
  const policy = reader.read(document, "identity");
  if (policy.problem !== null) return [unreadable(name, source, policy.problem)];
  return reader
    .relevant(policy, request.action)
    .map((statement) => ({
      policy: name,
      source,
      statement,
      applies: applies(request, statement, policy.hasVariables),
      grade: null,
      says: [],
    }))
    .filter((weighed) => weighed.applies.truth !== "no");
};

/** A statement of the cluster's policy counts once for each way in which it names the principal. */
const weighClusterStatement = (request: Request, statement: Statement, hasVariables: boolean): Weighed[] => {
  const common = { policy: POLICY_OF, source: POLICY_OF, statement } as const;
  const found: Applies = applies(request, statement, hasVariables);
  if (found.truth === "no") return [];
  const { principals } = statement;
  // A statement that is not understood may be about anybody.
  if (!principals) return [{ ...common, applies: found, grade: "direct", says: [] }];
  const named = principals.not
    ? [notPrincipalDenies(request.subject, principals)]
    : principalMatches(request.subject, principals);
  return named
    .filter(({ truth }) => truth !== "no")
    .map(({ grade, truth, says }) => ({
      ...common,
      applies: {
        ...found,
        truth: every([found.truth, truth]),
        reasons: truth === "unknown" && says ? [...found.reasons, says] : found.reasons,
      },
      grade,
      says: truth === "open" && says ? [says] : [],
    }));
};

/** The statements of the cluster's policy that may be about the principal and its request. */
export const weighCluster = (
  reader: Reader,
  request: Request,
  policy: ClusterAccess["policy"],
): Weighed[] => {
  if (policy.status === "unreadable") return [unreadable(POLICY_OF, POLICY_OF, policy.reason, "direct")];
  return policy.rows.flatMap(({ document }) => {
    const parsed = reader.read(document, "resource");
    if (parsed.problem !== null) return [unreadable(POLICY_OF, POLICY_OF, parsed.problem, "direct")];
    return reader
      .relevant(parsed, request.action)
      .flatMap((statement) => weighClusterStatement(request, statement, parsed.hasVariables));
  });
};
