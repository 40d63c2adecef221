// Patterns with * and ?, matched in time that no pattern can blow up: at most length of the text squared.
import type { Truth } from "./truth.ts";

/** Any text, one character, any text within a part of an ARN; all else is itself. */
export const ANY = 0;
export const ONE = 1;
export const ANY_IN_PART = 2;
type Wild = typeof ANY | typeof ONE | typeof ANY_IN_PART;

/** UTF-16 units and wildcards. */
export type Pattern = readonly (string | Wild)[];

const isStar = (token: string | Wild | undefined): boolean => token === ANY || token === ANY_IN_PART;

/** "db*": * and ? are wildcards. A row of stars is one star. */
export const patternOf = (text: string): Pattern => {
  const pattern: (string | Wild)[] = [];
  for (let at = 0; at < text.length; at++) {
    const unit = text[at] as string;
    if (unit === "*") {
      if (pattern.at(-1) !== ANY) pattern.push(ANY);
    } else pattern.push(unit === "?" ? ONE : unit);
  }
  return pattern;
};

/** Every character is itself. */
export const literalOf = (text: string): Pattern =>
  [...Array(text.length).keys()].map((at) => text[at] as string);

const isTooLong = (pattern: Pattern, length: number): boolean => {
  let least = 0;
  for (const token of pattern) if (!isStar(token) && ++least > length) return true;
  return false;
};

/** Where the pattern can stand after the text: positions within it, a star's own position standing for "still in it". */
const positionsAfter = (pattern: Pattern, text: string): ReadonlySet<number> => {
  const opened = (positions: Iterable<number>): Set<number> => {
    const all = new Set<number>();
    for (let at of positions) {
      all.add(at);
      while (isStar(pattern[at])) all.add(++at);
    }
    return all;
  };
  let now = opened([0]);
  for (let at = 0; at < text.length && now.size; at++) {
    const unit = text[at];
    const next: number[] = [];
    for (const position of now) {
      const token = pattern[position];
      if (token === ANY || (token === ANY_IN_PART && unit !== ":")) next.push(position);
      else if (token === unit || token === ONE) next.push(position + 1);
    }
    now = opened(next);
  }
  return now;
};

/** From left to right, going back to the last star alone: what a star before it took never needs to change. */
const fits = (pattern: Pattern, text: string): boolean => {
  let [at, position, star, from] = [0, 0, -1, 0];
  while (at < text.length) {
    const token = pattern[position];
    if (token === ANY) {
      star = position++;
      from = at;
    } else if (token === ONE || token === text[at]) {
      position += 1;
      at += 1;
    } else if (star >= 0) {
      position = star + 1;
      at = ++from;
    } else return false;
  }
  while (pattern[position] === ANY) position += 1;
  return position === pattern.length;
};

/** Whether the whole text fits the pattern. */
export const matches = (pattern: Pattern, text: string): boolean => {
  if (isTooLong(pattern, text.length)) return false;
  return pattern.includes(ANY_IN_PART)
    ? positionsAfter(pattern, text).has(pattern.length)
    : fits(pattern, text);
};

/** Whether a text has no wildcard, so that it can only be itself. */
export const isLiteral = (text: string): boolean => !text.includes("*") && !text.includes("?");

/** Whether every, no, or some text that begins with `prefix` and goes on fits the pattern. */
export const matchesFrom = (pattern: Pattern, prefix: string): Truth => {
  const rest = [...positionsAfter(pattern, prefix)].filter((at) => at < pattern.length);
  if (rest.length === 0) return "no";
  return rest.some((at) => at === pattern.length - 1 && pattern[at] === ANY) ? "yes" : "open";
};
