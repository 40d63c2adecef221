// A mapping whose IAM role or user was made again under its name: the mapping is bound to the one before.
import { iso } from "../../core/base/time.ts";
import { principalName } from "../../core/base/visible-text.ts";
import * as z from "../../core/base/zod.ts";
import { seenInSnapshot, shownRole } from "../../core/findings/catalog-judgement.ts";
import { type DetectorView, defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { type Case, daysAgo, exampleArn, exampleFacts } from "../../core/findings/example-facts.ts";
import { exampleIam, exists } from "../../core/findings/example-iam.ts";
import {
  type MappedPair,
  mappedPairs,
  mappingRevoked,
  mappingSubject,
  notTold,
} from "../../core/findings/mapped-identities.ts";
import { remadeAt } from "../../core/iam/ways-in.ts";
import { revokeMappingSql } from "../../core/sql/statements.ts";

type ReboundEvidence = {
  readonly mappedTo: string;
  readonly mappedBy: string;
  readonly presentId: string;
  readonly presentCreatedAt: string;
};

/** When the identity behind the ARN was made, where that was after the mapping was seen; else it is the one that was mapped. */
const remade = (view: DetectorView, { mapping, identity }: MappedPair): number | undefined =>
  // Without the mappings' own times an identity is younger than what was assumed of them, which says nothing.
  view.mappings.agesAssumed ? undefined : remadeAt(identity, mapping.period.firstSeenAt);

export const reboundRole = /* @__PURE__ */ defineDetector({
  id: "rebound-role",
  category: "dormant",
  title: "Mapping whose IAM identity was made again",
  short: "IAM identity was made again",
  severity: "high",
  life: "state",
  docs: {
    why: "A mapping belongs to the identity and not to its name. Aurora DSQL refuses an IAM role that was deleted and made again, while the mapping still lists its ARN. Granting the mapping again would let the new one in, whoever made it.",
    fix: "Find out who made the new role and why. If it is meant to connect, run AWS IAM REVOKE and then AWS IAM GRANT; else run AWS IAM REVOKE alone.",
    falsePositives:
      "A deployment that replaces its IAM role: it cannot connect either, so map the new one or give it a name of its own.",
    blindSpots:
      "What was replaced before the auditor first saw the mapping looks like the role that was mapped. That Aurora DSQL refuses a replaced role is reported by users and not documented by AWS.",
  },
  evidence: {
    mappedTo: "Mapped to",
    mappedBy: "Mapping seen first in the snapshot of",
    presentId: "Unique ID of the present identity",
    presentCreatedAt: "Present identity created",
  },
  options: z.object({}),
  needs: ["mappings", "iam.identities"],
  detect: (view): readonly Judgement<ReboundEvidence>[] =>
    mappedPairs(view).flatMap((pair): Judgement<ReboundEvidence>[] => {
      const at = remade(view, pair);
      const { mapping, identity } = pair;
      if (at === undefined || identity?.status !== "exists") return [];
      const { principal, role, period } = mapping;
      return [
        {
          subject: mappingSubject(view, mapping),
          title: `Role ${shownRole(role)} is mapped to ${principalName(principal)}, which was deleted and made again`,
          evidence: {
            mappedTo: principal,
            mappedBy: iso(period.firstSeenAt),
            presentId: identity.id,
            presentCreatedAt: iso(at),
          },
          // IAM says when it was made: no snapshot has to bound it.
          ...{ firstSeenAt: at, lastSeenAt: Math.max(at, seenInSnapshot(view).times.lastSeenAt) },
          fix: `${revokeMappingSql(role, principal)}\n-- Map it again only when you know who made the new identity.`,
        },
      ];
    }),
  unjudged: notTold,
  gone: mappingRevoked,
});

export const cases = (): Case[] => {
  const arn = exampleArn("Orders");
  const mappings = [{ to: "Orders", role: "app_rw", madeAt: daysAgo(100) }];
  const with_ = (createdAt: number | null) => exampleIam({ identities: [exists(arn, { createdAt })] });
  return [
    {
      name: "fires for an identity that is younger than its mapping",
      facts: exampleFacts({ mappings, iam: with_(daysAgo(20)) }),
      expect: ["app_rw"],
    },
    {
      name: "is quiet for an identity that was there before its mapping",
      facts: exampleFacts({ mappings, iam: with_(daysAgo(101)) }),
      expect: [],
    },
    {
      name: "is quiet while it is not known when the identity was made",
      facts: exampleFacts({ mappings, iam: with_(null) }),
      expect: [],
    },
    {
      name: "is quiet while the mappings came without their times",
      facts: { ...exampleFacts({ mappings, iam: with_(daysAgo(20)) }), agesAssumed: true },
      expect: [],
    },
    {
      name: "clears when the mapping is revoked and granted again",
      facts: exampleFacts({
        mappings: [
          { to: "Orders", role: "app_rw", madeAt: daysAgo(100), goneAt: daysAgo(2) },
          { to: "Orders", role: "app_rw", madeAt: daysAgo(2) },
        ],
        iam: with_(daysAgo(20)),
      }),
      expect: [],
    },
  ];
};
