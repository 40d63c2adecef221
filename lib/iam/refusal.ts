// Why a part of IAM could not be read, in words that name the missing permission.
import { DENIED, THROTTLED } from "../cloudtrail/aws-error-names.ts";
import { visible } from "../core/base/visible-text.ts";

export type Unread = { readonly status: "unreadable"; readonly reason: string; readonly code: string | null };

const SILENT: ReadonlySet<string> = new Set(["AbortError", "TimeoutError"]);

/** Long enough for a sentence of AWS's, short enough for a title. */
const MAX_MESSAGE = 200;

export const unread = (reason: string, code: string | null = null): Unread => ({
  status: "unreadable",
  reason,
  code,
});

/** What became of a call of `action` ("iam:GetRole"), by the error that the SDK threw after its last try. */
export const refusalOf = (action: string, error: unknown): Unread => {
  if (!(error instanceof Error)) return unread(`${action} failed: ${visible(String(error), MAX_MESSAGE)}`);
  const { name, message } = error;
  if (DENIED.has(name)) return unread(`access denied: the auditor's role lacks ${action}`, name);
  if (THROTTLED.has(name)) return unread(`AWS throttled ${action}, also when it was tried again`, name);
  if (SILENT.has(name)) return unread(`${action} was not answered in time`, name);
  return unread(`${action} failed: ${visible(`${name}: ${message}`, MAX_MESSAGE)}`, name);
};

/** Whether IAM said that there is no such role, user or key. */
export const isMissing = (error: unknown): boolean =>
  error instanceof Error && (error.name === "NoSuchEntityException" || error.name === "NoSuchEntity");
