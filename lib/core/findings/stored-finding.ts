// Findings as earlier releases stored them, brought to today's shape.
import * as z from "../base/zod.ts";
import { familyOfDetector } from "./family.ts";
import { Finding, type Life, provesUnused, type Verdict } from "./finding.ts";

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** Once a finding's life was told from its category and its facet. */
const lifeOf = ({ category, subject }: Readonly<Record<string, unknown>>): Life => {
  if (category === "anomalous") return "episode";
  const facet = isRecord(subject) ? subject.facet : "";
  // A day of logins has a facet too, and is a state: it does not end by itself.
  return category === "coverage" && typeof facet === "string" && facet.length > 10 ? "stretch" : "state";
};

const upgrade = (stored: unknown): unknown => {
  if (!isRecord(stored) || "life" in stored) return stored;
  const family = typeof stored.detector === "string" ? familyOfDetector(stored.detector) : undefined;
  return {
    ...stored,
    life: lifeOf(stored),
    ...(family && { family }),
    ...(provesUnused(stored.verdict as Verdict | undefined) && { provenAt: stored.detectedAt }),
    // What it was told as is not known; it was told, so that only what is worse from now on is news.
    ...(stored.noticedAt !== undefined && { noticedSeverity: stored.severity }),
  };
};

/** A finding out of the store, of this release or an earlier one. */
export const StoredFinding = z.pipe(z.transform(upgrade), Finding);
