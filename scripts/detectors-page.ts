// Writes docs/detectors.md from the registry: `node scripts/detectors-page.ts`. A test holds the page against it.
import { mkdirSync, writeFileSync } from "node:fs";
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
    "Made from `lib/detectors` by `node scripts/detectors-page.ts`. Findings of low severity are listed, not mailed.",
    "",
    "| id | family | severity | finds |",
    "| --- | --- | --- | --- |",
    ...all.map(
      ({ id, category, severity, title }) => `| [${id}](#${id}) | ${category} | ${severity} | ${title} |`,
    ),
    "",
    ...all.map(sectionOf),
  ].join("\n");

if (import.meta.main) {
  const folder = join(import.meta.dirname, "..", "docs");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "detectors.md"), detectorsPage(detectors));
}
