// Whether mappings name a principal: surely, or by what AWS does not say that Aurora DSQL takes.
import { foldArn } from "../activity/principal.ts";
import { parseArn, withoutPath } from "../base/ids.ts";
import { matches, matchesFrom, patternOf } from "./wildcard.ts";

/** `maybe`: by a pattern, by the account, by one session of it, or as a federated user; whether Aurora DSQL lets anybody in by that is not documented. */
export type Mapped = "yes" | "maybe" | "no";

const isOfSession = (arn: string): boolean => foldArn(arn) !== arn;
const isPattern = (arn: string): boolean => /[*?]/.test(arn);

/** The account that an ARN means as a whole: by its number, or by its root. */
const accountIn = (arn: string): string | undefined => {
  if (/^\d{12}$/.test(arn)) return arn;
  const parts = parseArn(arn);
  return parts?.service === "iam" && parts.resource === "root" ? parts.account : undefined;
};

/** Whether a mapping's ARN names one IAM role or user, who alone can be recognised in a connection. */
export const namesOne = (arn: string): boolean => {
  const parts = parseArn(arn);
  return parts?.service === "iam" && /^(?:role|user)\/./.test(parts.resource) && !isPattern(arn);
};

/** How the ARNs of all sessions of a role begin, whose ARN is given without a path; undefined: it is no role. */
const sessionsOf = (arn: string): string | undefined => {
  const [, partition, account, name] = /^(arn:[\w-]+):iam::(\d*):role\/(.+)$/s.exec(arn) ?? [];
  return partition && `${partition}:sts::${account}:assumed-role/${name}/`;
};

const byLoose = (mapped: string, who: string): boolean => {
  const [role, bare] = [foldArn(who), withoutPath(foldArn(who))];
  if (isPattern(mapped)) {
    const pattern = patternOf(mapped);
    const sessions = isOfSession(who) ? undefined : sessionsOf(bare);
    return (
      [who, role, bare].some((arn) => matches(pattern, arn)) ||
      (sessions !== undefined && matchesFrom(pattern, sessions) !== "no")
    );
  }
  if (isOfSession(mapped)) return isOfSession(who) ? mapped === who : withoutPath(foldArn(mapped)) === bare;
  const account = accountIn(mapped);
  return mapped === who || (account !== undefined && account === parseArn(who)?.account);
};

/** Answers for each principal; a role is the same with its path and without, which records of sessions have lost. */
export const mappedBy = (arns: readonly string[]): ((who: string) => Mapped) => {
  const loose = arns.filter((arn) => !namesOne(arn));
  const named = new Set(arns.filter(namesOne).map(withoutPath));
  return (who) => {
    if (named.has(withoutPath(foldArn(who)))) return "yes";
    return loose.some((arn) => byLoose(arn, who)) ? "maybe" : "no";
  };
};

export const mappedTo = (mapped: string, who: string): Mapped => mappedBy([mapped])(who);
