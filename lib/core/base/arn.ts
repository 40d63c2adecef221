// Amazon Resource Names: their parts, and the name of a role or user without its path. Without a library: whoever reads
// trail files in a thread of its own loads this alone.

export type ArnParts = {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly resource: string;
};

/** Splits an ARN; undefined when the text is none. `resource` keeps its colons and slashes. */
export const parseArn = (text: string): ArnParts | undefined => {
  const [arn, partition, service, region, account, ...rest] = text.split(":");
  if (
    arn !== "arn" ||
    !partition ||
    !service ||
    region === undefined ||
    account === undefined ||
    !rest.length
  ) {
    return undefined;
  }
  return { partition, service, region, account, resource: rest.join(":") };
};

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_dsql.html */
const CLUSTER = /^arn:[a-z-]+:dsql:[a-z0-9-]+:\d{12}:cluster\/[a-z0-9]+$/;

/** Whether the text is the ARN of one Aurora DSQL cluster: then it needs no quoting, in SQL, in JSON or for a shell. */
export const isClusterArn = (text: string): boolean => CLUSTER.test(text);

/**
 * An IAM ARN without its path. Names of roles and of users are unique in an account whatever their path, and a record
 * without a session issuer has lost it: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 */
export const withoutPath = (arn: string): string => {
  const parts = parseArn(arn);
  const [, kind, name] = /^(role|user)\/(?:.*\/)?([^/]+)$/.exec(parts?.resource ?? "") ?? [];
  return parts?.service === "iam" && kind
    ? `arn:${parts.partition}:iam::${parts.account}:${kind}/${name}`
    : arn;
};
