// Cuts what people and servers write as SQL names into tokens: words, quoted names, texts, marks. Never throws.

export type Token = {
  /** `name`: in double quotes. `word`: bare. `text`: in single quotes. `mark`: one character of anything else. */
  readonly kind: "word" | "name" | "text" | "mark";
  /** Of a name without its quotes; of a word as it was written. */
  readonly value: string;
};

const PATTERN = /\s+|"((?:[^"]|"")*)"|'(?:[^']|'')*'|([^\s"'.,()[\]=:;*]+)|./gsu;

/** The tokens of a text; undefined where a quote is not closed. White space is no token. */
export const tokensOf = (text: string): Token[] | undefined => {
  const tokens: Token[] = [];
  for (const [all, quoted, word] of text.matchAll(PATTERN)) {
    if (all === '"' || all === "'") return undefined;
    if (quoted !== undefined) tokens.push({ kind: "name", value: quoted.replaceAll('""', '"') });
    else if (word !== undefined) tokens.push({ kind: "word", value: word });
    else if (all.startsWith("'")) tokens.push({ kind: "text", value: all });
    else if (all.trim() !== "") tokens.push({ kind: "mark", value: all });
  }
  return tokens;
};

/** PostgreSQL folds a bare name to lower case, letters of ASCII only. */
export const folded = (name: string): string => name.replaceAll(/[A-Z]+/g, (upper) => upper.toLowerCase());

const LONGEST_NAME = 63;

/** PostgreSQL cuts a longer name to 63 bytes, and no character in two: so does who asks by what was once written. */
export const cutName = (name: string): string => {
  const bytes = Buffer.from(name);
  if (bytes.length <= LONGEST_NAME) return name;
  let end = LONGEST_NAME;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString("utf8", 0, end);
};

/** The token as a name: what stands in quotes keeps its case. undefined for what is no name. */
export const nameOfToken = (token: Token | undefined): string | undefined =>
  token?.kind === "name" ? token.value : token?.kind === "word" ? folded(token.value) : undefined;

/** Whether the token is this bare word, in any case. */
export const isWord = (token: Token | undefined, word: string): boolean =>
  token?.kind === "word" && folded(token.value) === word;

/** Whether the token is this mark. */
export const isMark = (token: Token | undefined, mark: string): boolean =>
  token?.kind === "mark" && token.value === mark;

/** The tokens between commas that stand in no bracket; none for no tokens at all. */
export const splitAtCommas = (tokens: readonly Token[]): Token[][] => {
  if (tokens.length === 0) return [];
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (isMark(token, "(") || isMark(token, "[")) depth += 1;
    if (isMark(token, ")") || isMark(token, "]")) depth -= 1;
    if (depth === 0 && isMark(token, ",")) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
};
