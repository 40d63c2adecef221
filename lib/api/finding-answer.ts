// The shape of a finding in answers.
import * as z from "../core/base/zod.ts";
import { Category, Severity, Status, Verdict } from "../core/findings/finding.ts";
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
    evidence: z.record(z.string(), z.unknown()).check(
      z.meta({
        description: "Every figure that the title claims; its times are ISO 8601 in UTC.",
      }),
    ),
    firstSeenAt: Time.check(z.meta({ description: "The beginning of the stretch of what was seen." })),
    lastSeenAt: Time,
    detectedAt: Time.check(z.meta({ description: "The moment of judgement." })),
    confirmedAt: Time.check(z.meta({ description: "The last look that still found it." })),
    seenDays: z.optional(z.int()).check(
      z.meta({
        description:
          "On how many days of UTC a look found it, in this life. Missing: an earlier release began it, and did not count.",
      }),
    ),
    observedUntil: z.optional(Time).check(
      z.meta({
        description: "Its detector is new here: nobody is mailed of it until then.",
      }),
    ),
    sameAs: z.optional(z.object({ cluster: z.string(), id: z.string() })).check(
      z.meta({
        description:
          "The same finding at the peer of a multi-Region cluster: people are told of that one, and not of this.",
      }),
    ),
    endedAt: z.optional(Time).check(z.meta({ description: "Since when a stretch of time is over." })),
    ends: z.optional(z.string()).check(z.meta({ description: "How a stretch of time ended." })),
    closedAt: z.optional(Time),
    closedBecause: z
      .optional(z.string())
      .check(z.meta({ description: "What changed, where that is known." })),
    acknowledged: z.optional(z.object({ at: Time, by: z.string(), note: z.optional(z.string()) })),
    exemption: z
      .optional(
        z.object({
          owner: z.string(),
          reason: z.string(),
          until: Time,
          by: z.optional(z.string()),
          at: Time,
        }),
      )
      .check(
        z.meta({
          description:
            "Who accepted it until when, of one that is exempt; in the answer about this finding alone. What is over stands until the next evaluation.",
        }),
      ),
    incident: z.string().check(z.meta({ description: "The incident that it belongs to." })),
    eventIds: z.optional(z.array(z.string())),
    verdict: z.optional(Verdict),
    status: Status,
    reopened: z.optional(z.int()).check(z.meta({ description: "How many lives it had before this one." })),
    fix: z.optional(z.string()).check(z.meta({ description: "The SQL, or what a person has to do." })),
  })
  .register(z.globalRegistry, {
    id: "Finding",
    description: "A detector's judgement on one subject, with its evidence and its life.",
  });
