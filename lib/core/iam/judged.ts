// What became of one condition.
import type { Truth } from "./truth.ts";

/** `reason` says why it is unknown, else it is null. */
export type Judged = { readonly truth: Truth; readonly reason: string | null };

export const known = (truth: Truth): Judged => ({ truth, reason: null });
export const unknown = (reason: string): Judged => ({ truth: "unknown", reason });
