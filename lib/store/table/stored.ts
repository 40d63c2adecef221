// What is stored as it has to be, or an error that names the item: an item that somebody altered must not be taken for granted.
import { issueText } from "../../core/base/issue-text.ts";
import { visible } from "../../core/base/visible-text.ts";
import * as z from "../../core/base/zod.ts";
import { AuditError } from "../../errors.ts";
import type { Item, Key } from "./table.ts";

/** "ACT#arn:… / 2026-11-29…": how people find the item in the table. Keys hold names that others choose. */
export const keyText = ({ pk, sk }: Key): string => `${visible(pk, 200)} / ${visible(sk, 200)}`;

const SHOWN = 3;

const whyOf = (cause: unknown): string => {
  if (cause instanceof z.ZodError) return cause.issues.slice(0, SHOWN).map(issueText).join("; ");
  return cause instanceof AuditError ? cause.message : "it is not as this release writes it";
};

/** Says which item it is; what another reader has said of an item of its own stays. */
const unreadable = (item: Key, cause: unknown): AuditError =>
  new AuditError("store", `the stored item ${keyText(item)} cannot be read: ${visible(whyOf(cause), 300)}`, {
    cause,
    hint: "A newer release may have written it: use that one. If none did, somebody altered it: docs/operations.md says what to do.",
  });

/** What `read` makes of an item. AuditError("store"), which names the item, where it throws. */
export const readItem = <K extends Key, T>(item: K, read: (item: K) => T): T => {
  try {
    return read(item);
  } catch (cause) {
    throw unreadable(item, cause);
  }
};

/** The item as the schema has it. AuditError("store"), which names the item, for any other. */
export const parseItem = <S extends z.ZodType>(schema: S, item: Item): z.output<S> =>
  readItem(item, (one) => schema.parse(one));
