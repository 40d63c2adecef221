// Colours on a terminal. NO_COLOR (no-color.org) and FORCE_COLOR are kept as Node.js keeps them.
import { styleText } from "node:util";
import type { Io } from "./io.ts";

/** Every colour there is here, by what it says. */
const styles = { bad: "red", warn: "yellow", good: "green", quiet: "dim", strong: "bold" } as const;
export type Style = keyof typeof styles;

/** The sequences that these styles are made of: nothing else may reach a terminal as an escape sequence. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are meant
export const PAINTED = /\u001b\[(?:1|2|22|31|32|33|39)m/;

/** FORCE_COLOR decides, then NO_COLOR, then whether standard output is a terminal that knows colours. */
export const hasColour = ({ env, stdout }: Pick<Io, "env" | "stdout">): boolean => {
  const { FORCE_COLOR, NO_COLOR, TERM } = env;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  if (NO_COLOR) return false;
  return stdout.isTTY && TERM !== "dumb";
};

/** The first line of `text`, which holds the verdict, in the colour of good or bad news. */
export const paintVerdict = (io: Pick<Io, "env" | "stdout">, isGood: boolean, text: string): string =>
  text.replace(/^[^\n]+/, (line) => paint(io, isGood ? "good" : "bad", line));

/** `text` in a style, or as it is where there are no colours. */
export const paint = (io: Pick<Io, "env" | "stdout">, style: Style, text: string): string =>
  text && hasColour(io) ? styleText(styles[style], text, { validateStream: false }) : text;
