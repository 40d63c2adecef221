// A mapping that was used once, and not for the whole of a fully covered window.
import * as z from "zod";
import { HOUR } from "../../core/base/time.ts";
import { defineDetector } from "../../core/findings/detector.ts";
import { type Case, daily, daysAgo, exampleFacts } from "../../core/findings/example-facts.ts";
import { mappingsNotJudged, mappingsWith } from "../../core/findings/mapping-judgement.ts";

export const dormantMapping = /* @__PURE__ */ defineDetector({
  id: "dormant-mapping",
  category: "dormant",
  title: "Mapping that nobody uses any more",
  severity: "medium",
  docs: {
    why: "An unused mapping is access that nobody would miss and nobody watches.",
    fix: "AWS IAM REVOKE role FROM 'arn', then drop the role when it owns nothing and nobody else is mapped to it.",
    falsePositives:
      "Break-glass access and yearly jobs: exempt the finding with an owner, a reason and an end.",
    blindSpots:
      "A connection names a principal and not a role: where a principal has several roles, its use is ambiguous. A session stays open for at most an hour, so a use begins with a connection.",
  },
  options: z.object({ days: z.int().positive().default(90) }),
  needs: ["mappings"],
  detect: (view, { days }) => mappingsWith(view, "dormant", days),
  unjudged: (view, { days }) => mappingsNotJudged(view, days),
});

export const cases = (): Case[] => {
  const mappings = [{ to: "OldJob", role: "app_ro" }];
  const connections = daily("OldJob", 10, daysAgo(100));
  const hour = { from: daysAgo(30), to: daysAgo(30) + HOUR };
  return [
    {
      name: "fires for a mapping unused in a fully covered window",
      facts: exampleFacts({ mappings, connections }),
      expect: ["app_ro"],
    },
    {
      name: "is quiet for a use within the window",
      facts: exampleFacts({ mappings, connections: [...connections, { by: "OldJob", at: daysAgo(90) }] }),
      expect: [],
    },
    {
      name: "fires though refused attempts and admin logins go on",
      facts: exampleFacts({
        mappings,
        connections: [
          ...connections,
          { by: "OldJob", at: daysAgo(2), outcome: "refused" },
          { by: "OldJob", at: daysAgo(1), action: "DbConnectAdmin" },
        ],
      }),
      expect: ["app_ro"],
    },
    {
      name: "is quiet while one hour of the window is not covered",
      facts: exampleFacts({ mappings, connections, gaps: [hour] }),
      expect: [],
    },
    {
      name: "is quiet while the mapping is younger than the window",
      facts: exampleFacts({
        mappings: [{ to: "OldJob", role: "app_ro", madeAt: daysAgo(20) }],
        connections,
      }),
      expect: [],
    },
    {
      name: "clears when the mapping is revoked",
      facts: exampleFacts({ mappings: [{ to: "OldJob", role: "app_ro", goneAt: daysAgo(1) }], connections }),
      expect: [],
    },
  ];
};
