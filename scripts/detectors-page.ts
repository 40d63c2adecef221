// Writes docs/detectors.md and the list in README.md from the registry: `npm run docs`. Tests hold both against it.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Detector } from "../lib/core/findings/detector.ts";
import { detectors } from "../lib/detectors/index.ts";

/** Options with their defaults, as the schema says them. */
const optionsOf = ({ options }: Detector): string => {
  const defaults = Object.entries(options.parse({}) as Record<string, unknown>);
  return defaults.map(([name, value]) => `\`${name}\` ${JSON.stringify(value)}`).join(", ") || "none";
};

const sectionOf = (detector: Detector): string =>
  [
    `## ${detector.id}`,
    "",
    `${detector.title}. ${detector.category}, ${detector.severity}. Options: ${optionsOf(detector)}.`,
    "",
    `- **Why it matters:** ${detector.docs.why}`,
    `- **What to do:** ${detector.docs.fix}`,
    `- **False positives:** ${detector.docs.falsePositives}`,
    `- **Blind spots:** ${detector.docs.blindSpots}`,
    "",
  ].join("\n");

/** The whole page as Markdown: a table of all, then a section each, in the registry's order. */
export const detectorsPage = (all: readonly Detector[]): string =>
  [
    "# Detectors",
    "",
    "Made from `lib/detectors` by `npm run docs`. What is high or critical is mailed at once, the rest in a daily summary.",
    "",
    "| id | category | severity | finds |",
    "| --- | --- | --- | --- |",
    ...all.map(
      ({ id, category, severity, title }) => `| [${id}](#${id}) | ${category} | ${severity} | ${title} |`,
    ),
    "",
    ...all.map(sectionOf),
  ].join("\n");

const says: Readonly<Record<Detector["category"], string>> = {
  dormant: "mappings that nobody uses, or whose use is unknown",
  anomalous: "connections that differ from what was usual",
  "over-privileged": "roles that may do more than they should",
  coverage: "what the auditor could not see",
};

/** README's list: how many there are, and a line for each category. Ends in a line feed. */
export const detectorsList = (all: readonly Detector[]): string => {
  const byCategory = [...Map.groupBy(all, ({ category }) => category)];
  return [
    `${all.length} detectors in ${byCategory.length} categories:`,
    "",
    ...byCategory.map(
      ([category, own]) =>
        `- **${category}** (${own.length}), ${says[category]}: ${own.map(({ id }) => `\`${id}\``).join(", ")}`,
    ),
    "",
  ].join("\n");
};

const LIST = /(<!-- detectors: [^>]* -->\n)[\s\S]*(<!-- \/detectors -->)/;

/** README with its list as it should be; unchanged where it has no place for one. */
export const withDetectorsList = (readme: string, all: readonly Detector[]): string =>
  readme.replace(LIST, (_, begin: string, end: string) => `${begin}\n${detectorsList(all)}\n${end}`);

if (import.meta.main) {
  const root = join(import.meta.dirname, "..");
  const folder = join(root, "docs");
  const readme = join(root, "README.md");
  writeFileSync(readme, withDetectorsList(readFileSync(readme, "utf8"), detectors));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "detectors.md"), detectorsPage(detectors));
}
