// What somebody says is known of requests, by condition key.

/**
 * The values of a key; null: the request does not have it; `present`: it has one, nobody knows which; `range`: an address
 * somewhere in it.
 */
export type KnownValue = readonly string[] | null | { readonly present: true } | { readonly range: string };

/** By condition key in lower case. */
export type KnownContext = ReadonlyMap<string, KnownValue>;

/**
 * A condition key as it is looked up: its name ignores case, the key of a tag in it included.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
 */
export const contextKey = (key: string): string => key.toLowerCase();

const multivalued: ReadonlySet<string> = new Set([
  "aws:calledvia",
  "aws:principalorgpaths",
  "aws:principalservicenameslist",
  "aws:resourceorgpaths",
  "aws:sourceorgpaths",
  "aws:tagkeys",
  "aws:vpceorgpaths",
]);

/**
 * Whether a request can have several values of the key, so that a condition on it needs ForAllValues or ForAnyValue: the value
 * type in https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export const isMultivalued = (key: string): boolean => multivalued.has(contextKey(key));
