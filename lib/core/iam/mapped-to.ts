// Whether mappings name a principal: surely, or by what AWS does not say that Aurora DSQL takes.
import { foldArn } from "../activity/principal.ts";
import { parseArn, withoutPath } from "../base/ids.ts";
import { matches, patternOf } from "./wildcard.ts";

/** `maybe`: by a pattern, by the account, or by one session of it; whether Aurora DSQL lets anybody in by that is not documented. */
export type Mapped = "yes" | "maybe" | "no";

const isOfSession = (arn: string): boolean => foldArn(arn) !== arn;
const isPattern = (arn: string): boolean => /[*?]/.test(arn);

/** The account that an ARN means as a whole: by its number, or by its root. */
const accountIn = (arn: string): string | undefined => {
  if (/^\d{12}$/.test(arn)) return arn;
  const parts = parseArn(arn);
  return parts?.service === "iam" && parts.resource === "root" ? parts.account : undefined;
};

/** Whether a mapping's ARN names no one user or role for certain. */
export const isLoose = (arn: string): boolean =>
  isOfSession(arn) || isPattern(arn) || accountIn(arn) !== undefined;

const byLoose = (mapped: string, who: string): boolean => {
  if (isOfSession(mapped) && isOfSession(who)) return mapped === who;
  const [role, bare] = [foldArn(who), withoutPath(foldArn(who))];
  if (isOfSession(mapped)) return withoutPath(foldArn(mapped)) === bare;
  if (isPattern(mapped)) return [who, role, bare].some((arn) => matches(patternOf(mapped), arn));
  return accountIn(mapped) === parseArn(who)?.account;
};

/** Answers for each principal; a role is the same with its path and without, which records of sessions have lost. */
export const mappedBy = (arns: readonly string[]): ((who: string) => Mapped) => {
  const loose = arns.filter(isLoose);
  const named = new Set(arns.filter((arn) => !isLoose(arn)).map(withoutPath));
  return (who) => {
    if (named.has(withoutPath(foldArn(who)))) return "yes";
    return loose.some((arn) => byLoose(arn, who)) ? "maybe" : "no";
  };
};

export const mappedTo = (mapped: string, who: string): Mapped => mappedBy([mapped])(who);
