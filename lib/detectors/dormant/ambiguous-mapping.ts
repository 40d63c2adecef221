// A mapping of a principal that is active but has several roles: its own use cannot be told apart.
import * as z from "../../core/base/zod.ts";
import { defineDetector } from "../../core/findings/detector.ts";
import { type Case, daily, daysAgo, exampleFacts } from "../../core/findings/example-facts.ts";
import { MAPPING_FAMILY } from "../../core/findings/family.ts";
import { mappingsWith } from "../../core/findings/mapping-judgement.ts";
import { mappingGone, mappingWords } from "../../core/findings/mapping-words.ts";

export const ambiguousMapping = /* @__PURE__ */ defineDetector({
  id: "ambiguous-mapping",
  family: MAPPING_FAMILY,
  category: "dormant",
  title: "Mapping whose use cannot be told from another's",
  severity: "low",
  life: "state",
  docs: {
    why: "CloudTrail names the IAM principal of a connection, and not the database role. With several roles behind one principal, nobody can say which of them is needed.",
    fix: "Give each database role an IAM role of its own. Then AWS IAM REVOKE the mappings that are not used.",
    falsePositives:
      "Principals that need several roles by design. The finding is low, and stands in the weekly summary alone.",
    blindSpots:
      "Roles reached by SET ROLE or membership after the connection are not mappings and are not looked at.",
  },
  evidence: mappingWords,
  options: z.object({ days: z._default(z.int().check(z.positive()), 90) }),
  needs: ["mappings"],
  detect: (view, { days }) => mappingsWith(view, "ambiguous", days),
  gone: mappingGone,
});

export const cases = (): Case[] => {
  const connections = daily("Both", 5, daysAgo(1));
  const mappings = [
    { to: "Both", role: "app_ro" },
    { to: "Both", role: "app_rw" },
  ];
  return [
    {
      name: "fires for each role of an active principal that has two",
      facts: exampleFacts({ mappings, connections }),
      expect: ["app_ro", "app_rw"],
    },
    {
      name: "is quiet where the uses are older than the second mapping",
      facts: exampleFacts({
        mappings: [
          { to: "Both", role: "app_ro" },
          { to: "Both", role: "app_rw", madeAt: daysAgo(0.5) },
        ],
        connections,
      }),
      expect: [],
    },
    {
      name: "is quiet where the record names the role",
      facts: exampleFacts({ mappings, connections: connections.map((c) => ({ ...c, role: "app_ro" })) }),
      expect: [],
    },
    {
      name: "is quiet while the principal does nothing",
      facts: exampleFacts({ mappings, connections: [] }),
      expect: [],
    },
    {
      name: "clears some time after the other mapping is revoked",
      facts: exampleFacts({
        mappings: [
          { to: "Both", role: "app_ro" },
          { to: "Both", role: "app_rw", goneAt: daysAgo(30) },
        ],
        connections,
      }),
      expect: [],
    },
  ];
};
