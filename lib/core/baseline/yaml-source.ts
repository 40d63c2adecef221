// Reads YAML that people hand over: plain data with the place of every value, and nothing that YAML can do beyond that.
import { isAlias, isMap, isNode, isPair, isScalar, LineCounter, type Node, parseDocument, visit } from "yaml";
import { spelledOut, visible } from "../base/visible-text.ts";

/** One fault: where, counted from 1, and what. */
export type Fault = { readonly line: number; readonly column: number; readonly says: string };

export type YamlSource =
  | { readonly faults: readonly Fault[] }
  | {
      readonly value: unknown;
      /** The place of a value, or of the nearest thing around it; `key`: of that key in it. */
      readonly placeOf: (path: readonly PropertyKey[], key?: string) => Pick<Fault, "line" | "column">;
    };

/** Some ten thousand grants; a file beyond it is read by nobody. */
export const MOST_BYTES = 4 * 1024 * 1024;
const MOST_DEPTH = 40;
const FORBIDDEN = new Set(["__proto__", "constructor", "prototype"]);

const start: Pick<Fault, "line" | "column"> = { line: 1, column: 1 };

/**
 * How deep brackets are nested at most: what is deeper is refused before it is read, for a parser that calls itself runs
 * out of stack. Brackets in texts count as well, which no file of ours comes near to.
 */
const tooDeep = (text: string): Fault | undefined => {
  let depth = 0;
  let line = 1;
  let begin = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === 10) {
      line += 1;
      begin = i + 1;
    } else if (code === 91 || code === 123) depth += 1;
    else if ((code === 93 || code === 125) && depth > 0) depth -= 1;
    if (depth > MOST_DEPTH) return { line, column: i - begin + 1, says: "is nested too deeply" };
  }
  return undefined;
};

/** By indentation, "- - - -" included: the other way to nest. */
const indentedTooDeep = (text: string): Fault | undefined => {
  for (const [at, line] of text.split("\n").entries()) {
    const [indent = ""] = /^[ \t]*(?:[-?:][ \t]+)*/.exec(line) ?? [];
    if (indent.replaceAll(/[^-?:]/g, "").length > MOST_DEPTH || indent.length > MOST_DEPTH * 20)
      return { line: at + 1, column: 1, says: "is nested too deeply" };
  }
  return undefined;
};

const isPrintableKey = (key: unknown): key is string => typeof key === "string";

/** What is legal YAML and has no place in a file that says who may do what. */
const unwanted = (
  document: ReturnType<typeof parseDocument>,
  at: (node: unknown) => typeof start,
): Fault[] => {
  const faults: Fault[] = [];
  visit(document, (_, node) => {
    if (isAlias(node)) {
      faults.push({
        ...at(node),
        says: `the alias *${visible(node.source, 40)} cannot be used here: write it out`,
      });
    } else if (isPair(node) && isScalar(node.key)) {
      const { value } = node.key;
      if (!isPrintableKey(value)) faults.push({ ...at(node.key), says: "a key must be a text" });
      else if (FORBIDDEN.has(value)) faults.push({ ...at(node.key), says: `${value} cannot be a key` });
    } else if (isPair(node)) faults.push({ ...at(node.key), says: "a key must be a text" });
    else if (
      isNode(node) &&
      node.tag &&
      !/^tag:yaml\.org,2002:(?:map|seq|str|int|float|bool|null)$/.test(node.tag)
    )
      faults.push({ ...at(node), says: `the tag ${visible(node.tag, 60)} cannot be used here` });
    return undefined;
  });
  return faults;
};

/** Values with their places, or every fault. Never throws, whatever the text is. */
export const readYaml = (text: string): YamlSource => {
  if (Buffer.byteLength(text) > MOST_BYTES)
    return { faults: [{ ...start, says: `is larger than ${MOST_BYTES / 1024 / 1024} MiB` }] };
  const deep = tooDeep(text) ?? indentedTooDeep(text);
  if (deep) return { faults: [deep] };
  try {
    return parsed(text);
  } catch {
    return { faults: [{ ...start, says: "cannot be read as YAML" }] };
  }
};

const parsed = (text: string): YamlSource => {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter,
    prettyErrors: false,
    strict: true,
    logLevel: "error",
  });
  const placeAt = (offset: number): typeof start => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const at = (node: unknown): typeof start =>
    isNode(node) && node.range ? placeAt(node.range[0]) : isPair(node) ? at(node.key) : start;
  const errors = [...document.errors, ...document.warnings].map(({ pos, message }) => ({
    ...placeAt(pos[0]),
    says: spelledOut(message.split("\n")[0] ?? message),
  }));
  if (errors.length) return { faults: errors };
  const faults = unwanted(document, at);
  if (faults.length) return { faults };
  const nodeAt = (path: readonly PropertyKey[]): Node | undefined => {
    for (let length = path.length; length >= 0; length -= 1) {
      const found = length ? document.getIn(path.slice(0, length), true) : document.contents;
      if (isNode(found)) return found;
    }
    return undefined;
  };
  return {
    value: document.toJS({ maxAliasCount: 0 }) as unknown,
    placeOf: (path, key) => {
      const node = nodeAt(path);
      if (key === undefined || !isMap(node)) return at(node);
      return at(node.items.find((pair) => isScalar(pair.key) && pair.key.value === key) ?? node);
    },
  };
};
