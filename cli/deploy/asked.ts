// A question to a person at a terminal, asked until the answer can be used.
import type { ParameterName } from "../../deploy/parameters.ts";
import { AuditError } from "../../lib/errors.ts";
import type { Io } from "../io.ts";
import { printable } from "../output.ts";
import { checkedParams } from "./init-values.ts";

export type Asking = Pick<Io, "stderr"> & { readonly ask: (question: string) => Promise<string> };

/** Asks until the answer passes `check`, which gives the value or throws what is wrong with it; an empty line is `suggested`. */
export const asked = async <T>(
  { ask, stderr }: Asking,
  question: string,
  suggested: string,
  check: (text: string) => T,
): Promise<T> => {
  for (;;) {
    const line = (
      await ask(`${printable(question)}${suggested ? ` [${printable(suggested)}]` : ""}: `)
    ).trim();
    try {
      return check(line || suggested);
    } catch (error) {
      if (!(error instanceof AuditError)) throw error;
      stderr.write(`  ${printable(error.message)}. ${printable(error.hint ?? "")}\n`);
    }
  }
};

/** One parameter, held to its own rule. */
export const checkedOne =
  (name: ParameterName) =>
  (text: string): string =>
    checkedParams({ [name]: text })[name];

/** A parameter that may be left empty, which people say with "none". */
export const askedOrNone = (
  asking: Asking,
  name: ParameterName,
  question: string,
  suggested: string | undefined,
): Promise<string> =>
  asked(asking, question, suggested || "none", (text) => checkedOne(name)(text === "none" ? "" : text));
