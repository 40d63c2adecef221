// Reads a routine's arguments as people write them, and says whether they mean the routine that the server describes.
import { isMark, isWord, splitAtCommas, type Token, tokensOf } from "./sql-token.ts";
import { readType, sameType, type TypeName } from "./type-name.ts";

type Argument = { readonly mode: "in" | "out" | "inout" | "variadic"; readonly type: TypeName };
/** Arguments in their order. */
export type Signature = readonly Argument[];

const modes = ["in", "out", "inout", "variadic"] as const;

/** `IN`, `INOUT`, `IN OUT`; the tokens that are left. */
const takeMode = (
  tokens: readonly Token[],
): { mode: Argument["mode"] | undefined; rest: readonly Token[] } => {
  const [first, second] = tokens;
  if (isWord(first, "in") && isWord(second, "out")) return { mode: "inout", rest: tokens.slice(2) };
  const mode = modes.find((one) => isWord(first, one));
  return mode ? { mode, rest: tokens.slice(1) } : { mode: undefined, rest: tokens };
};

/** Without `DEFAULT …`, `= …`, `:= …`. */
const withoutDefault = (tokens: readonly Token[]): readonly Token[] => {
  const at = tokens.findIndex(
    (token, i) => i > 0 && (isWord(token, "default") || isMark(token, "=") || isMark(token, ":")),
  );
  return at < 0 ? tokens : tokens.slice(0, at);
};

/** `[mode] [name] [mode] type`: a type alone where that can be read, else a name before it. */
const readArgument = (tokens: readonly Token[]): Argument | undefined => {
  const before = takeMode(withoutDefault(tokens));
  const alone = readType(before.rest, 0);
  if (alone) return { mode: before.mode ?? "in", type: alone };
  const [name, ...others] = before.rest;
  if (name?.kind !== "word" && name?.kind !== "name") return undefined;
  const after = before.mode ? { mode: before.mode, rest: others } : takeMode(others);
  const type = readType(after.rest, 0);
  return type && { mode: after.mode ?? "in", type };
};

/**
 * `ORDER BY` of an ordered-set aggregate parts its arguments as a comma does. A VARIADIC one on both sides is one argument:
 * https://www.postgresql.org/docs/16/sql-createaggregate.html
 */
const splitArguments = (tokens: readonly Token[]): Token[][] => {
  const at = tokens.findIndex((token, i) => isWord(token, "order") && isWord(tokens[i + 1], "by"));
  if (at < 0) return splitAtCommas(tokens);
  const [direct, ordered] = [splitAtCommas(tokens.slice(0, at)), splitAtCommas(tokens.slice(at + 2))];
  const isTwice = isWord(direct.at(-1)?.[0], "variadic") && isWord(ordered[0]?.[0], "variadic");
  return [...direct, ...(isTwice ? [] : ordered)];
};

/** Arguments by their tokens, the outer parentheses left out; `*` is none. undefined where they cannot be read. */
export const readSignature = (tokens: readonly Token[]): Signature | undefined => {
  if (tokens.length === 1 && isMark(tokens[0], "*")) return [];
  const read = splitArguments(tokens).map(readArgument);
  return read.includes(undefined) ? undefined : (read as Argument[]);
};

/** The same of a text, such as pg_get_function_identity_arguments() makes. */
export const signatureOf = (text: string): Signature | undefined => {
  const tokens = tokensOf(text);
  return tokens && readSignature(tokens);
};

const sameTypes = (a: Signature, b: Signature): boolean =>
  a.length === b.length && a.every(({ type }, i) => sameType(type, (b[i] as Argument).type));

const inputs = (signature: Signature): Signature => signature.filter(({ mode }) => mode !== "out");

/**
 * Whether what was written means the routine. OUT arguments may be left out, or stand there as OUT; a procedure's may
 * also stand there as types alone, as GRANT and CALL have them.
 * https://www.postgresql.org/docs/16/sql-grant.html, https://www.postgresql.org/docs/16/sql-alterprocedure.html
 */
export const meansRoutine = (written: Signature, routine: Signature, isProcedure: boolean): boolean => {
  if (isProcedure && written.some(({ mode }) => mode === "out"))
    return (
      sameTypes(written, routine) &&
      written.every(({ mode }, i) => (mode === "out") === (routine[i]?.mode === "out"))
    );
  return sameTypes(inputs(written), inputs(routine)) || (isProcedure && sameTypes(written, routine));
};
