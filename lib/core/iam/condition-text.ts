// What a statement asks of the request, in words.
import type { Operator } from "./operator.ts";
import type { Condition } from "./policy.ts";

const MAX_VALUES = 6;
const MAX_LENGTH = 120;

const listed = (values: readonly string[], word: "or" | "nor"): string => {
  const shown = values
    .slice(0, MAX_VALUES)
    .map((value) => (value.length > MAX_LENGTH ? `${value.slice(0, MAX_LENGTH)}…` : value || '""'));
  const more = values.length - shown.length;
  if (more > 0) return `${shown.join(", ")} ${word} ${more} more`;
  const last = shown.at(-1) ?? "";
  return shown.length > 1 ? `${shown.slice(0, -1).join(", ")} ${word} ${last}` : last;
};

const orders = {
  equal: "is",
  less: "is less than",
  "less-or-equal": "is at most",
  greater: "is greater than",
  "greater-or-equal": "is at least",
} as const;
const times = {
  ...orders,
  less: "is before",
  "less-or-equal": "is at or before",
  greater: "is after",
  "greater-or-equal": "is at or after",
} as const;

const verbOf = ({ kind, comparison, negated }: Operator): string => {
  switch (kind) {
    case "pattern":
    case "arn":
      return negated ? "does not match" : "matches";
    case "range":
      return negated ? "is not in" : "is in";
    case "date":
      return negated ? "is not" : times[comparison];
    case "number":
      return negated ? "is not" : orders[comparison];
    case "text-ignoring-case":
      return negated ? "is not, in any case," : "is, in any case,";
    default:
      return negated ? "is not" : "is";
  }
};

/** "aws:SourceVpc is vpc-1 or vpc-2": names of keys as the policy writes them. */
export const conditionText = ({ operator, key, values }: Condition): string => {
  if (operator.kind === "presence") {
    const wants = new Set(values.map((value) => value.toLowerCase()));
    return `${key} is ${wants.has("true") ? "absent" : "present"}`;
  }
  const ofSet =
    operator.set === "all" ? `every value of ${key}` : operator.set === "any" ? `some value of ${key}` : key;
  const text = `${ofSet} ${verbOf(operator)} ${listed(values, operator.negated ? "nor" : "or")}`;
  // A negated operator matches a missing key as well, and so do IfExists and ForAllValues.
  const orAbsent = operator.ifExists || operator.set === "all" || (operator.negated && operator.set === null);
  return orAbsent ? `${text} (or absent)` : text;
};
