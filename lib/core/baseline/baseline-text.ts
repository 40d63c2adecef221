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

/** One line, whatever is in it. */
const comment = (text: string): string => ` ${text.replaceAll(/[\n\r]/g, " ")}`;

/** Behind the archetype, or where it would stand. */
const addNotes = (document: Document, notes: ReadonlyMap<string, string>): void => {
  const components = document.get("components");
  for (const component of isSeq(components) ? components.items : []) {
    if (!isMap(component)) continue;
    const note = notes.get(String(component.get("role")));
    if (note === undefined) continue;
    const archetype = component.get("archetype", true);
    const after = component.items.findIndex(({ key }) => isScalar(key) && key.value === "role") + 1;
    const next = component.items[after]?.key;
    if (isScalar(archetype)) archetype.comment = comment(note);
    else if (isScalar(next)) next.commentBefore = comment(note);
    else component.comment = comment(note);
  }
};

/**
 * YAML with `comments` at the head, each a line, and `notes` at the components, by role; parseBaseline gives the same
 * baseline back.
 */
export const baselineText = (
  baseline: Baseline,
  comments: readonly string[] = [],
  notes: ReadonlyMap<string, string> = new Map(),
): string => {
  const document = new Document(withoutDefaults(baseline), { aliasDuplicateObjects: false });
  addNotes(document, notes);
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

/** What the head of a made file says. `basis`: what it was made from, in words; `unread`: sections that nothing is known of. */
export const baselineComments = (basis: string, unread: readonly string[]): string[] => [
  "",
  `The access that the database allowed. Made by dsql-audit baseline init from: ${basis}.`,
  "Review it: what should not be there goes out, and baseline diff shows it until the database follows.",
  "Each role's archetype says what it is for: as written, or proposed in a comment, which holds once you uncomment it.",
  ...unread.map((section) => `NOT KNOWN: ${section} could not be read, so nothing is declared of it.`),
];
