// What AWS, or the way to it, said no to: in words that tell what to do next. The SDK's names decide, never its texts.
import { AuditError, type ErrorCode } from "../lib/errors.ts";

/** What the command was told, for the message. */
export type Asked = {
  readonly table?: string | undefined;
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
};

const fieldOf = (error: unknown, name: string): unknown =>
  typeof error === "object" && error !== null ? (error as Record<string, unknown>)[name] : undefined;
const textOf = (error: unknown, name: string): string => {
  const value = fieldOf(error, name);
  return typeof value === "string" ? value : "";
};
const said = (error: unknown): string => (error instanceof Error ? error.message : String(error)).trim();

const failure = (code: ErrorCode, message: string, hint: string, cause: unknown): AuditError =>
  new AuditError(code, message, { hint, cause });

const names = (...all: readonly string[]): ReadonlySet<string> => new Set(all);
const EXPIRED = names(
  "ExpiredTokenException",
  "ExpiredToken",
  "RequestExpired",
  "ExpiredTokenError",
  "TokenRefreshRequired",
);
const CREDENTIALS = names("CredentialsProviderError", "TokenProviderError");
const UNKNOWN_KEY = names(
  "UnrecognizedClientException",
  "InvalidClientTokenId",
  "InvalidAccessKeyId",
  "InvalidToken",
);
const BAD_SIGNATURE = names(
  "InvalidSignatureException",
  "SignatureDoesNotMatch",
  "RequestTimeTooSkewed",
  "IncompleteSignature",
  "IncompleteSignatureException",
);
const DENIED = names("AccessDeniedException", "AccessDenied", "AuthorizationError", "UnauthorizedOperation");
const THROTTLED = names(
  "ThrottlingException",
  "Throttling",
  "ThrottledException",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "RequestThrottled",
  "RequestThrottledException",
  "TooManyRequestsException",
  "SlowDown",
);
const GONE: Readonly<Record<string, string>> = {
  NoSuchBucket: "there is no such bucket",
  QueueDoesNotExist: "there is no such queue",
  "AWS.SimpleQueueService.NonExistentQueue": "there is no such queue",
};
/** S3 has a bucket in one Region, and says so in four ways. */
const OTHER_REGION = names(
  "PermanentRedirect",
  "TemporaryRedirect",
  "AuthorizationHeaderMalformed",
  "IllegalLocationConstraintException",
);
const NETWORK = names(
  "ENOTFOUND",
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ECONNRESET",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EPIPE",
);

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
  const host = textOf(error, "hostname") || textOf(error, "address");
  const port = fieldOf(error, "port");
  const place = host ? ` at ${host}${port === undefined ? "" : `:${port}`}` : "";
  return failure(
    "connect",
    `AWS${inRegion(asked)} cannot be reached${place}: ${networkCodeOf(error) || said(error)}`,
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

const networkCodeOf = (error: unknown): string => {
  if (error instanceof AggregateError && !textOf(error, "code")) return networkCodeOf(error.errors[0]);
  const code = textOf(error, "code");
  return NETWORK.has(code) || /CERT|SELF_SIGNED|ALTNAME/.test(code) ? code : "";
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
  if (EXPIRED.has(name))
    return failure(
      "denied",
      "the AWS session has expired",
      `Sign in again (${login(asked)}), or renew the temporary credentials.`,
      error,
    );
  if (UNKNOWN_KEY.has(name))
    return failure(
      "denied",
      `AWS does not know these credentials: ${said(error)}`,
      "Check AWS_PROFILE or AWS_ACCESS_KEY_ID; a Region that is not switched on for the account answers so too.",
      error,
    );
  if (BAD_SIGNATURE.has(name))
    return failure(
      "denied",
      `AWS does not accept the signature: ${said(error)}`,
      "Check AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, and this machine's clock.",
      error,
    );
  if (DENIED.has(name)) return denied(error);
  if (THROTTLED.has(name))
    return failure(
      "throttled",
      `AWS throttled the requests${asked.table ? ` to ${asked.table}` : ""} until the retries were used up`,
      asked.table
        ? "Try again in a minute; if it stays, look at the throttle metrics of the table."
        : "Try again in a minute; if it stays, look at who else asks for the same.",
      error,
    );
  if (name === "ResourceNotFoundException") return missingTable(error, asked);
  if (GONE[name])
    return failure("not-found", `${GONE[name]}: ${said(error)}`, "Check its name and its Region.", error);
  if (OTHER_REGION.has(name))
    return failure(
      "config",
      `the bucket is in another Region: ${said(error)}`,
      "Name its Region with --region.",
      error,
    );
  if (/^KMS|^Kms/.test(name))
    return failure(
      "denied",
      `AWS cannot decrypt it: ${name}: ${said(error)}`,
      "Who runs this needs kms:Decrypt on the key that it is encrypted with, and the key must be enabled.",
      error,
    );
  if (name === "SyntaxError" || name === "Unknown" || name === "UnknownError") return foreign(error, asked);
  if (name === "TimeoutError" && !networkCodeOf(error))
    return failure(
      "connect",
      `AWS${inRegion(asked)} does not answer, or stopped in the middle of its answer`,
      "Try again; if it stays so, check the network: DNS, proxy, VPC endpoint.",
      error,
    );
  if (networkCodeOf(error) || name === "NetworkingError") return unreachable(error, asked);
  return failure(
    "store",
    `AWS ${fieldOf(error, "$fault") === "server" ? "failed" : "refused the request"}: ${name}: ${said(error)}`,
    fieldOf(error, "$fault") === "server" ? "Try again in a minute." : "Check the options of this command.",
    error,
  );
};
