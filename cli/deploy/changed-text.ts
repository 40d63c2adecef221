// A file of parameters with other values in it: what is not changed stays as it stands, comments and layout with it.
import { isMap, isNode, isScalar, parseDocument } from "yaml";
import { type ParameterName, parameters } from "../../deploy/parameters.ts";
import { type Params, parameterLines, readParams, valueText } from "../../deploy/params.ts";

type Edit = { readonly from: number; readonly to: number; readonly text: string };

/** Where the value of a parameter stands in the text, and what it becomes; undefined: it does not stand there. */
const editOf = (text: string, contents: unknown, name: ParameterName, value: string): Edit | undefined => {
  if (!isMap(contents)) return undefined;
  const pair = contents.items.find(({ key }) => isScalar(key) && key.value === name);
  if (!isNode(pair?.value) || !pair.value.range) return undefined;
  const [from, to] = pair.value.range;
  // A value may be empty right behind its colon, or of several lines with the last break in it.
  const before = text[from - 1] === ":" ? " " : "";
  const after = text.slice(from, to).endsWith("\n") ? "\n" : "";
  return { from, to, text: `${before}${valueText(name, value)}${after}` };
};

/**
 * `text` is a file that can be read; what comes out reads as `params`. A parameter that it does not name is added at its end.
 * undefined: it cannot be changed in place, as where it is written as one map in braces or uses anchors.
 */
export const changedText = (text: string, old: Params, params: Params): string | undefined => {
  const { contents } = parseDocument(text);
  const changed = parameters.flatMap(([name]) => (old[name] === params[name] ? [] : [name]));
  const found = changed.map((name) => ({ name, edit: editOf(text, contents, name, params[name]) }));
  const edited = found
    .flatMap(({ edit }) => edit ?? [])
    .toSorted((a, b) => b.from - a.from)
    .reduce((done, { from, to, text: value }) => done.slice(0, from) + value + done.slice(to), text);
  const added = found.flatMap(({ name, edit }) => (edit ? [] : parameterLines(name, params[name])));
  const whole = added.length ? `${edited}${edited.endsWith("\n") ? "" : "\n"}${added.join("\n")}\n` : edited;
  const read = readParams(whole);
  const isRight = "params" in read && parameters.every(([name]) => read.params[name] === params[name]);
  return isRight ? whole : undefined;
};
