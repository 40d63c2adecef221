// Where the next page begins, as text that says nothing to its bearer and is believed in nothing.
import * as z from "../core/base/zod.ts";
import { sha256 } from "../core/history/chunk.ts";
import { AuditError } from "../errors.ts";

/** The question that a cursor belongs to: the path and its parameters, without the cursor and the size of a page. */
export type Question = { readonly path: string; readonly params: Readonly<Record<string, unknown>> };

const MARK_LENGTH = 12;

/** An instant in a cursor: anybody may have written it, so it has to be one that can be shown. */
export const Moment = z.int().check(z.gte(0), z.lte(Date.UTC(9999, 11, 31)));

const markOf = ({ path, params }: Question): string => {
  const asked = Object.entries(params)
    .filter(([name, value]) => name !== "cursor" && name !== "limit" && value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256(JSON.stringify([path, asked])).slice(0, MARK_LENGTH);
};

const Sealed = z.tuple([z.string(), z.unknown()]);

/** `place` is what `readCursor` gives back: plain JSON. */
export const writeCursor = (question: Question, place: unknown): string =>
  Buffer.from(JSON.stringify([markOf(question), place])).toString("base64url");

/** The place, undefined on the first page. AuditError("usage") for a cursor of another question, or of nobody. */
export const readCursor = <T>(shape: z.ZodType<T>, question: Question): T | undefined => {
  const { cursor } = question.params;
  if (cursor === undefined) return undefined;
  const wrong = (why: string, cause?: unknown): AuditError =>
    new AuditError("usage", `the cursor ${why}`, {
      cause,
      hint: "Give back `next` as it came, with the same other parameters; without a cursor the answer begins anew.",
    });
  let sealed: unknown;
  try {
    sealed = JSON.parse(Buffer.from(String(cursor), "base64url").toString("utf8"));
  } catch (cause) {
    throw wrong("cannot be read", cause);
  }
  const parts = Sealed.safeParse(sealed);
  if (!parts.success) throw wrong("cannot be read", parts.error);
  if (parts.data[0] !== markOf(question)) throw wrong("belongs to another question");
  const place = shape.safeParse(parts.data[1]);
  if (!place.success) throw wrong("cannot be read", place.error);
  return place.data;
};
