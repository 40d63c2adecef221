// The words of all detectors by their ids. A bundle carries these two tables and not the rules that they are made from: see
// deploy/bundle-parts.ts.
import { isDeepStrictEqual } from "node:util";
import type { Detector, DetectorTitle } from "../core/findings/detector.ts";
import { sharedWords } from "../core/findings/shared-words.ts";
import { detectors } from "./index.ts";

/** What findings are called, by the detector's id, in the registry's order. Plain data. */
export const titles: Readonly<Record<string, DetectorTitle>> = Object.fromEntries(
  detectors.map(({ id, title, short, thread }) => [
    id,
    { title, ...(short !== undefined && { short }), ...(thread && { thread }) },
  ]),
);

/** The detector's own evidence: what the core adds to that of many is left out. */
const ownEvidence = (detector: Detector): Detector["evidence"] => {
  const shared = sharedWords(detector);
  return Object.fromEntries(
    Object.entries(detector.evidence).filter(([field, words]) => !isDeepStrictEqual(words, shared[field])),
  );
};

/** All else that they say, by the detector's id. Plain data. */
export const texts: Readonly<Record<string, Pick<Detector, "category" | "life" | "docs" | "evidence">>> =
  Object.fromEntries(
    detectors.map((detector) => {
      const { id, category, life, docs } = detector;
      return [id, { category, life, docs, evidence: ownEvidence(detector) }];
    }),
  );
