// A mapping that was used once, and not for the whole of a fully covered window.
import { HOUR } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import { defineDetector } from "../../core/findings/detector.ts";
import { type Case, daily, daysAgo, exampleFacts } from "../../core/findings/example-facts.ts";
import { MAPPING_FAMILY } from "../../core/findings/family.ts";
import { mappingsWith } from "../../core/findings/mapping-judgement.ts";
import { mappingGone, mappingWords } from "../../core/findings/mapping-words.ts";

export const dormantMapping = /* @__PURE__ */ defineDetector({
  id: "dormant-mapping",
  family: MAPPING_FAMILY,
  category: "dormant",
  title: "Unused mapping, used in the past",
  severity: "medium",
  life: "state",
  docs: {
    why: "Nobody would miss this access, and nobody watches it. Whoever gets hold of the principal gets the role too.",
    fix: "Run AWS IAM REVOKE role FROM 'arn'. Then drop the role, if it owns nothing and nobody else is mapped to it.",
    falsePositives:
      "Break-glass access and yearly jobs: exempt the finding with an owner, a reason and an end.",
    blindSpots:
      "A connection names a principal and not a role. Where a principal has several roles, its use is ambiguous. A session lasts for at most an hour, so every use begins with a connection.",
  },
  evidence: mappingWords,
  options: z.object({ days: z._default(z.int().check(z.positive()), 90) }),
  needs: ["mappings"],
  detect: (view, { days }) => mappingsWith(view, "dormant", days),
  gone: mappingGone,
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
