// What is kept of an access key's id: enough to know it again and to name it to its owner, not the id.
import { hash } from "node:crypto";
import { remember } from "../base/remember.ts";

/**
 * Keys that last until somebody deletes them. Temporary ones (ASIA…) are new in every session and tell nothing.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
 */
const LONG_TERM = /^AKIA[A-Z0-9]{12,124}$/;

const DIGITS = 8;

/** "5f3a09c1…WXYZ" of a long-term key's id: eight digits of its SHA-256 and its last four characters; "" for all else. */
export const accessKeyMark = remember((id: string): string =>
  LONG_TERM.test(id) ? `${hash("sha256", id, "hex").slice(0, DIGITS)}…${id.slice(-4)}` : "",
);

/** "…WXYZ": as IAM's pages and people know a key. */
export const accessKeyName = (mark: string): string => mark.slice(DIGITS);
