// Links as lines for people: the state, what was seen, and what to do next.
import type { Style } from "../colour.ts";
import { paint } from "../colour.ts";
import type { Io } from "../io.ts";
import { paragraph, printable } from "../output.ts";

type Line<State extends string> = {
  readonly name: string;
  readonly state: State;
  readonly says: string;
  /** Between what was seen and what is next, each line as it is. */
  readonly more?: readonly string[];
  readonly next: string | null;
};

export const linkLines = <State extends string>(
  io: Io,
  rows: readonly Line<State>[],
  styles: Readonly<Record<State, Style>>,
): string[] => {
  const wide = Math.max(...rows.map(({ name }) => name.length));
  return rows.flatMap(({ name, state, says, more = [], next }) => {
    const head = `  ${paint(io, styles[state], state.padEnd(7))}  ${name.padEnd(wide)}  `;
    const indent = " ".repeat(wide + 13);
    return [
      paragraph(io, says, { first: head, rest: indent }),
      ...more.map((line) => `${indent}${printable(line)}`),
      // A command stays on one line, however long: it is there to be pasted.
      ...(next ?? "")
        .split("\n")
        .filter(Boolean)
        .map((step, n) => `${indent}${n ? "then" : "next"}: ${printable(step)}`),
    ];
  });
};
