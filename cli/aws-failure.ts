// What AWS, or the way to it, said no to: in words that tell what to do next. The SDK's names decide, never its texts.

import {
  BAD_SIGNATURE,
  CREDENTIALS,
  DENIED,
  EXPIRED,
  fieldOf,
  GONE,
  networkCodeOf,
  OTHER_REGION,
  placeOf,
  said,
  THROTTLED,
  textOf,
  UNKNOWN_KEY,
} from "../lib/cloudtrail/aws-error-names.ts";
import { AuditError, type ErrorCode } from "../lib/errors.ts";

/** What the command was told, for the message. */
export type Asked = {
  readonly table?: string | undefined;
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
};

const failure = (code: ErrorCode, message: string, hint: string, cause: unknown): AuditError =>
  new AuditError(code, message, { hint, cause });

const inRegion = ({ region }: Asked): string => (region ? ` in ${region}` : "");
const login = ({ profile }: Asked): string => `aws sso login${profile ? ` --profile ${profile}` : ""}`;

const credentials = (error: unknown, asked: Asked): AuditError =>
  // The provider has one name for both, and only its text tells a session that ended from one that never was.
  /expired|refresh/i.test(said(error))
    ? failure("denied", "the AWS session has expired", `Sign in again: ${login(asked)}`, error)
    : failure(
        "denied",
        `there are no AWS credentials to sign with: ${said(error)}`,
        `Sign in (${login(asked)}), or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`,
        error,
      );

const denied = (error: unknown): AuditError => {
  const [, action, resource] = /perform: (\S+)(?: on resource: (\S+))?/.exec(said(error)) ?? [];
  return failure(
    "denied",
    `AWS denied it: ${said(error)}`,
    action
      ? `The caller needs the permission ${action}${resource ? ` on ${resource}` : ""}.`
      : "The caller lacks a permission: the message names it, or CloudTrail does.",
    error,
  );
};

const missingTable = (error: unknown, asked: Asked): AuditError =>
  failure(
    "not-found",
    asked.table
      ? `there is no table ${asked.table}${inRegion(asked)}`
      : `AWS does not find it: ${said(error)}`,
    `Check --table and --region. The tables there are: aws dynamodb list-tables${asked.region ? ` --region ${asked.region}` : ""}`,
    error,
  );

const unreachable = (error: unknown, asked: Asked): AuditError => {
  const place = placeOf(error);
  return failure(
    "connect",
    `AWS${inRegion(asked)} cannot be reached${place && ` at ${place}`}: ${networkCodeOf(error) || said(error)}`,
    "Check the spelling of the Region, and the network: DNS, proxy, VPC endpoint.",
    error,
  );
};

/** A proxy, a captive portal or another service answered: what came is not AWS's form. */
const foreign = (error: unknown, asked: Asked): AuditError => {
  const status = fieldOf(fieldOf(error, "$metadata") ?? fieldOf(error, "$response"), "httpStatusCode");
  const http = typeof status === "number" ? ` (HTTP ${status})` : "";
  return failure(
    "connect",
    `what answered in the place of AWS${inRegion(asked)} does not speak as AWS does${http}`,
    "Check the endpoint and the network: a proxy may stand between.",
    error,
  );
};

type Rule = {
  readonly is: (name: string, error: unknown) => boolean;
  readonly says: (error: unknown, asked: Asked) => AuditError;
};

const named = (all: ReadonlySet<string>) => (name: string) => all.has(name);

const throttled = (error: unknown, { table }: Asked): AuditError =>
  failure(
    "throttled",
    `AWS throttled the requests${table ? ` to ${table}` : ""} until the retries were used up`,
    table
      ? "Try again in a minute; if it stays, look at the throttle metrics of the table."
      : "Try again in a minute; if it stays, look at who else asks for the same.",
    error,
  );

/** Who asks: the session, the key, the signature, the permission. */
const callerRules: readonly Rule[] = [
  {
    is: named(EXPIRED),
    says: (error, asked) =>
      failure(
        "denied",
        "the AWS session has expired",
        `Sign in again (${login(asked)}), or renew the temporary credentials.`,
        error,
      ),
  },
  {
    is: named(UNKNOWN_KEY),
    says: (error) =>
      failure(
        "denied",
        `AWS does not know these credentials: ${said(error)}`,
        "Check AWS_PROFILE or AWS_ACCESS_KEY_ID; a Region that is not switched on for the account answers so too.",
        error,
      ),
  },
  {
    is: named(BAD_SIGNATURE),
    says: (error) =>
      failure(
        "denied",
        `AWS does not accept the signature: ${said(error)}`,
        "Check AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, and this machine's clock.",
        error,
      ),
  },
  { is: named(DENIED), says: denied },
];

/** What is asked for: the table, the bucket, the queue, the key. */
const targetRules: readonly Rule[] = [
  { is: named(THROTTLED), says: throttled },
  { is: (name) => name === "ResourceNotFoundException", says: missingTable },
  {
    is: (name) => GONE.has(name),
    says: (error) =>
      failure(
        "not-found",
        `${GONE.get(textOf(error, "name"))}: ${said(error)}`,
        "Check its name and its Region.",
        error,
      ),
  },
  {
    is: named(OTHER_REGION),
    says: (error) =>
      failure(
        "config",
        `the bucket is in another Region: ${said(error)}`,
        "Name its Region with --region.",
        error,
      ),
  },
  {
    is: (name) => /^KMS|^Kms/.test(name),
    says: (error) =>
      failure(
        "denied",
        `AWS cannot decrypt it: ${textOf(error, "name")}: ${said(error)}`,
        "Who runs this needs kms:Decrypt on the key that it is encrypted with, and the key must be enabled.",
        error,
      ),
  },
];

/** The way there and back. */
const wayRules: readonly Rule[] = [
  { is: (name) => name === "SyntaxError" || name === "Unknown" || name === "UnknownError", says: foreign },
  {
    is: (name, error) => name === "TimeoutError" && !networkCodeOf(error),
    says: (error, asked) =>
      failure(
        "connect",
        `AWS${inRegion(asked)} does not answer, or stopped in the middle of its answer`,
        "Try again; if it stays so, check the network: DNS, proxy, VPC endpoint.",
        error,
      ),
  },
  {
    is: (name, error) => networkCodeOf(error) !== "" || name === "NetworkingError",
    says: unreachable,
  },
];

/** The first that fits tells what it was. */
const rules: readonly Rule[] = [...callerRules, ...targetRules, ...wayRules];

const other = (error: Error): AuditError => {
  const isTheirs = fieldOf(error, "$fault") === "server";
  return failure(
    "store",
    `AWS ${isTheirs ? "failed" : "refused the request"}: ${error.name}: ${said(error)}`,
    isTheirs ? "Try again in a minute." : "Check the options of this command.",
    error,
  );
};

/** What an error of the AWS SDK means, as an AuditError with the next step; undefined for anything else. */
export const awsFailure = (error: unknown, asked: Asked): AuditError | undefined => {
  if (error instanceof AuditError || !(error instanceof Error)) return undefined;
  const { name } = error;
  if (CREDENTIALS.has(name)) return credentials(error, asked);
  if (error.message.includes("Region is missing")) {
    return failure(
      "config",
      "no AWS Region is named",
      "Name it with --region, AWS_REGION, the profile, or region in dsql-audit.config.json.",
      error,
    );
  }
  // Only what a client of the SDK threw has metadata, also where no answer came.
  if (fieldOf(error, "$metadata") === undefined) return undefined;
  return rules.find(({ is }) => is(name, error))?.says(error, asked) ?? other(error);
};
