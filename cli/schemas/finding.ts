// The JSON documents of the commands on findings.
import * as z from "zod";
import { Category, Severity, Status, Verdict } from "../../lib/core/findings/finding.ts";
import { Cluster, Count, Time } from "./shared.ts";
import { Snapshot } from "./snapshot.ts";

const fields = {
  id: z.string().describe("Stays the same for the same subject, whatever changes."),
  detector: z.string().describe("See docs/detectors.md."),
  category: Category,
  severity: Severity,
  status: Status,
  cluster: Cluster,
  principal: z.string().optional().describe("The ARN of an IAM role or user."),
  role: z.string().optional().describe("The database role."),
  object: z.string().optional(),
  title: z.string(),
  verdict: z.optional(Verdict).describe("Of findings on mappings."),
  firstSeenAt: Time.describe("Where the stretch begins that was seen."),
  lastSeenAt: Time,
  detectedAt: Time.describe("When it was found first."),
  observedUntil: Time.optional().describe("Its detector is new here: nobody is mailed of it until then."),
  sameAs: z
    .looseObject({ cluster: Cluster, id: z.string() })
    .optional()
    .describe(
      "The same finding at the peer of a multi-Region cluster: people are told of that one, and not of this.",
    ),
  confirmedAt: Time.describe("The last evaluation that still found it."),
  seenDays: z
    .int()
    .positive()
    .optional()
    .describe(
      "On how many days of UTC an evaluation found it since it last began; missing: an earlier release began it, and did not count.",
    ),
  endedAt: Time.optional().describe("Since when a stretch of time is over."),
  ends: z.string().optional().describe("How it ended."),
  closedAt: Time.optional(),
  closedBecause: z.string().optional().describe("What changed, where that is known."),
  reopened: z.int().positive().optional().describe("How often it came back."),
  incident: z.string().describe("The incident that it belongs to."),
  evidence: z.record(z.string(), z.unknown()),
  eventIds: z.array(z.string()).optional().describe("CloudTrail events."),
  fix: z.string().optional().describe("What to do: SQL, or a sentence."),
};
const Exemption = z.looseObject({ owner: z.string(), reason: z.string(), until: Time });

export const Finding = z.looseObject(fields);

export const OneFinding = z.looseObject({
  ...fields,
  exemption: Exemption.optional().describe("Who accepted it until when, of one that is exempt."),
});

export const Findings = z.array(Finding);

export const Exempted = z.looseObject({
  ...fields,
  exemption: Exemption,
});

const Look = z.looseObject({
  detector: z.string(),
  complete: z.boolean().describe("false: it could not look, and resolves nothing."),
  reason: z.string().optional(),
});

export const Scan = z.looseObject({ snapshot: Snapshot, findings: Findings, looks: z.array(Look) });

export const Backtested = z.array(
  z.looseObject({
    day: z.string().describe("UTC, as 2026-11-28."),
    alerts: z.int().describe("Findings that would have begun on it."),
    mailed: z.int().describe("Of these the ones that are mailed at once: high and critical."),
    titles: z.array(z.string()),
  }),
);

export const Redacted = z.looseObject({
  cluster: Cluster,
  applied: z.boolean().describe("false: it was only counted."),
  segments: Count.describe("Minutes of connections that held the name."),
  profiles: Count.describe("Hours and days of them."),
  findings: Count,
  exemptions: Count,
  acts: Count,
  register: Count.describe("Times that the cluster was retired or restored, in the register of clusters."),
  baselines: Count.describe("1: the name is the one of who published the cluster's baseline."),
  mails: Count.describe("Records of mails; the mails themselves are not reached."),
});
