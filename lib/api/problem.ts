// Errors as RFC 9457 describes them: what went wrong for the caller, and nothing of how we are built.
// https://www.rfc-editor.org/rfc/rfc9457
import * as z from "../core/base/zod.ts";
import { AuditError, type ErrorCode } from "../errors.ts";

/** `type` is about:blank: the status says all that a program can decide by, save `code`. */
export const Problem = z
  .object({
    type: z.literal("about:blank"),
    title: z.string().check(z.meta({ description: "The phrase of the status." })),
    status: z.int(),
    detail: z.string().check(z.meta({ description: "What was wrong with this request." })),
    code: z.string(),
    hint: z.optional(z.string()).check(z.meta({ description: "What to do next." })),
    requestId: z.optional(z.string()).check(z.meta({ description: "Under which the log tells more." })),
  })
  .register(z.globalRegistry, { id: "Problem", description: "An error as RFC 9457 has it." });
export type Problem = z.infer<typeof Problem>;

const titles = {
  400: "Bad Request",
  404: "Not Found",
  405: "Method Not Allowed",
  500: "Internal Server Error",
  503: "Service Unavailable",
} as const;
export type ProblemStatus = keyof typeof titles;

export const problem = (
  status: ProblemStatus,
  code: string,
  detail: string,
  more: Pick<Problem, "hint" | "requestId"> = {},
): Problem => ({ type: "about:blank", title: titles[status], status, detail, code, ...more });

const statusOf = (code: ErrorCode): ProblemStatus => {
  if (code === "usage") return 400;
  if (code === "not-found") return 404;
  return code === "throttled" ? 503 : 500;
};

/** What is thrown on purpose for the caller is told as it is; of everything else only that it happened. */
export const problemOf = (error: unknown, requestId: string | undefined): Problem => {
  const status = error instanceof AuditError ? statusOf(error.code) : 500;
  if (error instanceof AuditError && status < 500) {
    const { code, message, hint } = error;
    return problem(status, code, message, hint === undefined ? {} : { hint });
  }
  const named = requestId === undefined ? {} : { requestId };
  if (status === 503)
    return problem(503, "throttled", "The store is busy.", { hint: "Ask again later.", ...named });
  return problem(500, "internal", "The question could not be answered.", named);
};
