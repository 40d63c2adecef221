// What the formats for other programs share: how long texts may be, and what of a finding they all tell.
import { parseArn } from "../../core/base/ids.ts";
import { visible } from "../../core/base/visible-text.ts";
import type { DetectorWords } from "../../core/findings/detector.ts";
import type { Finding } from "../../core/findings/finding.ts";

export type FormatOptions = {
  /** The release of the auditor that writes it. */
  readonly version: string;
  /** The words of a detector; undefined: one of another release. */
  readonly wordsOf: (id: string) => DetectorWords | undefined;
};

export const PRODUCT = "dsql-access-auditor";

/** Where a cluster lives, by its ARN; "" where the ARN does not say. */
export const placeOf = (cluster: string) => {
  const { partition = "aws", region = "", account = "" } = parseArn(cluster) ?? {};
  return { partition, region, account };
};

/** Evidence as pairs of short texts: `maxPairs` of them, each value within `maxValue` characters. */
export const evidencePairs = (
  { evidence }: Pick<Finding, "evidence">,
  maxPairs: number,
  maxValue: number,
): (readonly [string, string])[] =>
  Object.entries(evidence)
    .filter(([, value]) => value !== null && value !== undefined && value !== "")
    .slice(0, maxPairs)
    .map(([name, value]) => [
      visible(name, 100),
      visible(typeof value === "string" ? value : JSON.stringify(value), maxValue),
    ]);

/** What it is about, the narrowest last: principal, role, object. */
export const subjectParts = ({ subject: { principal, role, object } }: Pick<Finding, "subject">) =>
  [
    { kind: "principal", name: principal },
    { kind: "role", name: role },
    { kind: "object", name: object },
  ].flatMap(({ kind, name }) => (name === undefined ? [] : [{ kind, name }]));

/** Closed: nothing is to be done about it any more. */
export const isClosed = ({ status }: Pick<Finding, "status">): boolean =>
  status === "resolved" || status === "ended";
