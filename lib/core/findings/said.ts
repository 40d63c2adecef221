// What people say when they decide something, made fit to be kept: who they are, who answers for it, and why.
import { AuditError } from "../../errors.ts";

/** An IAM user's ARN is the longest name that IAM gives: a path of 512 characters, a name of 64, and what stands before them. */
export const MAX_BY = 700;
export const MAX_OWNER = 200;
export const MAX_WHY = 1000;

/** The text without space around it, at most `max` long; undefined where nothing of that can be seen. */
export const said = (text: string | undefined, max: number): string | undefined => {
  // Half a character is none: DynamoDB keeps UTF-8.
  const kept = text
    ?.trim()
    .slice(0, max)
    .replace(/[\uD800-\uDBFF]$/, "")
    .trim()
    .toWellFormed();
  return kept !== undefined && /[^\p{C}\p{Z}]/u.test(kept) ? kept : undefined;
};

/** Who does something that is written down. AuditError("usage") where that names nobody. */
export const named = (by: string): string => {
  const who = said(by, MAX_BY);
  if (!who) throw new AuditError("usage", "this needs the name of who does it");
  return who;
};
