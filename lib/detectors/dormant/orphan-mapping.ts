// A mapping to an IAM role or user that is gone: nobody can connect by it, and it waits for a name to come back.
import { iso } from "../../core/base/time.ts";
import { principalName } from "../../core/base/visible-text.ts";
import * as z from "../../core/base/zod.ts";
import { type Since, seenInSnapshot, shownRole } from "../../core/findings/catalog-judgement.ts";
import { defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { type Case, daysAgo, exampleArn, exampleFacts } from "../../core/findings/example-facts.ts";
import { exampleIam, exists } from "../../core/findings/example-iam.ts";
import {
  mappedPairs,
  mappingRevoked,
  mappingSubject,
  notTold,
} from "../../core/findings/mapped-identities.ts";
import { revokeMappingSql } from "../../core/sql/statements.ts";

type OrphanEvidence = { readonly mappedTo: string; readonly mappedBy: string; readonly since: Since };

export const orphanMapping = /* @__PURE__ */ defineDetector({
  id: "orphan-mapping",
  category: "dormant",
  title: "Mapping to an IAM identity that is gone",
  short: "Mapping to a gone identity",
  severity: "medium",
  life: "state",
  docs: {
    why: "Nobody can use this mapping today. It stays until somebody revokes it, and it stands in the way of dropping the role. If an IAM role of that name is made again and the mapping is granted again, whoever holds the new role gets the old access.",
    fix: "Run AWS IAM REVOKE role FROM 'arn'. Then drop the role, if it owns nothing and nobody else is mapped to it.",
    falsePositives:
      "An IAM role that is deleted and made anew by each deployment: revoke and grant the mapping there too, for Aurora DSQL refuses the new role otherwise.",
    blindSpots:
      "Identities of other accounts cannot be looked up, and are never called gone. An IAM role that was deleted a moment ago may still be listed.",
  },
  evidence: {
    mappedTo: "Mapped to",
    mappedBy: "Mapping seen first in the snapshot of",
    since: { label: "Since", hidden: true },
  },
  options: z.object({}),
  needs: ["mappings", "iam.identities"],
  detect: (view): readonly Judgement<OrphanEvidence>[] =>
    mappedPairs(view).flatMap(({ mapping, identity }): Judgement<OrphanEvidence>[] => {
      if (identity?.status !== "gone") return [];
      const { principal, role, period } = mapping;
      const { since, times } = seenInSnapshot(view);
      return [
        {
          subject: mappingSubject(view, mapping),
          title: `Role ${shownRole(role)} is mapped to ${principalName(principal)}, which IAM no longer has`,
          evidence: { mappedTo: principal, mappedBy: iso(period.firstSeenAt), since },
          ...times,
          fix: revokeMappingSql(role, principal),
        },
      ];
    }),
  unjudged: notTold,
  gone: (view, subject) =>
    mappingRevoked(view, subject) ??
    (view.iam.identityOf(subject.principal ?? "")?.status === "exists"
      ? "IAM has an identity of that name again. Is it the same one? See rebound-role."
      : undefined),
});

export const cases = (): Case[] => {
  const mappings = [{ to: "Gone", role: "app_ro", madeAt: daysAgo(100) }];
  const gone = exampleIam({ identities: [{ arn: exampleArn("Gone"), status: "gone" }] });
  return [
    {
      name: "fires for a mapping to an IAM role that is gone",
      facts: exampleFacts({ mappings, iam: gone }),
      expect: ["app_ro"],
    },
    {
      name: "is quiet for an identity that is there",
      facts: exampleFacts({ mappings, iam: exampleIam({ identities: [exists(exampleArn("Gone"))] }) }),
      expect: [],
    },
    {
      name: "is quiet while IAM refuses to say whether it is there",
      facts: exampleFacts({
        mappings,
        iam: exampleIam({
          identities: [
            { arn: exampleArn("Gone"), status: "unreadable", reason: "access denied", code: "AccessDenied" },
          ],
        }),
      }),
      expect: [],
    },
    { name: "is quiet while IAM is not read", facts: exampleFacts({ mappings, catalog: {} }), expect: [] },
    {
      name: "clears when the mapping is revoked",
      facts: exampleFacts({
        mappings: [{ to: "Gone", role: "app_ro", madeAt: daysAgo(100), goneAt: daysAgo(1) }],
        iam: gone,
      }),
      expect: [],
    },
  ];
};
