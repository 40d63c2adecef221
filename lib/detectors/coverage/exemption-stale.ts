// An exemption that is over, or that has nothing left to accept: it hides what nobody decided on.
import { Principal } from "../../core/base/ids.ts";
import { DAY, dayOf, iso } from "../../core/base/time.ts";
import { principalName, visible } from "../../core/base/visible-text.ts";
import * as z from "../../core/base/zod.ts";
import { defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { type Case, EXAMPLE_NOW, exampleArn, exampleFacts } from "../../core/findings/example-facts.ts";
import type { Exemption } from "../../core/findings/exemption.ts";
import type { ExemptionUse } from "../../core/findings/facts.ts";
import type { Finding } from "../../core/findings/finding.ts";

type StaleEvidence = {
  readonly reason: "expired" | "useless";
  readonly of: string;
  readonly owner: string;
  readonly why: string;
  readonly until: string;
  readonly lastMatchedAt: string | null;
  readonly exemptionKey: string;
};

/** Whom the exempted finding is about, in a few words; "" where it names nobody. */
const about = ({ subject: { principal, role, object } }: Exemption): string => {
  const who = [
    ...(principal === undefined ? [] : [principalName(principal)]),
    ...(role === undefined ? [] : [visible(role, 63)]),
  ].join(" as ");
  const what = object === undefined ? "" : visible(object, 100);
  return [who, what].filter(Boolean).join(" on ");
};

export const exemptionStale = /* @__PURE__ */ defineDetector({
  id: "exemption-stale",
  category: "coverage",
  title: "Exemption that is over or accepts nothing",
  short: "Exemption over or unused",
  severity: "low",
  life: "state",
  docs: {
    why: "An exemption is a decision of its time. One that accepts nothing any more will silently accept the same finding when it comes back for another reason.",
    fix: "Take it back: `dsql-audit unexempt FINDING`. If it is still meant, exempt the finding that it was for again, with a new end.",
    falsePositives:
      "A yearly job that is accepted between two runs: raise the option days, or take the exemption anew when it is needed.",
    blindSpots:
      "Whether its reason still holds is for its owner to say. A finding that is accepted in part, because a grant has come since, counts as matched.",
  },
  evidence: {
    reason: { label: "Because", hidden: true },
    of: "Exempts findings of",
    owner: "Owner",
    why: "Reason given",
    until: "Ends",
    lastMatchedAt: { label: "Last accepted a finding", whenEmpty: "never, as far as is known" },
    exemptionKey: { label: "Key", hidden: true },
  },
  options: z.object({
    /** How many days without a finding make an exemption useless. */
    days: z._default(z.int().check(z.positive()), 30),
  }),
  needs: ["exemptions"],
  detect: (view, { days }): readonly Judgement<StaleEvidence>[] =>
    (view.exemptions ?? []).flatMap(({ exemption, lastMatchedAt }): Judgement<StaleEvidence>[] => {
      const { key, detector, owner, reason: why, until, createdAt, subject } = exemption;
      const expired = until <= view.now;
      const quietSince = Math.max(createdAt, lastMatchedAt ?? 0);
      if (createdAt > view.now || !(expired || view.now - quietSince >= days * DAY)) return [];
      const whom = about(exemption);
      const of = `exemption of ${visible(detector, 60)}${whom ? ` for ${whom}` : ""} by ${visible(owner, 60)}`;
      const { facet: _, ...rest } = subject;
      return [
        {
          subject: { ...rest, facet: key },
          title: expired
            ? `The ${of} ended on ${dayOf(until)}`
            : `The ${of} has accepted nothing since ${dayOf(quietSince)}`,
          evidence: {
            reason: expired ? "expired" : "useless",
            of: detector,
            owner,
            why,
            until: iso(until),
            lastMatchedAt: lastMatchedAt === null ? null : iso(lastMatchedAt),
            exemptionKey: key,
          },
          firstSeenAt: expired ? until : quietSince,
          lastSeenAt: view.now,
          fix: "Take it back: `dsql-audit unexempt` with the id of this finding. If it is still meant, exempt the finding that it was for again, with a new end.",
        },
      ];
    }),
});

export const cases = (): Case[] => {
  const finding = {
    detector: "dormant-mapping", life: "state", cluster: exampleFacts({}).cluster,
    subject: { principal: Principal.parse(exampleArn("OldJob")), role: "app", roleOid: 100, facet: "" },
  } as unknown as Finding; // biome-ignore format: one glance
  const use = (madeDaysAgo: number, untilDays: number, matchedDaysAgo: number | null): ExemptionUse => ({
    exemption: {
      key: "dormant-mapping-0123456789abcdef",
      cluster: finding.cluster,
      detector: finding.detector,
      subject: finding.subject,
      owner: "ops",
      reason: "yearly job",
      until: EXAMPLE_NOW + untilDays * DAY,
      createdAt: EXAMPLE_NOW - madeDaysAgo * DAY,
    },
    lastMatchedAt: matchedDaysAgo === null ? null : EXAMPLE_NOW - matchedDaysAgo * DAY,
  });
  const facts = (exemptions: readonly ExemptionUse[] | undefined) => ({ ...exampleFacts({}), exemptions });
  return [
    { name: "fires for an exemption that is over", facts: facts([use(90, 0, 0)]), expect: ["app"] },
    {
      name: "fires for one that has accepted nothing for thirty days",
      facts: facts([use(90, 90, 30)]),
      expect: ["app"],
    },
    {
      name: "fires for one that never accepted anything",
      facts: facts([use(30, 90, null)]),
      expect: ["app"],
    },
    { name: "is quiet for one whose finding stands", facts: facts([use(90, 90, 0)]), expect: [] },
    {
      name: "is quiet while thirty days are not over, and for one that was made since",
      facts: facts([use(90, 90, 29), use(29, 90, null)]),
      expect: [],
    },
    { name: "is quiet while exemptions were not read", facts: facts(undefined), expect: [] },
    { name: "clears when it is taken back", facts: facts([]), expect: [] },
  ];
};
