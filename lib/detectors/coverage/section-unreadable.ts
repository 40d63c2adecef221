// A part of the catalog that the database refused to show: what stands there is unknown.
import * as z from "zod";
import { type SectionName, sectionNames } from "../../core/catalog/catalog.ts";
import { defineDetector } from "../../core/findings/detector.ts";
import { type Case, exampleFacts } from "../../core/findings/example-facts.ts";
import { visible } from "../../core/base/visible-text.ts";

/** Aurora DSQL documents these catalogs as unsupported: expected to be refused, and little hangs on them. */
const optional: ReadonlySet<SectionName> = new Set(["functions", "types", "database"]);

export const sectionUnreadable = /* @__PURE__ */ defineDetector({
  id: "section-unreadable",
  category: "coverage",
  title: "Part of the catalog could not be read",
  severity: "high",
  docs: {
    why: "Access that stands in a section that cannot be read is invisible to every other detector: their silence proves nothing.",
    fix: "Give the auditor's role what dsql-audit setup-sql prints. Where Aurora DSQL refuses a catalog to everybody, exempt the finding.",
    falsePositives:
      "Functions, types and the database are low, because Aurora DSQL documents their catalogs as unsupported.",
    blindSpots: "A view that answers with fewer rows than there are looks as if it was read.",
  },
  options: z.object({}),
  detect: ({ privileges: { snapshot } }) =>
    snapshot
      ? sectionNames.flatMap((name) => {
          const section = snapshot.catalog.sections[name];
          if (section.status === "read") return [];
          return {
            subject: { object: name },
            title: `The catalog's section "${name}" could not be read`,
            severity: optional.has(name) ? ("low" as const) : ("high" as const),
            evidence: { section: name, reason: visible(section.reason, 500), code: section.code },
            firstSeenAt: snapshot.takenAt,
            lastSeenAt: snapshot.takenAt,
            fix: "dsql-audit setup-sql",
          };
        })
      : [],
});

export const cases = (): Case[] => [
  {
    name: "fires for a section that the database refused",
    facts: exampleFacts({ catalog: { mappings: "permission denied for view iam_pg_role_mappings" } }),
    expect: ["mappings"],
  },
  {
    name: "is quiet for a section that was read and is empty",
    facts: exampleFacts({ catalog: {} }),
    expect: [],
  },
  { name: "is quiet while there is no snapshot", facts: exampleFacts({}), expect: [] },
  {
    name: "clears when the section is read again",
    facts: exampleFacts({ catalog: { mappings: [] } }),
    expect: [],
  },
];
