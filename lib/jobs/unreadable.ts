// What is stored and cannot be read: what it is of stays unknown, and stops nothing that is of something else.
import * as z from "../core/base/zod.ts";
import { AuditError } from "../errors.ts";

/** Whether asking again would change nothing. AWS that is slow and a writer that was first are no such thing. */
const isUnreadable = (error: unknown): boolean =>
  (error instanceof AuditError && error.code === "store") || error instanceof z.ZodError;

/** What was asked; undefined where it cannot be read. Any other failure is passed on. */
export const unlessUnreadable = async <T>(asked: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await asked();
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
};
