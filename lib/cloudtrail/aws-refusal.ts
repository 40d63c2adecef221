// Whether AWS refused a call, whatever the service calls that.

const REFUSALS: ReadonlySet<string> = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "AuthorizationError", // SNS, and in the words of its client:
  "AuthorizationErrorException",
  "UnauthorizedOperation",
  "UnrecognizedClientException", // a Region that the account has not switched on
  "InvalidClientTokenId",
  "CredentialsProviderError",
]);

/** By the error's name, which is the SDK's code. */
export const isDenied = (error: unknown): boolean => error instanceof Error && REFUSALS.has(error.name);
