// What a service's answer means for the notices: whether they may go out later, and what somebody has to do.
import { DENIED, isAboutCredentials, THROTTLED } from "../../cloudtrail/aws-error-names.ts";
import { AuditError, type ErrorCode } from "../../errors.ts";

/** What EventBridge and Security Hub alone say. */
const own: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ["LimitExceededException", "throttled"],
  ["NotAuthorizedForSourceException", "denied"],
  ["NotAuthorizedForDetailTypeException", "denied"],
  ["ResourceNotFoundException", "not-found"],
  // Security Hub is not switched on in this account and Region.
  ["InvalidAccessException", "not-found"],
  ["InternalException", "connect"],
  ["InternalFailure", "connect"],
  ["InternalServerException", "connect"],
  ["InternalServerErrorException", "connect"],
  ["ServiceUnavailable", "connect"],
]);

/** By the service's code, never by its text. */
const codeOf = (name: string): ErrorCode | undefined => {
  if (THROTTLED.has(name)) return "throttled";
  return DENIED.has(name) || isAboutCredentials(name) ? "denied" : own.get(name);
};

const meaning: Readonly<Partial<Record<ErrorCode, string>>> = {
  throttled: "it said to slow down until the retries were used up",
  denied: "it refused us",
  "not-found": "it is not there, or not switched on",
  connect: "it could not be reached, or failed",
  config: "it did not accept what was sent",
};

/** Where notices go, as people call it, with what helps where it is not there or refuses. */
export type Place = { readonly what: string; readonly missing: string; readonly denied: string };

const hintOf = (code: ErrorCode, { missing, denied }: Place): string => {
  if (code === "not-found") return missing;
  return code === "denied" ? denied : "Nothing is lost: what was not taken is sent with a later run.";
};

/** For one part of a call that was answered otherwise: `code` is the service's word. */
export const refusedPart = (place: Place, code: string | undefined): AuditError => {
  const means = codeOf(code ?? "") ?? "config";
  return new AuditError(
    means,
    `Cannot send to ${place.what}: ${meaning[means]} (${code ?? "no reason given"}).`,
    { hint: hintOf(means, place) },
  );
};

/** For a whole call that failed. What is neither known nor an answer below 500 never got through. */
export const refusedCall = (place: Place, error: unknown): AuditError => {
  const status = (error as { $metadata?: { httpStatusCode?: number } } | null)?.$metadata?.httpStatusCode;
  const name = error instanceof Error ? error.name : "";
  const code = codeOf(name) ?? (status !== undefined && status < 500 ? "config" : "connect");
  return new AuditError(code, `Cannot send to ${place.what}: ${meaning[code]} (${name || "unknown"}).`, {
    cause: error,
    hint: hintOf(code, place),
  });
};
