// The shape of an incident in answers.
import * as z from "../core/base/zod.ts";
import { Category, Severity, Status } from "../core/findings/finding.ts";
import { MailKind } from "../core/incidents/notice-record.ts";
import { FindingAnswer } from "./finding-answer.ts";
import { Time } from "./snapshot-ref.ts";

const Told = z.object({
  at: Time,
  kind: z
    .nullable(MailKind)
    .check(z.meta({ description: "null: an earlier release sent it and kept no record." })),
  severity: z.nullable(Severity),
  subject: z.nullable(z.string()),
  messageId: z.optional(z.string()),
  unheard: z
    .optional(z.literal(true))
    .check(z.meta({ description: "The topic had no confirmed subscription: nobody got it." })),
});

const fields = {
  id: z.string().check(z.meta({ description: "The reference that its mails carry." })),
  cluster: z.string(),
  status: Status.check(
    z.meta({
      description: "The first of open, acknowledged, exempt, ended, resolved that a finding has.",
    }),
  ),
  severity: Severity.check(
    z.meta({
      description: "The worst of what goes on; where nothing does, the worst of all.",
    }),
  ),
  title: z.string().check(z.meta({ description: "What its mails are called." })),
  openedAt: Time,
  overAt: z.optional(Time).check(z.meta({ description: "When nothing of it went on any more." })),
  notices: z.array(Told).check(z.meta({ description: "What people were mailed of it, the oldest first." })),
};

const Brief = z.object({
  id: z.string(),
  detector: z.string(),
  category: Category,
  severity: Severity,
  status: Status,
  title: z.string(),
  principal: z.optional(z.string()),
  role: z.optional(z.string()),
  object: z.optional(z.string()),
});

export const IncidentRow = z
  .object({ ...fields, findings: z.array(Brief) })
  .register(z.globalRegistry, { id: "IncidentRow", description: "Findings that belong together." });

export const IncidentAnswer = z
  .object({ ...fields, findings: z.array(FindingAnswer) })
  .register(z.globalRegistry, {
    id: "Incident",
    description: "Findings that belong together, and what people were told of them.",
  });
