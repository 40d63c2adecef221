// JSON from outside, read without a silent choice: a key that stands twice, or nesting that no document has, is an error.

/** Policies nest seven deep, the answers that hold them some twelve; far more is an attack on whoever walks the tree. */
const MAX_DEPTH = 64;

/** What the text is, or why it cannot be trusted. `value` is plain JSON. */
export type ReadJson =
  | { readonly value: unknown; readonly problem: null }
  | { readonly value: null; readonly problem: string };

const lineOf = (text: string, at: number): number => text.slice(0, at).split("\n").length;

/** One token that matters: a text, or a character that opens, closes or separates. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]/gs;

/** The same key in one object, or too deep: JSON.parse keeps the last of two keys and says nothing. Linear in the text. */
const problemIn = (text: string): string | null => {
  const keys: (Set<string> | null)[] = [];
  let last: { readonly token: string; readonly at: number } | null = null;
  for (const match of text.matchAll(TOKEN)) {
    const [token] = match;
    if (token === "{" || token === "[") {
      keys.push(token === "{" ? new Set() : null);
      if (keys.length > MAX_DEPTH) return `it is nested more than ${MAX_DEPTH} deep`;
    } else if (token === "}" || token === "]") keys.pop();
    else if (token === ":") {
      const seen = keys.at(-1);
      if (seen && last) {
        const key = String(JSON.parse(last.token));
        if (seen.has(key))
          return `the key ${JSON.stringify(key)} stands twice (line ${lineOf(text, last.at)})`;
        seen.add(key);
      }
    }
    last = token.startsWith('"') ? { token, at: match.index } : null;
  }
  return null;
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Reads JSON; never throws. */
export const readJson = (text: string): ReadJson => {
  const json = text.startsWith("\uFEFF") ? text.slice(1) : text;
  try {
    const value: unknown = JSON.parse(json);
    const problem = problemIn(json);
    return problem === null ? { value, problem } : { value: null, problem };
  } catch (error) {
    return { value: null, problem: `it is no JSON (${messageOf(error).slice(0, 120)})` };
  }
};
