// The condition operators: how one value of the request is compared with one value of the policy.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
import { inRange, parseAddress, parseRange, rangesMeant } from "./address.ts";
import type { Wanted } from "./variables.ts";
import { matches, type Pattern, patternOf } from "./wildcard.ts";

/** What a value of the policy is: text to compare, or a text with wildcards. */
export type ValueKind =
  | "text"
  | "text-ignoring-case"
  | "pattern"
  | "arn"
  | "number"
  | "date"
  | "boolean"
  | "binary"
  | "range"
  | "presence";
type Comparison = "equal" | "less" | "less-or-equal" | "greater" | "greater-or-equal";

export type Operator = {
  /** As it is written, without set operator and IfExists. */
  readonly name: string;
  readonly kind: ValueKind;
  readonly comparison: Comparison;
  readonly negated: boolean;
  readonly ifExists: boolean;
  /** `all`: ForAllValues, `any`: ForAnyValue. */
  readonly set: "all" | "any" | null;
};

type Base = Pick<Operator, "kind" | "comparison" | "negated">;
const base = (kind: ValueKind, negated = false, comparison: Comparison = "equal"): Base => ({
  kind,
  comparison,
  negated,
});
const ordered = (name: string, kind: "number" | "date"): [string, Base][] => [
  [`${name}Equals`, base(kind)],
  [`${name}NotEquals`, base(kind, true)],
  [`${name}LessThan`, base(kind, false, "less")],
  [`${name}LessThanEquals`, base(kind, false, "less-or-equal")],
  [`${name}GreaterThan`, base(kind, false, "greater")],
  [`${name}GreaterThanEquals`, base(kind, false, "greater-or-equal")],
];

const bases: ReadonlyMap<string, Base> = new Map([
  ["StringEquals", base("text")],
  ["StringNotEquals", base("text", true)],
  ["StringEqualsIgnoreCase", base("text-ignoring-case")],
  ["StringNotEqualsIgnoreCase", base("text-ignoring-case", true)],
  ["StringLike", base("pattern")],
  ["StringNotLike", base("pattern", true)],
  ...ordered("Numeric", "number"),
  ...ordered("Date", "date"),
  ["Bool", base("boolean")],
  ["BinaryEquals", base("binary")],
  ["IpAddress", base("range")],
  ["NotIpAddress", base("range", true)],
  ["ArnEquals", base("arn")],
  ["ArnLike", base("arn")],
  ["ArnNotEquals", base("arn", true)],
  ["ArnNotLike", base("arn", true)],
  ["Null", base("presence")],
]);

const sets = { "ForAllValues:": "all", "ForAnyValue:": "any" } as const;

/** "ForAnyValue:StringLikeIfExists"; undefined for what AWS does not document, Null with a set or IfExists among it. */
export const operatorOf = (written: string): Operator | undefined => {
  const prefix = (Object.keys(sets) as (keyof typeof sets)[]).find((one) => written.startsWith(one));
  const bare = prefix ? written.slice(prefix.length) : written;
  const ifExists = bare.endsWith("IfExists");
  const name = ifExists ? bare.slice(0, -"IfExists".length) : bare;
  const found = bases.get(name);
  if (!found || (found.kind === "presence" && (prefix || ifExists))) return undefined;
  return { name, ...found, ifExists, set: prefix ? sets[prefix] : null };
};

/** Operators whose values may hold policy variables: UserGuide/reference_policies_variables.html */
export const takesVariables = ({ kind }: Pick<Operator, "kind">): boolean =>
  kind === "text" || kind === "text-ignoring-case" || kind === "pattern" || kind === "arn";

const NUMBER = /^[+-]?\d{1,15}(?:\.\d{1,15})?$/;
const DATE = /^\d{4}(?:-\d{2}(?:-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?)?)?$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const numberOf = (text: string): number | undefined => (NUMBER.test(text) ? Number(text) : undefined);

/** ISO 8601 as W3C profiles it, or seconds since 1970: a year alone is a year. */
const dateOf = (text: string): number | undefined => {
  if (DATE.test(text)) {
    const at = Date.parse(text);
    return Number.isNaN(at) ? undefined : at;
  }
  return /^\d{5,12}$/.test(text) ? Number(text) * 1_000 : undefined;
};

const booleanOf = (text: string): boolean | undefined => {
  const word = text.toLowerCase();
  return word === "true" ? true : word === "false" ? false : undefined;
};

const compare = (a: number, b: number, how: Comparison): boolean => {
  switch (how) {
    case "equal":
      return a === b;
    case "less":
      return a < b;
    case "less-or-equal":
      return a <= b;
    case "greater":
      return a > b;
    case "greater-or-equal":
      return a >= b;
    default:
      return how satisfies never;
  }
};

const splitPattern = (pattern: Pattern): Pattern[] | undefined => {
  const parts: Pattern[number][][] = [[]];
  for (const token of pattern) {
    if (token === ":" && parts.length < 6) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts.length === 6 ? parts : undefined;
};

/** Each of the six parts by itself; the last one keeps its colons. undefined: the pattern is no ARN. */
const arnMatches = (pattern: Pattern, arn: string): boolean | undefined => {
  const wanted = splitPattern(pattern);
  if (!wanted) return undefined;
  const [a, b, c, d, e, ...rest] = arn.split(":");
  const parts = [a, b, c, d, e, rest.length ? rest.join(":") : undefined];
  return wanted.every((part, at) => parts[at] !== undefined && matches(part, parts[at]));
};

/** A comparison of two values that both parse; undefined: one of them is not of its kind. */
const both = <T>(
  read: (text: string) => T | undefined,
  wanted: string,
  value: string,
  test: (a: T, b: T) => boolean,
): boolean | undefined => {
  const [a, b] = [read(value), read(wanted)];
  return a === undefined || b === undefined ? undefined : test(a, b);
};

/** How the wildcards of its values are read; null: they are none. */
export const wildcardsOf = ({ kind }: Pick<Operator, "kind">): ((text: string) => Pattern) | null =>
  kind === "pattern" || kind === "arn" ? patternOf : null;

/**
 * Whether one value of the request matches one value of the policy, negation and sets apart. undefined: a value is not of
 * the operator's kind, which IAM does not accept or AWS does not document.
 */
export const compareOne = (
  { kind, comparison }: Pick<Operator, "kind" | "comparison">,
  wanted: Wanted,
  value: string,
): boolean | undefined => {
  switch (kind) {
    case "pattern":
      return matches(wanted.pattern ?? [], value);
    case "arn":
      return arnMatches(wanted.pattern ?? [], value);
    case "text":
      return wanted.text === value;
    case "text-ignoring-case":
      return wanted.text.toLowerCase() === value.toLowerCase();
    case "number":
      return both(numberOf, wanted.text, value, (a, b) => compare(a, b, comparison));
    case "date":
      return both(dateOf, wanted.text, value, (a, b) => compare(a, b, comparison));
    case "boolean":
      return both(booleanOf, wanted.text, value, (a, b) => a === b);
    case "binary":
      return both(
        (text) => (BASE64.test(text) ? text : undefined),
        wanted.text,
        value,
        (a, b) => a === b,
      );
    case "range": {
      const address = parseAddress(value);
      const found = new Set(address && rangesMeant(wanted.text).map((range) => inRange(address, range)));
      const [only] = found;
      return found.size === 1 ? only : undefined;
    }
    case "presence":
      return undefined;
    default:
      return kind satisfies never;
  }
};

/** Whether a value of the policy is of the operator's kind at all; what is not, IAM would not have taken. */
export const isWellFormed = ({ kind }: Pick<Operator, "kind">, text: string): boolean => {
  switch (kind) {
    case "number":
      return numberOf(text) !== undefined;
    case "date":
      return dateOf(text) !== undefined;
    case "boolean":
    case "presence":
      return booleanOf(text) !== undefined;
    case "binary":
      return BASE64.test(text);
    case "range":
      return parseRange(text) !== undefined;
    case "arn":
      return splitPattern(patternOf(text)) !== undefined;
    default:
      return true;
  }
};
