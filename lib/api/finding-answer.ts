// A finding as it is given out: its subject flat, its times as text.
import * as z from "zod";
import { iso } from "../core/base/time.ts";
import { Category, type Finding, Severity, Status, Verdict } from "../core/findings/finding.ts";
import { Time } from "./snapshot-ref.ts";

export const FindingAnswer = z
  .object({
    id: z.string(),
    detector: z.string(),
    category: Category,
    severity: Severity,
    cluster: z.string(),
    principal: z.optional(z.string()),
    role: z.optional(z.string()),
    object: z.optional(z.string()),
    title: z.string(),
    evidence: z.record(z.string(), z.unknown()).meta({
      description: "Every figure that the title claims; its times are ISO 8601 in UTC.",
    }),
    firstSeenAt: Time.meta({ description: "The beginning of the stretch of what was seen." }),
    lastSeenAt: Time,
    detectedAt: Time.meta({ description: "The moment of judgement." }),
    confirmedAt: Time.meta({ description: "The last look that still found it." }),
    observedUntil: z.optional(Time).meta({
      description: "Its detector is new here: nobody is mailed of it until then.",
    }),
    endedAt: z.optional(Time).meta({ description: "Since when a stretch of time is over." }),
    closedAt: z.optional(Time),
    closedBecause: z.optional(z.string()).meta({ description: "What changed, where that is known." }),
    acknowledged: z.optional(z.object({ at: Time, by: z.string(), note: z.optional(z.string()) })),
    eventIds: z.optional(z.array(z.string())),
    verdict: z.optional(Verdict),
    status: Status,
    reopened: z.optional(z.int()).meta({ description: "How many lives it had before this one." }),
    fix: z.optional(z.string()).meta({ description: "The SQL, or what a person has to do." }),
  })
  .meta({
    id: "Finding",
    description: "A detector's judgement on one subject, with its evidence and its life.",
  });

export const findingAnswer = (finding: Finding): z.input<typeof FindingAnswer> => {
  const { subject, firstSeenAt, lastSeenAt, detectedAt, confirmedAt, closedAt } = finding;
  const { principal, role, object } = subject;
  return {
    id: finding.id,
    detector: finding.detector,
    category: finding.category,
    severity: finding.severity,
    cluster: finding.cluster,
    ...(principal !== undefined && { principal }),
    ...(role !== undefined && { role }),
    ...(object !== undefined && { object }),
    title: finding.title,
    evidence: finding.evidence,
    firstSeenAt: iso(firstSeenAt),
    lastSeenAt: iso(lastSeenAt),
    detectedAt: iso(detectedAt),
    confirmedAt: iso(confirmedAt),
    ...(finding.observedUntil !== undefined && { observedUntil: iso(finding.observedUntil) }),
    ...(finding.endedAt !== undefined && { endedAt: iso(finding.endedAt) }),
    ...(closedAt !== undefined && { closedAt: iso(closedAt) }),
    ...(finding.closedBecause !== undefined && { closedBecause: finding.closedBecause }),
    ...(finding.acknowledged && {
      acknowledged: { ...finding.acknowledged, at: iso(finding.acknowledged.at) },
    }),
    ...(finding.eventIds && { eventIds: finding.eventIds }),
    ...(finding.verdict && { verdict: finding.verdict }),
    status: finding.status,
    ...(finding.reopened > 0 && { reopened: finding.reopened }),
    ...(finding.fix !== undefined && { fix: finding.fix }),
  };
};
