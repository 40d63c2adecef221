import { describe, expect, it } from "vitest";
import { withoutWords } from "../../deploy/bundle-parts.ts";

const detector = (docs: string, evidence: string): string =>
  `export const one = defineDetector({\n  id: "one",\n${docs}${evidence}  detect: () => [],\n});\n`;
const DOCS = '  docs: {\n    why: "because",\n    fix: "do",\n  },\n';

describe("a detector's source without its words", () => {
  it.each([
    ["a block", '  evidence: {\n    n: { label: "N", fields: {\n      m: "M",\n    } },\n  },\n'],
    ["one line", '  evidence: { n: "N", m: { label: "M" } },\n'],
    ["a name", "  evidence: sharedWords.all,\n"],
    ["nothing", "  evidence: {},\n"],
  ])("loses them where they are %s, and each line that is left keeps its number", (_, evidence) => {
    const source = detector(DOCS, evidence);
    const left = withoutWords(source);
    expect(left).not.toMatch(/docs|evidence|because/);
    const lines = (text: string): string[] => text.split("\n");
    expect(lines(left)).toHaveLength(lines(source).length);
    for (const [n, line] of lines(left).entries()) if (line) expect(line).toBe(lines(source)[n]);
  });

  it("is refused where they are laid out otherwise: nothing is bundled half", () => {
    expect(() => withoutWords(detector("  docs,\n", '  evidence: { n: "N" },\n'))).toThrow(
      "1 texts were found, not 2",
    );
    expect(withoutWords("export const KEPT_DAYS = 7;\n")).toBe("export const KEPT_DAYS = 7;\n");
  });
});
