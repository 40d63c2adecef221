// What the evidence of unusual connections is called, whichever detector tells of it: what the core adds to the detector's own.
import { closerLookWords } from "../anomaly/closer-look.ts";
import type { EvidenceWords } from "../base/evidence.ts";
import type { Category, Life } from "./finding.ts";

/** What the core adds to the evidence of an episode's strongest sign. */
const episodeWords = {
  why: "Why this is unusual",
  bits: { label: "Weight", hidden: true },
  threshold: { label: "Weight of a finding", hidden: true },
  ownDays: { label: "Own days", hidden: true },
  ownDaysLikeThis: { label: "Own days like this", hidden: true },
  peerDays: { label: "Days of others", hidden: true },
  peerDaysLikeThis: { label: "Days of others like this", hidden: true },
  signs: {
    fromTwo: true,
    // The sign that names the finding: its title and the evidence beside this say it already.
    without: "isTitle",
    label: "Also",
    lines: true,
    fields: {
      isTitle: { label: "", hidden: true },
      detector: "",
      bits: { label: "Weight", hidden: true },
      says: "",
      firstAt: "from",
      lastAt: "to",
      evidence: { label: "", hidden: true },
    },
  },
  signsNotShown: "Further signs",
} satisfies EvidenceWords;

/** Stands before the detector's own words, which win. */
export const sharedWords = ({
  category,
  life,
}: {
  readonly category: Category;
  readonly life: Life;
}): EvidenceWords => ({
  ...(category === "anomalous" && closerLookWords),
  ...(life === "episode" && episodeWords),
});
