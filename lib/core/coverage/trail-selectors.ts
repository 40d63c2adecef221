// Whether a trail's event selectors take the connects of a cluster. What is not understood is unknown, never "yes".
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
import type { Cluster } from "../base/ids.ts";

export type FieldSelector = {
  readonly Field?: string | undefined;
  readonly Equals?: readonly string[] | undefined;
  readonly StartsWith?: readonly string[] | undefined;
  readonly EndsWith?: readonly string[] | undefined;
  readonly NotEquals?: readonly string[] | undefined;
  readonly NotStartsWith?: readonly string[] | undefined;
  readonly NotEndsWith?: readonly string[] | undefined;
};
export type AdvancedSelector = {
  readonly Name?: string | undefined;
  readonly FieldSelectors?: readonly FieldSelector[] | undefined;
};

/** yes: every connect of the cluster is taken. unknown: some may be, `reasons` say why it cannot be told. */
export type Taken = { readonly taken: "yes" | "no" | "unknown"; readonly reasons: readonly string[] };

const ACTIONS = ["DbConnect", "DbConnectAdmin"] as const;
const OPERATORS = ["Equals", "StartsWith", "EndsWith", "NotEquals", "NotStartsWith", "NotEndsWith"] as const;

/** What is known of a connect record for certain, by selector field. */
const known = (cluster: Cluster, action: string): Readonly<Record<string, string>> => ({
  eventCategory: "Data",
  "resources.type": "AWS::DSQL::Cluster",
  "resources.ARN": cluster,
  eventName: action,
  eventSource: "dsql.amazonaws.com",
});

/** Why a field cannot be judged, for people. */
const whyUnknown = (field: string): string => {
  if (field === "readOnly") return "a selector filters on readOnly, and AWS does not say what a connect's is";
  if (field === "userIdentity.arn") return "a selector leaves principals out by userIdentity.arn";
  return `a selector filters on ${field}, which is not understood`;
};

type Answer = { readonly matches: "yes" | "no" | "unknown"; readonly reason?: string };

/** Every operator of a field must hold: the positive ones match any of their values, the negative ones none. */
const fieldMatches = (selector: FieldSelector, values: Readonly<Record<string, string>>): Answer => {
  const field = selector.Field ?? "";
  const value = Object.hasOwn(values, field) ? values[field] : undefined;
  const strange = Object.keys(selector).find(
    (key) => key !== "Field" && !(OPERATORS as readonly string[]).includes(key),
  );
  if (strange !== undefined)
    return { matches: "unknown", reason: `a selector uses ${strange}, which is not understood` };
  if (value === undefined) return { matches: "unknown", reason: whyUnknown(field) };
  const tests: Record<(typeof OPERATORS)[number], (text: string) => boolean> = {
    Equals: (text) => value === text,
    StartsWith: (text) => value.startsWith(text),
    EndsWith: (text) => value.endsWith(text),
    NotEquals: (text) => value === text,
    NotStartsWith: (text) => value.startsWith(text),
    NotEndsWith: (text) => value.endsWith(text),
  };
  for (const operator of OPERATORS) {
    const texts = selector[operator];
    if (!texts?.length) continue;
    const any = texts.some(tests[operator]);
    if (operator.startsWith("Not") ? any : !any) return { matches: "no" };
  }
  return { matches: "yes" };
};

/** A selector takes an event if all its fields match; one certain "no" settles it whatever else is unknown. */
const selectorTakes = (
  { FieldSelectors = [] }: AdvancedSelector,
  cluster: Cluster,
  action: string,
): Answer => {
  const answers = FieldSelectors.map((field) => fieldMatches(field, known(cluster, action)));
  if (answers.some(({ matches }) => matches === "no")) return { matches: "no" };
  // Without these two a selector takes no data event of any cluster.
  const has = (name: string) => FieldSelectors.some(({ Field }) => Field === name);
  if (!has("eventCategory") || !has("resources.type")) return { matches: "no" };
  return answers.find(({ matches }) => matches === "unknown") ?? { matches: "yes" };
};

/** Both kinds of connects must be taken, each by any selector. Basic event selectors cannot take them at all. */
export const connectsTaken = (selectors: readonly AdvancedSelector[], cluster: Cluster): Taken => {
  const reasons = new Set<string>();
  let certain = 0;
  let possible = 0;
  for (const action of ACTIONS) {
    const answers = selectors.map((selector) => selectorTakes(selector, cluster, action));
    if (answers.some(({ matches }) => matches === "yes")) certain++;
    else {
      const unknown = answers.filter(({ matches }) => matches === "unknown");
      if (unknown.length) possible++;
      else reasons.add(`no selector takes ${action}`);
      for (const { reason } of unknown) if (reason) reasons.add(reason);
    }
  }
  if (certain === ACTIONS.length) return { taken: "yes", reasons: [] };
  return { taken: certain + possible === ACTIONS.length ? "unknown" : "no", reasons: [...reasons] };
};
