// What a failed command says on stderr, and which exit code it ends in.
import { spelledOut } from "../lib/core/base/visible-text.ts";
import { AuditError } from "../lib/errors.ts";
import type { ExitCode } from "./command.ts";

/** Message, then what to do next; a stack only for what we did not foresee, and only when asked for. */
export const explainError = (error: unknown, verbose: boolean): string => {
  const message = error instanceof Error ? error.message : String(error);
  const lines = [`error: ${message.split("\n").map(spelledOut).join("\n")}`];
  if (error instanceof AuditError && error.hint)
    lines.push(...error.hint.split("\n").map((line) => `  ${spelledOut(line)}`));
  if (verbose && error instanceof Error && error.stack) lines.push(error.stack);
  else if (!(error instanceof AuditError))
    lines.push("  This is an unexpected error. DSQL_AUDIT_DEBUG=1 shows where it came from.");
  return `${lines.join("\n")}\n`;
};

/** 64 for what was asked wrongly, 1 for what failed. */
export const exitOf = (error: unknown): ExitCode =>
  error instanceof AuditError && error.code === "usage" ? 64 : 1;
