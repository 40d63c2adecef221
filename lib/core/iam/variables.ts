// Policy variables: ${aws:username}, ${aws:PrincipalTag/team, 'none'}, and the three that stand for * ? $ themselves.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
import { isMultivalued } from "./known-context.ts";
import { keyValue, type Request } from "./request.ts";
import { literalOf, type Pattern } from "./wildcard.ts";

/** What is compared: a text, or also a pattern where * and ? are wildcards. */
export type Wanted = { readonly text: string; readonly pattern: Pattern | null };

/** A value of the policy as it is compared; `null`: a variable has no value, and nothing is equal to or like it. */
export type Filled =
  | { readonly state: "known"; readonly wanted: Wanted }
  | { readonly state: "null" }
  /** `mayBeNull`: in some requests a variable has no value. */
  | { readonly state: "open"; readonly mayBeNull: boolean }
  | { readonly state: "unknown"; readonly reason: string };

const VARIABLE = /\$\{([^{}]*)\}/g;
const MAX_VARIABLE = 512;
/** "Separate the variable text and the default value with a comma and space", and surround it with single quotes. */
const FORM = /^([^\s,'](?:[^,']*[^\s,'])?)(?:, '([^']*)')?$/;
const special: ReadonlySet<string> = new Set(["*", "?", "$"]);

type Value = { readonly state: "known"; readonly text: string } | Exclude<Filled, { state: "known" }>;

const unknown = (reason: string): Value => ({ state: "unknown", reason });

/** A variable whose key "has no value or is not present" is null: whether an empty text is a value is not documented. */
const textOf = (text: string): Value =>
  text === "" ? unknown("a policy variable is empty, which may count as no value") : { state: "known", text };

const textFor = (request: Request, inner: string): Value => {
  if (special.has(inner)) return { state: "known", text: inner };
  if (inner.length > MAX_VARIABLE) return unknown("a policy variable is too long");
  const [, key, fallback] = FORM.exec(inner) ?? [];
  if (key === undefined) return unknown("a policy variable has a form that AWS does not document");
  // "You can't use a multivalued condition key as a variable."
  if (isMultivalued(key)) return unknown(`${key} can have several values and cannot be a variable`);
  const value = keyValue(request, key);
  switch (value.state) {
    case "absent":
      return fallback === undefined ? { state: "null" } : textOf(fallback);
    case "open":
      return { state: "open", mayBeNull: !value.present && fallback === undefined };
    case "prefix":
    case "range":
      return { state: "open", mayBeNull: false };
    case "unread":
      return unknown(value.reason);
    case "known": {
      const [only, another] = value.values;
      if (only === undefined) return { state: "null" };
      if (another !== undefined) return unknown(`${key} has several values and cannot be a variable`);
      return textOf(only);
    }
    default:
      return value satisfies never;
  }
};

/** Of two variables that are not known yet: one without value leaves nothing of the other. */
const lessOf = (one: Filled | null, other: Filled): Filled => {
  if (one === null || other.state === "null") return other;
  if (one.state !== "open" || other.state !== "open") return one;
  return { state: "open", mayBeNull: one.mayBeNull || other.mayBeNull };
};

/**
 * Fills the variables of `text`; `patternOf` makes a pattern of what stands between them, null where nothing is a wildcard.
 * A value that is filled in is taken as it is: a * in a tag is no wildcard.
 */
export const fill = (
  request: Request,
  text: string,
  patternOf: ((text: string) => Pattern) | null,
): Filled => {
  const pattern: Pattern[number][] = [];
  let whole = "";
  const add = (piece: string, toPattern: (text: string) => Pattern): void => {
    whole += piece;
    if (patternOf) for (const token of toPattern(piece)) pattern.push(token);
  };
  const addPlain = (piece: string): void => add(piece, patternOf ?? literalOf);
  let end = 0;
  let missing: Filled | null = null;
  for (const match of text.matchAll(VARIABLE)) {
    addPlain(text.slice(end, match.index));
    end = match.index + match[0].length;
    const value = textFor(request, match[1] ?? "");
    if (value.state === "known") add(value.text, literalOf);
    else if (value.state === "unknown") return value;
    else missing = lessOf(missing, value);
  }
  if (text.slice(end).includes("${")) return { state: "unknown", reason: "a policy variable has no end" };
  addPlain(text.slice(end));
  return missing ?? { state: "known", wanted: { text: whole, pattern: patternOf ? pattern : null } };
};
