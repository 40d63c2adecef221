// Makes of what the driver throws an error that a person can act on: message, detail, hint, and what to do next.
import { AuditError } from "../errors.ts";

export type ServerError = {
  readonly code: string;
  readonly message: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
};

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;
const fieldOf = (error: unknown, name: string): unknown =>
  typeof error === "object" && error !== null ? (error as Record<string, unknown>)[name] : undefined;

/** What the server itself said, also from below our own error; undefined where it did not come that far. */
export const serverError = (error: unknown): ServerError | undefined => {
  if (error instanceof AuditError) return serverError(error.cause);
  const code = textOf(fieldOf(error, "code"));
  // Only the server's ErrorResponse has a severity; Node's own errors have a code too.
  if (!code || !/^[0-9A-Z]{5}$/.test(code) || fieldOf(error, "severity") === undefined) return undefined;
  return {
    code,
    message: textOf(fieldOf(error, "message")) ?? "the server gave no message",
    detail: textOf(fieldOf(error, "detail")),
    hint: textOf(fieldOf(error, "hint")),
  };
};

/** Node's code of a failure on the way ("ECONNREFUSED"), also from below our own error. */
export const networkCode = (error: unknown): string | undefined => {
  if (error instanceof AuditError) return networkCode(error.cause);
  if (error instanceof AggregateError) return networkCode(error.errors[0]);
  return serverError(error) ? undefined : textOf(fieldOf(error, "code"));
};

const said = ({ code, message, detail, hint }: ServerError): string =>
  [`${message} (${code})`, detail && `Detail: ${detail}`, hint && `Hint: ${hint}`].filter(Boolean).join(". ");

const refusals: Readonly<Record<string, string>> = {
  "08006":
    "The server's hint is the reason. Check the IAM permission (dsql:DbConnect, dsql:DbConnectAdmin for admin), the mapping (AWS IAM GRANT role TO 'arn') and that the credentials are fresh.",
  "28P01": "Check the user and the password in the URL.",
  "28000": "Check the user, and what pg_hba.conf lets it do from here; a server may also insist on TLS.",
  "3D000": "Check the database's name in the URL.",
  "53300": "All connections are in use: try again later.",
  "53400": "Connections come too fast: try again later.",
  "0A000": "The server refuses a startup parameter: check the URL for options.",
};
const failures: Readonly<Record<string, string>> = {
  ENOTFOUND: "No such host: check the spelling of the endpoint and the Region, and your DNS.",
  EAI_AGAIN: "The name could not be looked up just now: check your DNS and try again.",
  ECONNREFUSED: "Nothing listens there: check host and port.",
  ECONNRESET:
    "The server hung up: check that it speaks PostgreSQL with TLS; a waking cluster may need another try.",
  ETIMEDOUT:
    "No answer: check the network path (VPC, security group, PrivateLink); an idle cluster may need another try.",
  EHOSTUNREACH: "There is no route to the host: check the network path.",
  ENOENT: "There is no such socket: check the URL's host.",
};

const certificateCode = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/;

const nextStep = (error: unknown): string => {
  const server = serverError(error);
  if (server) return refusals[server.code] ?? "Check the user and what it may do.";
  const code = networkCode(error) ?? "";
  if (certificateCode.test(code))
    return "The certificate is not trusted for this host: name its authority with --ca FILE.";
  return failures[code] ?? "Check host, port and network path.";
};

const plainMessage = (error: unknown): string => {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return error.errors[0].message;
  return error instanceof Error ? error.message : String(error);
};

/** An AuditError `connect` about `place` (host and database, never a password). */
export const connectError = (place: string, error: unknown): AuditError => {
  if (error instanceof AuditError) return error;
  const server = serverError(error);
  return new AuditError(
    "connect",
    `cannot connect to ${place}: ${server ? said(server) : plainMessage(error)}`,
    {
      cause: error,
      hint: nextStep(error),
    },
  );
};

/** An AuditError `query` about `what` was being read. */
export const queryError = (what: string, error: unknown): AuditError => {
  if (error instanceof AuditError) return error;
  const server = serverError(error);
  return new AuditError("query", `cannot read ${what}: ${server ? said(server) : plainMessage(error)}`, {
    cause: error,
    hint:
      server?.code === "42501"
        ? "The role lacks a privilege: dsql-audit setup-sql prints what the auditor's role needs."
        : "Try again; if it stays, look at the cluster in the AWS console.",
  });
};

/** One line for a section that stays unreadable. */
export const refusalText = (error: unknown): string => {
  const server = serverError(error);
  return server ? said(server) : plainMessage(error);
};
