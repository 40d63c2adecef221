// A mapping of which no use is known at all, in a window that is fully covered.
import { HOUR } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import { defineDetector } from "../../core/findings/detector.ts";
import { type Case, daily, daysAgo, exampleFacts } from "../../core/findings/example-facts.ts";
import { MAPPING_FAMILY } from "../../core/findings/family.ts";
import { mappingsWith } from "../../core/findings/mapping-judgement.ts";
import { mappingGone, mappingWords } from "../../core/findings/mapping-words.ts";

export const neverUsedMapping = /* @__PURE__ */ defineDetector({
  id: "never-used-mapping",
  family: MAPPING_FAMILY,
  category: "dormant",
  title: "Unused mapping, never used",
  severity: "medium",
  life: "state",
  docs: {
    why: "Access that was prepared and never needed is often a mistake. Nobody knows it well enough to miss it.",
    fix: "Run AWS IAM REVOKE role FROM 'arn'. Then drop the role, if it owns nothing and nobody else is mapped to it.",
    falsePositives:
      "Access made ready for a launch or an emergency: exempt the finding with an owner, a reason and an end.",
    blindSpots:
      "Never reaches back only as far as capture is proven; the evidence names that day. Where a principal has several roles, its use is ambiguous.",
  },
  evidence: mappingWords,
  options: z.object({ days: z._default(z.int().check(z.positive()), 90) }),
  needs: ["mappings"],
  detect: (view, { days }) => mappingsWith(view, "never-used", days),
  gone: mappingGone,
});

export const cases = (): Case[] => {
  const mappings = [{ to: "Contractor", role: "contractor" }];
  return [
    {
      name: "fires for a mapping without any use",
      facts: exampleFacts({ mappings }),
      expect: ["contractor"],
    },
    {
      name: "fires for a use of the same principal before this mapping was made",
      facts: exampleFacts({
        mappings: [{ to: "Contractor", role: "contractor", madeAt: daysAgo(200) }],
        connections: daily("Contractor", 5, daysAgo(300)),
      }),
      expect: ["contractor"],
    },
    {
      name: "is quiet for a mapping that was used once, however long ago",
      facts: exampleFacts({ mappings, connections: [{ by: "Contractor", at: daysAgo(300) }] }),
      expect: [],
    },
    {
      name: "is quiet while one hour of the window is not covered",
      facts: exampleFacts({ mappings, gaps: [{ from: daysAgo(1), to: daysAgo(1) + HOUR }] }),
      expect: [],
    },
    {
      name: "is quiet while the first snapshot is younger than the window",
      facts: exampleFacts({ mappings, firstSnapshotAt: daysAgo(89) }),
      expect: [],
    },
    {
      name: "clears when the mapping is revoked",
      facts: exampleFacts({ mappings: [{ to: "Contractor", role: "contractor", goneAt: daysAgo(3) }] }),
      expect: [],
    },
  ];
};
