// A part of the catalog that the database refused to show: what stands there is unknown.
import * as z from "zod";
import { minute } from "../../core/base/time.ts";
import { visible } from "../../core/base/visible-text.ts";
import { type SectionName, sectionNames } from "../../core/catalog/catalog.ts";
import { defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { type Case, exampleFacts } from "../../core/findings/example-facts.ts";

/** Aurora DSQL documents these catalogs as unsupported: expected to be refused, and little hangs on them. */
const optional: ReadonlySet<SectionName> = new Set(["functions", "types", "database"]);

type SectionEvidence = { readonly section: string; readonly reason: string; readonly code: string | null };

export const sectionUnreadable = /* @__PURE__ */ defineDetector({
  id: "section-unreadable",
  category: "coverage",
  title: "Catalog section that could not be read",
  severity: "high",
  life: "state",
  docs: {
    why: "No other detector can see access in a section that could not be read. That they find nothing proves nothing.",
    fix: "Give the auditor's role the privileges that dsql-audit setup-sql prints. Where Aurora DSQL refuses a catalog to everybody, exempt the finding.",
    falsePositives:
      "Functions, types and the database are low: Aurora DSQL documents their catalogs as unsupported.",
    blindSpots: "A view that returns fewer rows than exist looks complete.",
  },
  evidence: { section: "Section", reason: "The database said", code: { label: "SQLSTATE", whenEmpty: "" } },
  options: z.object({}),
  detect: ({ privileges: { snapshot } }): Judgement<SectionEvidence>[] =>
    snapshot
      ? sectionNames.flatMap((name) => {
          const section = snapshot.catalog.sections[name];
          if (section.status === "read") return [];
          return {
            subject: { object: name },
            title: `Catalog section "${name}" could not be read`,
            severity: optional.has(name) ? ("low" as const) : ("high" as const),
            evidence: { section: name, reason: visible(section.reason, 500), code: section.code },
            firstSeenAt: snapshot.takenAt,
            lastSeenAt: snapshot.takenAt,
            fix: "dsql-audit setup-sql",
          };
        })
      : [],
  gone: ({ privileges: { snapshot } }) =>
    snapshot ? `The snapshot of ${minute(snapshot.takenAt)} could read it.` : undefined,
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
