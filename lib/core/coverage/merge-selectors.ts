// The event selectors that a trail has, with one more that takes the connects of Aurora DSQL: nothing of what is there is lost.
// PutEventSelectors replaces all of them, and a trail has selectors of one kind, basic or advanced:
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html
import type { AdvancedSelector, FieldSelector } from "./trail-selectors.ts";

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_EventSelector.html */
export type BasicSelector = {
  readonly ReadWriteType?: string | undefined;
  readonly IncludeManagementEvents?: boolean | undefined;
  readonly DataResources?:
    | readonly { readonly Type?: string | undefined; readonly Values?: readonly string[] | undefined }[]
    | undefined;
  readonly ExcludeManagementEventSources?: readonly string[] | undefined;
};

/** `after` is what to put: `kept`, in its order, and `added`. `widened`: what the translation may take beyond today. */
export type MergedSelectors =
  | {
      readonly kept: readonly AdvancedSelector[];
      readonly added: AdvancedSelector;
      readonly after: readonly AdvancedSelector[];
      readonly widened: readonly string[];
    }
  | { readonly why: string };

const equals = (Field: string, ...Equals: string[]): FieldSelector => ({ Field, Equals });

/** https://docs.aws.amazon.com/aurora-dsql/latest/userguide/cloudtrail-data-events.html */
export const CONNECTS: AdvancedSelector = {
  Name: "Connects to Aurora DSQL",
  FieldSelectors: [equals("eventCategory", "Data"), equals("resources.type", "AWS::DSQL::Cluster")],
};

/** A trail takes so many values over all its advanced selectors. */
const MOST_VALUES = 500;

const valuesIn = (selectors: readonly AdvancedSelector[]): number =>
  selectors
    .flatMap(({ FieldSelectors = [] }) => FieldSelectors)
    .flatMap(({ Field: _, ...operators }) => Object.values(operators))
    .reduce((sum, texts) => sum + (Array.isArray(texts) ? texts.length : 0), 0);

/** The values of a basic selector that mean every resource of the type: the beginning of their ARNs, no name. */
const EVERYTHING = /^arn:[^:]+:(?:s3(?::::)?|lambda|dynamodb)$/;
/** The only types that a basic selector can have. */
const BASIC_TYPES = new Set(["AWS::S3::Object", "AWS::Lambda::Function", "AWS::DynamoDB::Table"]);

type Translated = { readonly selectors: readonly AdvancedSelector[]; readonly widened: readonly string[] };

const readOrWrite = (type: string | undefined): readonly FieldSelector[] | undefined => {
  if (type === undefined || type === "All") return [];
  if (type === "ReadOnly") return [equals("readOnly", "true")];
  return type === "WriteOnly" ? [equals("readOnly", "false")] : undefined;
};

/** One basic selector in advanced words; undefined: it says something that is not understood. */
const translated = (selector: BasicSelector): Translated | undefined => {
  const { DataResources = [], ExcludeManagementEventSources: left = [] } = selector;
  const access = readOrWrite(selector.ReadWriteType);
  if (!access) return undefined;
  const selectors: AdvancedSelector[] = [];
  const widened: string[] = [];
  if (selector.IncludeManagementEvents ?? true)
    selectors.push({
      FieldSelectors: [
        equals("eventCategory", "Management"),
        ...access,
        ...(left.length ? [{ Field: "eventSource", NotEquals: left }] : []),
      ],
    });
  for (const { Type, Values = [] } of DataResources) {
    if (Type === undefined || !BASIC_TYPES.has(Type)) return undefined;
    // An empty list takes nothing.
    if (!Values.length) continue;
    const all = Values.some((value) => EVERYTHING.test(value));
    // A beginning takes what the exact name takes, and never less.
    if (!all && Type !== "AWS::S3::Object")
      widened.push(...Values.map((value) => `what else begins with ${value}`));
    selectors.push({
      FieldSelectors: [
        equals("eventCategory", "Data"),
        equals("resources.type", Type),
        ...access,
        ...(all ? [] : [{ Field: "resources.ARN", StartsWith: Values }]),
      ],
    });
  }
  return { selectors, widened };
};

/** Adds the selector of the connects to what a trail has, in either kind; `why`: it is not certain that nothing would be lost. */
export const withConnects = ({
  selectors,
  basic = [],
}: {
  readonly selectors: readonly AdvancedSelector[];
  readonly basic?: readonly BasicSelector[];
}): MergedSelectors => {
  if (!selectors.length && !basic.length)
    return { why: "AWS did not say which events the trail records now" };
  if (selectors.length && basic.length)
    return { why: "AWS names event selectors of both kinds for the trail" };
  const old = basic.map(translated);
  if (old.some((one) => !one))
    return {
      why: "the trail has a basic event selector that cannot be said in advanced ones with certainty",
    };
  const kept = selectors.length ? selectors : old.flatMap((one) => one?.selectors ?? []);
  const after = [...kept, CONNECTS];
  const values = valuesIn(after);
  if (values > MOST_VALUES)
    return {
      why: `with the one for Aurora DSQL the trail's selectors hold ${values} values, and ${MOST_VALUES} are the most`,
    };
  return { kept, added: CONNECTS, after, widened: old.flatMap((one) => one?.widened ?? []) };
};
