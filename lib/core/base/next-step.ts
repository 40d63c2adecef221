// What to do about an error that brings no hint of its own, for whoever reads the log of a deployed function.

const rules: readonly (readonly [RegExp, string])[] = [
  [
    /AccessDenied|AuthorizationError|Unauthorized|NotAuthorized|^KMS|^Kms/,
    "The function's role lacks the permission that the reason names. Deploy again; if it stays so, look at service control policies and at the policy of the key.",
  ],
  [
    /Throttl|TooManyRequests|ThroughputExceeded|LimitExceeded|SlowDown/,
    "AWS asked for fewer calls. The function is run again by itself: a message within minutes, a schedule at its next time. If it stays so, look at what else makes these calls, and at the quotas of the account.",
  ],
  [
    /ResourceNotFound|NoSuch|NotExist|NonExistent|NotFound/,
    "What the reason names is gone, or in another Region: docs/operations.md says how to bring it back.",
  ],
  [
    /Timeout|ECONN|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPIPE|Networking/,
    "The function is run again by itself: a message within minutes, a schedule at its next time. If it stays so, look at the network path: endpoints of the VPC, security groups, DNS.",
  ],
  [
    /^ZodError$/,
    "The message or the item is not as this release writes it: the reason names the field. Look at who sent it.",
  ],
];

const OTHERWISE =
  "The function is run again by itself: a message within minutes, a schedule at its next time. A message that goes on failing waits in the dead-letter queue: docs/operations.md says how to replay it.";

const fieldOf = (error: unknown, name: string): string => {
  const value: unknown = typeof error === "object" && error !== null ? Reflect.get(error, name) : undefined;
  return typeof value === "string" ? value : "";
};

/** By the names and codes of the error and of what caused it, the nearest first; never by its text. */
export const nextStepOf = (errors: readonly unknown[]): string => {
  const names = errors.flatMap((error) => [fieldOf(error, "name"), fieldOf(error, "code")]);
  for (const name of names) {
    const found = rules.find(([pattern]) => pattern.test(name));
    if (found) return found[1];
  }
  return OTHERWISE;
};
