// The JSON documents of the commands on incidents.
import * as z from "zod";
import { Severity, Status } from "../../lib/core/findings/finding.ts";
import { MailKind } from "../../lib/core/incidents/notice-record.ts";
import { Finding } from "./finding.ts";
import { Cluster, Time } from "./shared.ts";

const fields = {
  id: z.string().describe("The reference that its mails carry."),
  cluster: Cluster,
  status: Status.check(
    z.describe("The first of open, acknowledged, exempt, ended, resolved that a finding has."),
  ),
  severity: Severity.check(z.describe("The worst of what goes on; where nothing does, the worst of all.")),
  title: z.string().describe("What its mails are called."),
  openedAt: Time,
  overAt: Time.optional().describe("When nothing of it went on any more."),
  notices: z
    .array(
      z.looseObject({
        at: Time,
        kind: z.nullable(MailKind).describe("null: an earlier release sent it and kept no record."),
        severity: z.nullable(Severity),
        subject: z.string().nullable(),
        messageId: z.string().optional(),
        unheard: z
          .literal(true)
          .optional()
          .describe("The topic had no confirmed subscription: nobody got it."),
      }),
    )
    .describe("What people were mailed of it, the oldest first."),
};
const Brief = z.looseObject({
  id: z.string(),
  detector: z.string(),
  severity: Severity,
  status: Status,
  title: z.string(),
});

export const Incident = z.looseObject({ ...fields, findings: z.array(Finding) });
export const Incidents = z.array(z.looseObject({ ...fields, findings: z.array(Brief) }));
