// A request's body: JSON in the shape that its route gives, or a clear word of what is wrong with it.
import { issueText } from "../core/base/issue-text.ts";
import { visible } from "../core/base/visible-text.ts";
import type * as z from "../core/base/zod.ts";
import { readJson } from "../core/iam/strict-json.ts";
import { AuditError } from "../errors.ts";

/** Nothing at all counts as `{}`. `most`: characters. AuditError("usage") names what is missing, wrong or unknown. */
export const parseBody = <B extends z.ZodObject>(
  shape: B,
  text: string | undefined,
  most: number,
): z.output<B> => {
  const size = (text ?? "").length;
  if (size > most)
    throw new AuditError("usage", `the body is too long: ${size} characters, at most ${most} are read`);
  const { value, problem } = readJson(text?.trim() || "{}");
  if (problem !== null) throw new AuditError("usage", `the body: ${visible(problem, 200)}`);
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(issueText);
  throw new AuditError("usage", `the body: ${visible(problems.slice(0, 10).join("; "), 1_000)}`);
};
