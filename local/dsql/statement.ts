// Statements as the rules see them: the original text, its words without space and comments, and a shape to match on.
import { type Token, tokenize } from "./lexer.ts";

export type Statement = {
  /** Exactly as sent, without the semicolon. */
  readonly text: string;
  /** All tokens but space and comments. */
  readonly words: readonly Token[];
  /** The words joined by one space: names in upper case, quoted names as "name", constants as ' or 0. Content of
   * constants can never look like a keyword here. */
  readonly shape: string;
};

/** Cuts at the semicolons that PostgreSQL's grammar takes as ends; the texts joined by ";" are the input again. */
export const splitStatements = (sql: string): Statement[] => {
  const statements: Statement[] = [];
  let tokens: Token[] = [];
  let parens = 0;
  let blocks = 0; // of a function body in the SQL standard's form: BEGIN ATOMIC ...; END
  for (const token of tokenize(sql)) {
    if (token.text === ";" && parens <= 0 && blocks === 0) {
      statements.push(toStatement(tokens));
      tokens = [];
      parens = 0;
      continue;
    }
    tokens.push(token);
    if (token.text === "(") parens += 1;
    if (token.text === ")") parens -= 1;
    if (token.kind !== "name") continue;
    const keyword = token.text.toUpperCase();
    if (keyword === "ATOMIC" && blocks === 0 && opensBody(tokens)) blocks = 1;
    else if (blocks > 0 && keyword === "CASE") blocks += 1;
    else if (blocks > 0 && keyword === "END") blocks -= 1;
  }
  return [...statements, toStatement(tokens)];
};

const opensBody = (tokens: readonly Token[]): boolean =>
  tokens.find(({ kind }) => kind === "name")?.text.toUpperCase() === "CREATE" &&
  /^CREATE (OR REPLACE )?(FUNCTION|PROCEDURE) .* BEGIN ATOMIC$/.test(toStatement(tokens).shape);

const toStatement = (tokens: readonly Token[]): Statement => {
  const words = tokens.filter(({ kind }) => kind !== "space" && kind !== "comment");
  return { text: tokens.map(({ text }) => text).join(""), words, shape: words.map(shapeOf).join(" ") };
};

const shapeOf = (word: Token): string => {
  switch (word.kind) {
    case "name":
      return word.text.toUpperCase();
    case "quoted-name":
      return `"${nameOf(word)?.replace(/[\s"]/g, "_")}"`;
    case "string":
      return "'";
    case "number":
      return "0";
    default:
      return word.text;
  }
};

/** The name that a word stands for, folded as PostgreSQL folds it; undefined when the word is no name. */
export const nameOf = (word: Token | undefined): string | undefined => {
  if (word?.kind === "name") return word.text.replace(/[A-Z]/g, (char) => char.toLowerCase());
  if (word?.kind !== "quoted-name") return undefined;
  return word.text.slice(word.text.indexOf('"') + 1, -1).replaceAll('""', '"');
};

/** The value of a plain '...' constant; undefined for anything else. */
export const stringOf = (word: Token | undefined): string | undefined => {
  const inner = word?.kind === "string" ? /^'((?:[^']|'')*)'$/.exec(word.text)?.[1] : undefined;
  return inner?.replaceAll("''", "'");
};
