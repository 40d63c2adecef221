// Between the commands and the terminal: whatever a command forgot to make visible does not get out raw.
import { hasColour, PAINTED } from "./colour.ts";
import type { Io, Out } from "./io.ts";

const HIDDEN = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const PAINTED_OR_HIDDEN = new RegExp(`${PAINTED.source}|${HIDDEN.source}`, "gu");

/** `\uXXXX`, twice beyond the first plane: what JSON reads as the same character, and people see. */
const escaped = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`,
  ).join("");

/**
 * `text` without any character that a terminal acts on or hides, but line feeds and, where they are in use, our own
 * colours. JSON stays the same value: inside a string `\uXXXX` is the same character, outside of strings it has none.
 */
export const withoutHidden = (text: string, coloured = false): string =>
  coloured
    ? text.replace(PAINTED_OR_HIDDEN, (found) => (found.length > 2 ? found : escaped(found)))
    : text.replace(HIDDEN, escaped);

const guardedOut = (out: Out, coloured: boolean): Out => ({
  isTTY: out.isTTY,
  columns: out.columns,
  write: (text) => out.write(withoutHidden(text, coloured)),
  raw: out.raw ?? out.write,
});

/** The same process, with both streams guarded. What must go out as it is uses `raw`. */
export const guarded = (io: Io): Io => ({
  ...io,
  stdout: guardedOut(io.stdout, hasColour(io)),
  stderr: guardedOut(io.stderr, false),
});
