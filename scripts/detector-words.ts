// Writes lib/detectors/made-words.ts from the registry: `npm run docs`. A test holds the file against it.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Detector } from "../lib/core/findings/detector.ts";
import { sharedWords } from "../lib/core/findings/shared-words.ts";
import { detectors } from "../lib/detectors/index.ts";

/** By the detector's id. What the core adds to the evidence of many is left out: it is there once already. */
export const madeWords = (all: readonly Detector[]) => ({
  titles: Object.fromEntries(
    all.map(({ id, title, short, thread }) => [
      id,
      { title, ...(short !== undefined && { short }), ...(thread && { thread }) },
    ]),
  ),
  texts: Object.fromEntries(
    all.map((detector) => {
      const { id, category, life, docs } = detector;
      const shared = sharedWords(detector);
      const own = Object.entries(detector.evidence).filter(
        ([field, words]) => !isDeepStrictEqual(words, shared[field]),
      );
      return [id, { category, life, docs, evidence: Object.fromEntries(own) }];
    }),
  ),
});

const fileText = (all: readonly Detector[]): string => {
  const { titles, texts } = madeWords(all);
  return [
    "// Made by `npm run docs` from the detectors beside it, so that who only tells of findings need not carry the rules.",
    'import type { Detector, DetectorTitle } from "../core/findings/detector.ts";',
    "",
    `export const titles: Readonly<Record<string, DetectorTitle>> = ${JSON.stringify(titles)};`,
    "",
    `export const texts: Readonly<Record<string, Pick<Detector, "category" | "life" | "docs" | "evidence">>> = ${JSON.stringify(texts)};`,
    "",
  ].join("\n");
};

if (import.meta.main) {
  writeFileSync(join(import.meta.dirname, "../lib/detectors/made-words.ts"), fileText(detectors));
}
