// Whether a value of Resource or NotResource means one ARN.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
import type { Truth } from "./truth.ts";
import { ANY, ANY_IN_PART, isLiteral, matches, ONE, type Pattern, patternOf } from "./wildcard.ts";

/** arn, partition, service, Region, account, resource: the last one keeps its colons. */
const COLONS = 5;

const isWild = (token: Pattern[number] | undefined): boolean => typeof token === "number";

/** The star that ends a part of an ARN goes on beyond the colon; another star does not. */
const withinParts = (pattern: Pattern): Pattern =>
  pattern.map((token, at) => {
    const next = pattern[at + 1];
    return token === ANY && next !== undefined && next !== ":" ? ANY_IN_PART : token;
  });

/**
 * "You can't use a wildcard in the service segment": it is neither there nor before it. In the partition AWS's own policies
 * have one, though reference-arns.html says no: arn:*:ec2:*:*:volume/* in the controls of AWS Control Tower.
 */
const namesService = (pattern: Pattern): boolean => {
  let colons = 0;
  for (const token of pattern) {
    if (token === ":") colons += 1;
    if (colons === 3) return true;
    if (isWild(token) && colons !== 1) return false;
  }
  return false;
};

/** "You cannot use a wildcard in the portion of the ARN that specifies the resource type": cl*, but not * for all of it. */
const hasWildType = (pattern: Pattern): boolean => {
  let colons = 0;
  const start = pattern.findIndex((token) => token === ":" && ++colons === COLONS);
  if (start < 0) return false;
  const resource = pattern.slice(start + 1);
  if (resource.length === 1 && resource[0] === ANY) return false;
  const end = resource.findIndex((token) => token === "/" || token === ":");
  return resource.slice(0, end < 0 ? undefined : end).some(isWild);
};

/** All before the resource in lower case, as it is in the ARN of every cluster. */
const headFolded = (pattern: Pattern): Pattern => {
  let colons = 0;
  return pattern.map((token) => {
    if (token === ":") colons += 1;
    return typeof token === "string" && colons < COLONS ? token.toLowerCase() : token;
  });
};

/**
 * Where the two readings of a star differ, or where IAM takes no wildcard, it is unknown. So is what only the case of a
 * Region or service tells apart: of the last part alone it is said that case counts.
 */
const asWritten = (pattern: Pattern, arn: string): Truth => {
  if (!matches(pattern, arn)) return matches(headFolded(pattern), arn) ? "unknown" : "no";
  if (!pattern.some((token) => token === ANY || token === ONE)) return "yes";
  return namesService(pattern) && !hasWildType(pattern) && matches(withinParts(pattern), arn)
    ? "yes"
    : "unknown";
};

/**
 * `ofIdentity`: the policy is one of an identity or a boundary. There "AWS automatically completes the ARN by adding wildcard
 * characters (*) to all missing fields": arn:aws:dsql is arn:aws:dsql:*:*:*. What a shorter one means in another policy is
 * not documented.
 */
export const resourceMatches = (pattern: Pattern, arn: string, ofIdentity: boolean): Truth => {
  if (pattern.length === 1 && pattern[0] === ANY) return "yes";
  const plain = asWritten(pattern, arn);
  const missing = COLONS - pattern.filter((token) => token === ":").length;
  if (missing <= 0) return plain;
  const completed = asWritten([...pattern, ...Array(missing).fill([":", ANY]).flat()], arn);
  if (plain === completed) return plain;
  return ofIdentity && plain === "no" ? completed : "unknown";
};

/** The same of a text without variables. */
export const plainMatches = (value: string, arn: string, ofIdentity: boolean): Truth =>
  isLiteral(value) && value.split(":").length > COLONS && value.toLowerCase() !== arn.toLowerCase()
    ? "no"
    : resourceMatches(patternOf(value), arn, ofIdentity);

/**
 * "You can't use a variable to replace parts of the ARN before the fifth colon": what one does there is not documented, but
 * that nothing matches which would not with any text in its place.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
export const misplacesVariable = (value: string): boolean =>
  value.slice(0, value.indexOf("${")).split(":").length <= COLONS;

/** Its variables as wildcards. */
export const withoutVariables = (value: string): string => value.replaceAll(/\$\{[^{}]*\}/g, "*");
