// The file that a deployment takes its parameters from, so that no later deployment loses one: reading it, and the text of
// a new one.
import { isMap, isScalar, parseDocument } from "yaml";
import { partitionOf } from "../lib/core/base/ids.ts";
import { retentionProblem } from "../lib/core/findings/retention-days.ts";
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
  if (!problems.length)
    problems.push(
      ...[...lonely(read), ...ownTrail(read), ...tooShort(read), ...elsewhere(read), ...byTags(read)],
      ...otherPartition(read),
    );
  if (!problems.length) problems.push(...refusedByFunctions(read));
  if (!problems.length) problems.push(...unusableClusters(read).map((problem) => `clusters: ${problem}`));
  return problems.length ? { problems } : { params: read };
};

/** What is given without the other that it is of no use without. */
const lonely = (read: Params): string[] =>
  parameters.flatMap(([name, { with: other }]) =>
    other && read[name] && !read[other as ParameterName] ? [`${name} needs ${other} as well`] : [],
  );

/** What a trail of the stack's own leaves no room for, and what is of no use without one. */
const ownTrail = (read: Params): string[] => {
  const { createTrail, existingTrailBucket, trailBucket, trailPrefix } = read;
  if (createTrail === "off")
    return existingTrailBucket ? ["existingTrailBucket needs createTrail: on, or connects"] : [];
  return [
    ...(trailBucket
      ? [`trailBucket and createTrail: ${createTrail} each say where the trail's files are: choose one`]
      : []),
    ...(trailPrefix ? ["trailPrefix is of no use with createTrail: that trail has none"] : []),
  ];
};

/** AWS's limits: https://docs.aws.amazon.com/aurora-dsql/latest/userguide/CHAP_tagging.html */
const MOST = { tags: 50, key: 128, value: 256 } as const;

/** What no tag of a cluster can be, and tags beside clusters that are named. */
const byTags = ({ clusters, clusterTags }: Params): string[] => {
  const tags: unknown = JSON.parse(clusterTags);
  if (typeof tags !== "object" || tags === null || Array.isArray(tags))
    return ['clusterTags is a map of keys to values, like {audit: "true"}'];
  const entries = Object.entries(tags);
  if (!entries.length) return [];
  if (entries.length > MOST.tags)
    return [`clusterTags has ${entries.length} tags: ${MOST.tags} are the most`];
  if (clusters !== "auto") return ["clusterTags chooses among all clusters: it needs clusters: auto"];
  return entries.flatMap(([key, value]: [string, unknown]) => {
    const name = `clusterTags ${JSON.stringify(key)}`;
    if (key === "" || key.length > MOST.key) return `${name} is no key: it has 1 to ${MOST.key} characters`;
    if (!["string", "number", "boolean"].includes(typeof value))
      return `${name} has no value: write a text, or "*" for any`;
    const text = String(value);
    return text.length > MOST.value ? `${name} has a value of ${text.length} characters` : [];
  });
};

/** What would be kept for less than what rests on it. */
const tooShort = (read: Params): string[] =>
  parameters.flatMap(([name, { days }]) =>
    days === undefined ? [] : (retentionProblem(days, Number(read[name]), Number(read.dormantDays)) ?? []),
  );

/**
 * Keys of another Region or partition: nothing of the stack could use them. That of a trail which the stack makes has to be where
 * its bucket is: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html
 */
const elsewhere = (read: Params): string[] => {
  const { region, createTrail } = read;
  const names: readonly ParameterName[] = [
    "kmsKeyArn",
    ...(createTrail === "off" ? [] : (["trailKeyArn"] as const)),
  ];
  return names.flatMap((name) => {
    const [, partition, , home] = read[name].split(":");
    if (partition === undefined) return [];
    if (home !== region)
      return [
        `${name} is a key in ${home}, and the auditor runs in ${region}: a key is of use in its own Region alone`,
      ];
    const own = partitionOf(region) ?? partition;
    return partition === own
      ? []
      : [`${name} begins with arn:${partition}, and an ARN in ${region} with arn:${own}`];
  });
};

/** What no deployment in this partition can reach. */
const otherPartition = (read: Params): string[] => {
  const own = partitionOf(read.region);
  if (own === undefined) return [];
  const regions = read.regions === "" ? [] : read.regions.split(",");
  const arns = (["eventBus", "chatTopic", "chatTopicKeyArn"] as const).flatMap((name) => {
    const [, partition] = read[name].split(":");
    return partition === undefined || partition === own
      ? []
      : [`${name} begins with arn:${partition}, and an ARN in ${read.region} with arn:${own}`];
  });
  return [
    ...arns,
    ...regions
      .filter((region) => (partitionOf(region) ?? own) !== own)
      .map((region) => `regions names ${region}, which is of another partition than ${read.region}`),
  ];
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
