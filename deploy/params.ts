// The file that a deployment takes its parameters from, so that no later deployment loses one: reading it, and the text of
// a new one.
import { isMap, isScalar, parseDocument } from "yaml";
import { retentionProblem } from "../lib/core/findings/retention-days.ts";
import { contradictions } from "./contradictions.ts";
import { unusableClusters } from "./named-clusters.ts";
import type { ParameterPlan } from "./parameter-plan.ts";
import { type ParameterName, parameterPlans, parameters } from "./parameters.ts";
import { refusedByFunctions } from "./started-with.ts";

/** Every parameter as the stack gets it. */
export type Params = Readonly<Record<ParameterName, string>>;

export type ReadParams =
  | { readonly params: Params }
  /** One sentence each: what is wrong, and with which parameter. */
  | { readonly problems: readonly string[] };

/** A number that is the same in YAML and to CloudFormation. */
const NUMBER = /^\d+(?:\.\d+)?$/;

/** CloudFormation's limit for the value of a parameter. */
const MAX_VALUE = 4096;

const asText = (value: unknown, { json }: ParameterPlan): string | undefined => {
  if (value === null) return "";
  if (typeof value === "string" || typeof value === "number") return String(value);
  return json && typeof value === "object" ? JSON.stringify(value) : undefined;
};

const isJson = (text: string): boolean => {
  try {
    return typeof JSON.parse(text) === "object";
  } catch {
    return false;
  }
};

/** What is wrong with a value; undefined: nothing. */
const problemOf = (name: ParameterName, text: string | undefined): string | undefined => {
  const plan: ParameterPlan = parameterPlans[name];
  const { pattern, constraint, type, min = -Infinity, max = Infinity, values, json } = plan;
  if (values && !values.includes(text ?? "")) return `${name} is one of ${values.join(", ")}`;
  if (text === undefined) return `${name} is ${json ? "a text, a list or a map" : "one text or number"}`;
  if (text.length > MAX_VALUE) return `${name} has ${text.length} characters: ${MAX_VALUE} are the most`;
  if (pattern && !new RegExp(pattern).test(text)) return `${name} ${constraint}`;
  if (json && text !== plan.default && !isJson(text)) return `${name} is not JSON`;
  const number = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (plan.days) return retentionProblem(plan.days, number);
  if (type === "Number" && !(number >= min && number <= max))
    return `${name} is a number ${max === Infinity ? `from ${min} on` : `from ${min} to ${max}`}`;
  return undefined;
};

/**
 * The document, its numbers as they are written where a text is wanted: the account 012345678901 is no number, and neither
 * is 1e11. Throws what is not YAML.
 */
const documentIn = (text: string): unknown => {
  const document = parseDocument(text, { logLevel: "error" });
  if (document.errors[0]) throw document.errors[0];
  const value: unknown = document.toJS();
  if (typeof value !== "object" || value === null || !isMap(document.contents)) return value;
  const written = document.contents.items.flatMap(({ key, value: held }) => {
    const name = isScalar(key) ? String(key.value) : "";
    const plan = Object.hasOwn(parameterPlans, name) ? parameterPlans[name as ParameterName] : undefined;
    if (!plan || "json" in plan || !isScalar(held) || typeof held.value !== "number") return [];
    return held.source === undefined ? [] : [[name, held.source]];
  });
  return { ...value, ...Object.fromEntries(written) };
};

/**
 * The parameters out of the file's text. A name that is not known is a problem, as is a missing one that must be stated:
 * both would take a setting away without a word.
 */
export const readParams = (text: string): ReadParams => {
  let document: unknown;
  try {
    document = documentIn(text);
  } catch (error) {
    return { problems: [`it is not YAML: ${String((error as Error).message).split("\n")[0]}`] };
  }
  if (typeof document !== "object" || document === null || Array.isArray(document))
    return { problems: ["it holds no parameters, which are lines of `name: value`"] };
  const given = new Map(Object.entries(document));
  const problems = [...given.keys()]
    .filter((name) => !Object.hasOwn(parameterPlans, name))
    .map((name) => `there is no parameter ${JSON.stringify(name)}`);
  const values = parameters.map(([name, plan]) => {
    if (plan.stated && !given.has(name)) problems.push(`${name} is missing; write "" for none`);
    const value = given.has(name) ? asText(given.get(name), plan) : plan.default;
    const problem = problemOf(name, value);
    if (problem) problems.push(problem);
    return [name, value ?? ""] as const;
  });
  const read = Object.fromEntries(values) as Params;
  if (!problems.length) problems.push(...contradictions(read));
  if (!problems.length) problems.push(...refusedByFunctions(read));
  if (!problems.length) problems.push(...unusableClusters(read).map((problem) => `clusters: ${problem}`));
  return problems.length ? { problems } : { params: read };
};

/** As the file holds it. JSON is YAML; quotes keep a text a text, whatever stands in it. */
export const valueText = (name: ParameterName, value: string): string => {
  const { type, json }: ParameterPlan = parameterPlans[name];
  const isPlain = type === "Number" ? NUMBER.test(value) : json && isJson(value);
  return isPlain ? value : JSON.stringify(value);
};

/** The lines of a parameter, with what it means. */
export const parameterLines = (name: ParameterName, value: string): readonly string[] => [
  "",
  ...parameterPlans[name].says.map((line) => `# ${line}`),
  `${name}: ${valueText(name, value)}`,
];

/** A file with these values, and of every parameter what it means. */
export const paramsText = (values: Partial<Params> = {}): string =>
  [
    "# What a deployment is told: deploy/params.STAGE.yml. Keep it: the next deployment needs it as well.",
    ...parameters.flatMap(([name, plan]) => parameterLines(name, values[name] ?? plan.default)),
    "",
  ].join("\n");
