// What errors of the AWS SDK are called, and what they carry: names, codes and fields, never texts.

export const fieldOf = (error: unknown, name: string): unknown =>
  typeof error === "object" && error !== null ? (error as Record<string, unknown>)[name] : undefined;
export const textOf = (error: unknown, name: string): string => {
  const value = fieldOf(error, name);
  return typeof value === "string" ? value : "";
};
/** Its message. */
export const said = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).trim();

const names = (...all: readonly string[]): ReadonlySet<string> => new Set(all);
export const EXPIRED = names(
  "ExpiredTokenException",
  "ExpiredToken",
  "RequestExpired",
  "ExpiredTokenError",
  "TokenRefreshRequired",
);
export const CREDENTIALS = names("CredentialsProviderError", "TokenProviderError");
export const UNKNOWN_KEY = names(
  "UnrecognizedClientException",
  "InvalidClientTokenId",
  "InvalidAccessKeyId",
  "InvalidToken",
  "MissingAuthenticationToken",
);
export const BAD_SIGNATURE = names(
  "InvalidSignatureException",
  "SignatureDoesNotMatch",
  "RequestTimeTooSkewed",
  "IncompleteSignature",
  "IncompleteSignatureException",
  "InvalidSecurityException", // SNS
);
export const DENIED = names(
  "AccessDeniedException",
  "AccessDenied",
  "AuthorizationError", // SNS, and in the words of its client:
  "AuthorizationErrorException",
  "UnauthorizedOperation",
);
export const THROTTLED = names(
  "ThrottlingException",
  "Throttling",
  "Throttled",
  "ThrottledException",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "RequestThrottled",
  "RequestThrottledException",
  "TooManyRequestsException",
  "SlowDown",
);
export const GONE: ReadonlyMap<string, string> = new Map([
  ["NoSuchBucket", "there is no such bucket"],
  ["QueueDoesNotExist", "there is no such queue"],
  ["AWS.SimpleQueueService.NonExistentQueue", "there is no such queue"],
]);

/** Whether it is about who asks, and not about what they may: an expired session, an unknown key, a bad signature. */
export const isAboutCredentials = (name: string): boolean =>
  [EXPIRED, CREDENTIALS, UNKNOWN_KEY, BAD_SIGNATURE].some((all) => all.has(name));

/** Whether AWS refused a call, whatever the service calls that; also in a Region that the account has not switched on. */
export const isDenied = (error: unknown): boolean =>
  error instanceof Error && [DENIED, UNKNOWN_KEY, CREDENTIALS].some((all) => all.has(error.name));

/** S3 has a bucket in one Region, and says so in four ways. */
export const OTHER_REGION = names(
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
  "UND_ERR_CONNECT_TIMEOUT", // of fetch
  "UND_ERR_SOCKET",
);
const isNetwork = (code: string): boolean =>
  NETWORK.has(code) || /CERT|SELF_SIGNED|ALTNAME|UNABLE_TO_VERIFY/.test(code);

/** Causes may run in a circle. */
const MAX_CAUSES = 5;
/** What the network said, of it or of what caused it: fetch hides it there, and a host of several addresses in a list. */
const networkFault = (error: unknown, deepest = MAX_CAUSES): unknown => {
  if (!(error instanceof Error) || deepest < 0) return undefined;
  if (isNetwork(textOf(error, "code"))) return error;
  return networkFault(error instanceof AggregateError ? error.errors[0] : error.cause, deepest - 1);
};

/** Why the network failed, as Node.js and TLS name it; "": it did not. */
export const networkCodeOf = (error: unknown): string => textOf(networkFault(error), "code");

/** The host, or the address and its port, that could not be reached; "": nobody says. */
export const placeOf = (error: unknown): string => {
  const fault = networkFault(error);
  const port = fieldOf(fault, "port");
  const host = textOf(fault, "hostname") || textOf(fault, "address");
  return host && port !== undefined ? `${host}:${port}` : host;
};
