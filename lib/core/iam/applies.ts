// Whether a statement is about this request: its action, its resource and its conditions.
import { judgeCondition } from "./condition.ts";
import type { Judged } from "./judged.ts";
import type { Condition, Element, Policy, Statement } from "./policy.ts";
import type { Request } from "./request.ts";
import { misplacesVariable, plainMatches, resourceMatches, withoutVariables } from "./resource-element.ts";
import { not, some, type Truth, truthOf } from "./truth.ts";
import { fill } from "./variables.ts";
import { isLiteral, matches, patternOf } from "./wildcard.ts";

/** `conditions`: those that the request decides; `reasons`: why it is unknown. */
export type Applies = {
  readonly truth: Truth;
  readonly conditions: readonly Condition[];
  readonly reasons: readonly string[];
};

const ACTION = /^(?:\*|[a-z0-9-]+:.*)$/s;

/**
 * Actions ignore case, * and ? stand for any characters: UserGuide/reference_policies_elements_action.html. Without a
 * service before the colon IAM takes none but *.
 */
const actionMatches = (pattern: string, action: string): Truth => {
  const lower = pattern.toLowerCase();
  if (isLiteral(lower)) return truthOf(lower === action);
  if (!matches(patternOf(lower), action)) return "no";
  return ACTION.test(lower) || lower === "*:*" ? "yes" : "unknown";
};

const elementTruth = ({ not: negated, values }: Element, of: (value: string) => Truth): Truth => {
  const any = some(values.map(of));
  return negated ? not(any) : any;
};

type Found = { readonly truth: Truth; readonly reason: string | null };

/** A statement without a Principal stands in a policy of an identity. */
const isOfIdentity = ({ principals }: Statement): boolean => principals === null;

const resourceTruth = (request: Request, statement: Statement, hasVariables: boolean): Found => {
  const { resources } = statement;
  const { cluster } = request;
  const ofIdentity = isOfIdentity(statement);
  let reason: string | null = null;
  const truth = elementTruth(resources, (value) => {
    if (!hasVariables || !value.includes("${")) return plainMatches(value, cluster, ofIdentity);
    const filled = fill(request, value, patternOf);
    if (filled.state !== "unknown" && misplacesVariable(value)) {
      if (plainMatches(withoutVariables(value), cluster, ofIdentity) === "no") return "no";
      reason = "IAM takes a policy variable in the last part of an ARN alone";
      return "unknown";
    }
    // "the resource that includes a policy variable with no value will not match any resource": in NotResource that can
    // mean every resource, or that the statement does nothing.
    if (filled.state === "null") {
      if (!resources.not) return "no";
      reason = "what NotResource with a variable without value does is not documented";
      return "unknown";
    }
    if (filled.state === "known") return resourceMatches(filled.wanted.pattern ?? [], cluster, ofIdentity);
    if (filled.state === "unknown") reason = filled.reason;
    return filled.state;
  });
  return { truth, reason };
};

const NO: Applies = { truth: "no", conditions: [], reasons: [] };

/** Of what every request for this action and cluster has in common: the statements that cannot be ruled out by it. */
export const relevantStatements = (policy: Policy, action: string, cluster: string): Statement[] =>
  policy.statements.filter((statement) => {
    if (statement.problem !== null) return true;
    if (elementTruth(statement.actions, (value) => actionMatches(value, action)) === "no") return false;
    const hasVariable =
      policy.hasVariables && statement.resources.values.some((value) => value.includes("${"));
    const ofIdentity = isOfIdentity(statement);
    return (
      hasVariable ||
      elementTruth(statement.resources, (value) => plainMatches(value, cluster, ofIdentity)) !== "no"
    );
  });

/** All but the principal: who is meant is judged apart. */
export const applies = (request: Request, statement: Statement, hasVariables: boolean): Applies => {
  if (statement.problem !== null) return { truth: "unknown", conditions: [], reasons: [statement.problem] };
  const action = elementTruth(statement.actions, (value) => actionMatches(value, request.action));
  if (action === "no") return NO;
  const resource = resourceTruth(request, statement, hasVariables);
  if (resource.truth === "no") return NO;
  const judged: readonly [Condition, Judged][] = statement.conditions.map((condition) => [
    condition,
    judgeCondition(request, condition, hasVariables),
  ]);
  if (judged.some(([, { truth }]) => truth === "no")) return NO;
  const reasons = [
    ...(action === "unknown" ? ["its Action has a form that IAM does not take"] : []),
    ...(resource.truth === "unknown"
      ? [resource.reason ?? "AWS does not document what its Resource matches"]
      : []),
    ...judged.flatMap(([, { truth, reason }]) =>
      truth === "unknown" ? [reason ?? "a condition is not known"] : [],
    ),
  ];
  const conditions = judged.filter(([, { truth }]) => truth === "open").map(([condition]) => condition);
  const isOpen = conditions.length > 0 || resource.truth === "open";
  return { truth: reasons.length ? "unknown" : isOpen ? "open" : "yes", conditions, reasons };
};
