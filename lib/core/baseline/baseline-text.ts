// A baseline as the text of `access.yml`: what people review, with names of any characters kept whole.
import { Document, isMap, isScalar, isSeq, visit } from "yaml";
import type { Baseline } from "./baseline.ts";

/** Where editors find the schema, for completion and checks while typing. */
const SCHEMA = "./node_modules/dsql-access-auditor/docs/schema/access.schema.json";

const HIDDEN = /[\p{C}\p{Zl}\p{Zp}\u0085\ufeff]/u;

/** In double quotes a character can be written by its number: nothing hides in the file, and nothing is lost. */
const escaped = (text: string): string =>
  text.replaceAll(/[^\n]/gu, (c) => {
    if (!HIDDEN.test(c)) return c;
    const code = c.codePointAt(0) ?? 0;
    return code > 0xffff
      ? `\\U${code.toString(16).padStart(8, "0")}`
      : `\\u${code.toString(16).padStart(4, "0")}`;
  });

const SHORT = new Set(["attributes", "privileges", "grantOption", "names", "columns"]);

/** Defaults are not written: the file says what somebody decided. */
const withoutDefaults = (baseline: Baseline): unknown => ({
  ...baseline,
  components: baseline.components.map((component) => ({
    ...component,
    ...(component.memberOf && {
      memberOf: component.memberOf.map(({ admin, inherit, set, ...member }) => ({
        ...member,
        ...(admin && { admin }),
        ...(!inherit && { inherit }),
        ...(!set && { set }),
      })),
    }),
  })),
});

/** YAML with `comments` at the head, each a line; parseBaseline gives the same baseline back. */
export const baselineText = (baseline: Baseline, comments: readonly string[] = []): string => {
  const document = new Document(withoutDefaults(baseline), { aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value === "string" && HIDDEN.test(node.value)) node.type = "QUOTE_DOUBLE";
    },
    Pair: (_, { key, value }) => {
      if (isScalar(key) && SHORT.has(String(key.value)) && isSeq(value)) value.flow = true;
    },
    Map: (_, node) => {
      if (isMap(node)) node.flow = false;
    },
  });
  const body = document.toString({ lineWidth: 0, flowCollectionPadding: false, minContentWidth: 0 });
  const head = [`yaml-language-server: $schema=${SCHEMA}`, ...comments];
  return `${head.map((line) => `# ${escaped(line).replaceAll("\n", " ")}`.trimEnd()).join("\n")}\n${escaped(body)}`;
};
