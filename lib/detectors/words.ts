// What detectors are called and what they say to people, for whoever tells of findings and does not judge.
import type { DetectorTitle, DetectorWords } from "../core/findings/detector.ts";
import { sharedWords } from "../core/findings/shared-words.ts";
import { texts, titles } from "./word-tables.ts";

/** The ids of all detectors, in the registry's order. */
export const detectorIds = (): readonly string[] => Object.keys(titles);

/** What findings of the detector with this id are called; undefined: there is none, or not in this release. */
export const titleOf = (id: string): DetectorTitle | undefined =>
  Object.hasOwn(titles, id) ? titles[id] : undefined;

/** All that the detector with this id says; undefined: there is none, or not in this release. */
export const wordsOf = (id: string): DetectorWords | undefined => {
  const [title, text] = [titleOf(id), texts[id]];
  if (!title || !text) return undefined;
  return { ...title, docs: text.docs, evidence: { ...sharedWords(text), ...text.evidence } };
};
