// Whether a condition of a statement holds for a request of which not everything is known.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
import { type Judged, known, unknown } from "./judged.ts";
import { isMultivalued } from "./known-context.ts";
import { compareOne, isWellFormed, takesVariables, wildcardsOf } from "./operator.ts";
import { judgeOpen, judgePrefix, judgeRange } from "./partly-known.ts";
import type { Condition } from "./policy.ts";
import { type KeyValue, keyValue, type Request } from "./request.ts";
import { every, not, some, type Truth, truthOf } from "./truth.ts";
import { type Filled, fill } from "./variables.ts";

/** A value without variables. */
const plain = ({ operator }: Condition, value: string): Filled => {
  if (!isWellFormed(operator, value)) {
    return {
      state: "unknown",
      reason: `${JSON.stringify(value.slice(0, 80))} is no value for ${operator.name}`,
    };
  }
  const pattern = wildcardsOf(operator)?.(value) ?? null;
  return { state: "known", wanted: { text: value, pattern } };
};

/** The same for every request, whatever its principal: compiled once. */
const compiled = new WeakMap<Condition, readonly Filled[]>();

/** The values as they are compared; `${…}` where AWS's pages contradict each other on whether it is a variable is unknown. */
const filled = (request: Request, condition: Condition, hasVariables: boolean): readonly Filled[] => {
  const { operator, key, values } = condition;
  const isVariable = (value: string): boolean => hasVariables && value.includes("${");
  if (!values.some(isVariable)) {
    const found = compiled.get(condition) ?? values.map((value) => plain(condition, value));
    compiled.set(condition, found);
    return found;
  }
  return values.map((value) => {
    if (!isVariable(value)) return plain(condition, value);
    if (takesVariables(operator)) return fill(request, value, wildcardsOf(operator));
    return { state: "unknown", reason: `${operator.name} of ${key} takes no policy variable` };
  });
};

const truthOfOne = ({ operator }: Condition, wanted: Filled, value: string): Truth => {
  if (wanted.state === "null") return "no";
  if (wanted.state !== "known") return wanted.state;
  const found = compareOne(operator, wanted.wanted, value);
  return found === undefined ? "unknown" : truthOf(found);
};

/** Several values are alternatives; of a negated operator none may match: OR and NOR. */
const judgeValue = (condition: Condition, wanted: readonly Filled[], value: string): Truth => {
  const any = some(wanted.map((one) => truthOfOne(condition, one, value)));
  return condition.operator.negated ? not(any) : any;
};

const judgeKnown = (condition: Condition, wanted: readonly Filled[], values: readonly string[]): Judged => {
  const { set, name } = condition.operator;
  const isEmpty = values.every((value) => value === "");
  // "or if the key values resolve to a null data set, such as an empty string": of ForAnyValue nothing is said.
  if (isEmpty && (set === "all" || (set === "any" && values.length === 0)))
    return known(truthOf(set === "all"));
  const truths = values.map((value) => judgeValue(condition, wanted, value));
  const unread = wanted.find(({ state }) => state === "unknown");
  const reason =
    unread?.state === "unknown" ? unread.reason : `${condition.key} has a value that ${name} cannot compare`;
  const said = (truth: Truth): Judged => ({ truth, reason: truth === "unknown" ? reason : null });
  if (set === "all") return said(every(truths));
  if (set === "any") {
    const any = some(truths);
    return isEmpty && any === "yes" ? unknown("an empty value may count as none") : said(any);
  }
  const [only, another] = truths;
  if (only === undefined) return judgeAbsent(condition);
  return another === undefined
    ? said(only)
    : unknown(`${condition.key} has several values and ${name} no set operator`);
};

/** Missing keys: no match, a match where it is negated, and what IfExists and the sets make of it. */
const judgeAbsent = ({ operator: { ifExists, set, negated } }: Condition): Judged =>
  known(truthOf(ifExists || (set === null ? negated : set === "all")));

const judgePresence = ({ values }: Condition, found: KeyValue): Judged => {
  const wanted = new Set(values.map((value) => value.toLowerCase() === "true"));
  if (wanted.size === 2) return known("yes");
  const wantsAbsent = wanted.has(true);
  if (found.state === "unread") return unknown(found.reason);
  if (found.state === "absent") return known(truthOf(wantsAbsent));
  if (found.state === "open" && !found.present) return known("open");
  // "the key exists and its value is not null": whether an empty text is null is not documented.
  if (found.state === "known" && found.values.every((value) => value === ""))
    return unknown("an empty value may count as none");
  return known(truthOf(!wantsAbsent));
};

/**
 * "If AWS can't resolve a variable, this might cause the entire statement to be invalid": nothing is equal to or like what has
 * no value, and whether the statement still does what else it says is not documented. IfExists spares a key that is missing.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
const unresolved = (
  { operator, key }: Condition,
  wanted: readonly Filled[],
  found: KeyValue,
  judged: Judged,
): Judged => {
  const { ifExists, negated, set } = operator;
  if (judged.truth === "no" || judged.truth === "unknown") return judged;
  const isNull = wanted.some(({ state }) => state === "null");
  if (!isNull && !wanted.some((one) => one.state === "open" && one.mayBeNull)) return judged;
  const mayBeMissing = found.state === "absent" || (found.state === "open" && !found.present);
  if (ifExists && mayBeMissing && (found.state === "absent" || !negated)) return judged;
  if (!isNull) return known("open");
  if (!negated && set !== "all" && wanted.every(({ state }) => state === "null")) return known("no");
  return unknown(
    `${key} is compared with a variable that has no value, which may make the statement invalid`,
  );
};

const judge = (condition: Condition, wanted: readonly Filled[], found: KeyValue): Judged => {
  const { key, operator } = condition;
  // "Multivalued context keys require a condition set operator": what happens without one is not documented.
  if (isMultivalued(key) && operator.set === null && found.state !== "absent")
    return unknown(`${key} can have several values and ${operator.name} has no set operator`);
  switch (found.state) {
    case "unread":
      return unknown(found.reason);
    case "absent":
      return judgeAbsent(condition);
    case "open":
      return judgeOpen(condition, wanted, found.present);
    case "range":
      return judgeRange(condition, wanted, found.range);
    case "prefix":
      return judgePrefix(condition, wanted, found.prefix);
    case "known":
      return judgeKnown(condition, wanted, found.values);
    default:
      return found satisfies never;
  }
};

export const judgeCondition = (request: Request, condition: Condition, hasVariables: boolean): Judged => {
  const { operator, key, values } = condition;
  const found = keyValue(request, key);
  const wanted = filled(request, condition, hasVariables && operator.kind !== "presence");
  const unread = wanted.find(({ state }) => state === "unknown");
  if (unread?.state === "unknown" && found.state !== "known") return unknown(unread.reason);
  if (operator.kind === "presence") {
    return values.every((value) => isWellFormed(operator, value))
      ? judgePresence(condition, found)
      : unknown(`Null of ${key} takes true or false`);
  }
  return unresolved(condition, wanted, found, judge(condition, wanted, found));
};
