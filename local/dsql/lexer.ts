// Cuts SQL text into PostgreSQL's tokens. Nothing is dropped: the tokens' texts, joined, are the input again.
// https://www.postgresql.org/docs/16/sql-syntax-lexical.html

type TokenKind =
  | "space"
  | "comment"
  | "name" // keyword or plain identifier
  | "quoted-name"
  | "string" // any quoted constant, dollar quotes and continued ones included
  | "number"
  | "parameter" // $1
  | "symbol"; // one character
export type Token = { readonly kind: TokenKind; readonly text: string };

const spaces = /[ \t\n\r\f\v]+/y;
const lineComment = /--[^\n\r]*/y;
const name = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const number = /\d[\w.]*|\.\d\w*/y;
const parameter = /\$\d+/y;
const dollarTag = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
const prefix = /(?:[eEbBxXnN]|[uU]&)(?=')/y;
const quotedNamePrefix = /[uU]&(?=")/y;

/** Text that has no end where it should have one (an open quote or comment) runs to the end of the input; never throws. */
export const tokenize = (sql: string): Token[] => {
  const tokens: Token[] = [];
  for (let at = 0; at < sql.length; ) {
    const [kind, end] = next(sql, at);
    tokens.push({ kind, text: sql.slice(at, end) });
    at = end;
  }
  return tokens;
};

const next = (sql: string, at: number): [TokenKind, number] => {
  const char = sql[at];
  if (char === "'") return ["string", stringEnd(sql, at, false)];
  if (char === '"') return ["quoted-name", quoteEnd(sql, at + 1, '"')];
  if (char === "/" && sql[at + 1] === "*") return ["comment", commentEnd(sql, at)];
  const matched = (pattern: RegExp): number => endOf(pattern, sql, at);
  const afterPrefix = matched(prefix);
  if (afterPrefix) return ["string", stringEnd(sql, afterPrefix, char === "e" || char === "E")];
  const afterNamePrefix = matched(quotedNamePrefix);
  if (afterNamePrefix) return ["quoted-name", quoteEnd(sql, afterNamePrefix + 1, '"')];
  const afterTag = matched(dollarTag);
  if (afterTag) return ["string", dollarEnd(sql, at, afterTag)];
  for (const [kind, pattern] of plain) {
    const end = matched(pattern);
    if (end) return [kind, end];
  }
  return ["symbol", at + 1];
};

const plain: readonly (readonly [TokenKind, RegExp])[] = [
  ["space", spaces],
  ["comment", lineComment],
  ["name", name],
  ["number", number],
  ["parameter", parameter],
];

/** Where `pattern`, tried at `at`, ends; 0 where it does not match (no token ends there). */
const endOf = (pattern: RegExp, sql: string, at: number): number => {
  pattern.lastIndex = at;
  return pattern.test(sql) ? pattern.lastIndex : 0;
};

/** The end of a text whose closing `quote` stands for itself when doubled; `from` is the first position within. */
const quoteEnd = (sql: string, from: number, quote: string): number => {
  for (let at = from; ; at += 2) {
    at = sql.indexOf(quote, at);
    if (at < 0) return sql.length;
    if (sql[at + 1] !== quote) return at + 1;
  }
};

/** In E'' a backslash takes the next character with it. */
const escapedEnd = (sql: string, from: number): number => {
  for (let at = from; at < sql.length; at++) {
    if (sql[at] === "\\") at++;
    else if (sql[at] === "'" && sql[at + 1] === "'") at++;
    else if (sql[at] === "'") return at + 1;
  }
  return sql.length;
};

const stringEnd = (sql: string, quoteAt: number, escapes: boolean): number => {
  for (let open = quoteAt; ; ) {
    const end = escapes ? escapedEnd(sql, open + 1) : quoteEnd(sql, open + 1, "'");
    open = continuedAt(sql, end);
    if (open < 0) return end;
  }
};

/** Two constants with a line end between them are one, in the syntax of the first: where the second opens, or -1. */
const continuedAt = (sql: string, from: number): number => {
  let newLine = false;
  for (let at = from; ; ) {
    const char = sql[at] ?? "";
    if (char === "'") return newLine ? at : -1;
    const end = endOf(spaces, sql, at) || endOf(lineComment, sql, at);
    if (!end) return -1;
    newLine ||= /[\n\r]/.test(sql.slice(at, end));
    at = end;
  }
};

const dollarEnd = (sql: string, at: number, afterTag: number): number => {
  const tag = sql.slice(at, afterTag);
  const close = sql.indexOf(tag, afterTag);
  return close < 0 ? sql.length : close + tag.length;
};

/** Block comments nest. */
const commentEnd = (sql: string, from: number): number => {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = from;
  let depth = 0;
  for (let found = edge.exec(sql); found; found = edge.exec(sql)) {
    depth += found[0] === "/*" ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  return sql.length;
};
