// The README's table of detectors, made from the detectors themselves; `npm run docs` writes it, a test holds it.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { detectors } from "../lib/detectors/index.ts";

const BEGIN = "<!-- detectors: made by `npm run docs` -->";
const END = "<!-- end of detectors -->";
const cell = (text: string): string => text.replaceAll("|", "\\|").replace(/\s+/g, " ");

/** One row a detector, by category and id. */
export const detectorTable = (): string => {
  const rows = detectors
    .toSorted((a, b) => `${a.category} ${a.id}`.localeCompare(`${b.category} ${b.id}`))
    .map(
      ({ id, category, severity, docs }) =>
        `| \`${id}\` | ${category} | ${severity} | ${cell(docs.why)} | ${cell(docs.blindSpots)} |`,
    );
  return [
    BEGIN,
    "| detector | family | severity | why it matters | what it cannot see |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
    END,
  ].join("\n");
};

/** `readme` with the table between its two marks. Throws where the marks are not there. */
export const withDetectorTable = (readme: string): string => {
  const from = readme.indexOf(BEGIN);
  const to = readme.indexOf(END);
  if (from < 0 || to < from) throw new Error(`README.md has no ${BEGIN} … ${END}`);
  return readme.slice(0, from) + detectorTable() + readme.slice(to + END.length);
};

if (import.meta.main) {
  const file = join(import.meta.dirname, "../README.md");
  writeFileSync(file, withDetectorTable(readFileSync(file, "utf8")));
}
