// The one error that this product throws on purpose: a closed code to choose by, a message to read.

export const errorCodes = [
  "usage", // the caller asked for something that cannot be: exit 64, HTTP 400
  "not-found", // no such role, snapshot, finding: exit 1, HTTP 404
  "config", // a setting is missing or wrong
  "connect", // the database could not be reached or refused us
  "query", // the database refused a statement
  "bad-file", // a file is truncated, of another version, or not ours
  "bad-record", // one record of a batch cannot be read
  "store", // the store answered something that it must not
  "conflict", // another writer was first, retries are used up
  "throttled", // AWS or the database said "slow down" until the retries were used up
  "denied", // AWS said no
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** `code` to decide by, `message` for people, `hint` says what to do next, `cause` is what was caught. */
export class AuditError extends Error {
  override readonly name = "AuditError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; hint?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

/** What an error stands for: the several that `oneError` joined, else itself alone. */
export const errorsIn = (error: unknown): readonly unknown[] =>
  error instanceof AuditError &&
  error.cause instanceof AggregateError &&
  error.cause.errors.every((one) => one instanceof AuditError)
    ? error.cause.errors.flatMap(errorsIn)
    : [error];

const SHOWN = 3;

/**
 * One error for several that came of one work, which names the first of them, so that nobody mends one a day. One that is not
 * of ours is passed on as it is: whoever explains it has to know it.
 */
export const oneError = (errors: readonly unknown[]): unknown => {
  const all = errors.flatMap(errorsIn);
  const own = all.filter((error) => error instanceof AuditError);
  const [first] = own;
  if (!first || all.length === 1 || own.length < all.length)
    return all.find((error) => !(error instanceof AuditError)) ?? first;
  const more = own.length - SHOWN;
  const said = [...own.slice(0, SHOWN).map(({ message }) => message), ...(more > 0 ? [`${more} more`] : [])];
  return new AuditError(first.code, said.join("; "), {
    cause: new AggregateError(own),
    ...(first.hint !== undefined && { hint: first.hint }),
  });
};
