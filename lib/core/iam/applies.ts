// Whether a statement is about this request: its action, its resource and its conditions.
import { type Judged, judgeCondition } from "./condition.ts";
import type { Condition, Element, Policy, Statement } from "./policy.ts";
import type { Request } from "./request.ts";
import { not, some, type Truth, truthOf } from "./truth.ts";
import { fill } from "./variables.ts";
import { ANY, ANY_IN_PART, isLiteral, matches, ONE, type Pattern, patternOf } from "./wildcard.ts";

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

const isWild = (token: Pattern[number] | undefined): boolean => typeof token === "number";

/** The star that ends a part of an ARN goes on beyond the colon; another star does not. */
const withinParts = (pattern: Pattern): Pattern =>
  pattern.map((token, at) => {
    const next = pattern[at + 1];
    return token === ANY && next !== undefined && next !== ":" ? ANY_IN_PART : token;
  });

/** "You can't use a wildcard in the service segment": it is neither there nor before it. */
const namesService = (pattern: Pattern): boolean => {
  let colons = 0;
  for (const token of pattern) {
    if (token === ":") colons += 1;
    if (colons === 3) return true;
    if (isWild(token) && colons !== 1) return false;
  }
  return false;
};

/**
 * * is everything; else an ARN whose parts may have wildcards. Where the two readings of a star differ, or where IAM takes
 * no wildcard, it is unknown: UserGuide/reference_policies_elements_resource.html
 */
export const resourceMatches = (pattern: Pattern, arn: string): Truth => {
  if (pattern.length === 1 && pattern[0] === ANY) return "yes";
  if (!matches(pattern, arn)) return "no";
  if (!pattern.some((token) => token === ANY || token === ONE)) return "yes";
  return namesService(pattern) && matches(withinParts(pattern), arn) ? "yes" : "unknown";
};

const elementTruth = ({ not: negated, values }: Element, of: (value: string) => Truth): Truth => {
  const any = some(values.map(of));
  return negated ? not(any) : any;
};

/** The same of a text without variables. */
const plainMatches = (value: string, arn: string): Truth =>
  isLiteral(value) ? truthOf(value === arn) : resourceMatches(patternOf(value), arn);

type Found = { readonly truth: Truth; readonly reason: string | null };

const resourceTruth = (request: Request, { resources }: Statement, hasVariables: boolean): Found => {
  let reason: string | null = null;
  const truth = elementTruth(resources, (value) => {
    if (!hasVariables || !value.includes("${")) return plainMatches(value, request.cluster);
    const filled = fill(request, value, patternOf);
    // "the resource that includes a policy variable with no value will not match any resource": in NotResource that can
    // mean every resource, or that the statement does nothing.
    if (filled.state === "null") {
      if (!resources.not) return "no";
      reason = "what NotResource with a variable without value does is not documented";
      return "unknown";
    }
    if (filled.state === "known") return resourceMatches(filled.wanted.pattern ?? [], request.cluster);
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
    return hasVariable || elementTruth(statement.resources, (value) => plainMatches(value, cluster)) !== "no";
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
