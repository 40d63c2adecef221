// What stands in the detail of an event on the bus, for programs that subscribe to findings.
import * as z from "zod";
import { Severity, Status } from "../../lib/core/findings/finding.ts";
import { Finding } from "./finding.ts";
import { Time } from "./shared.ts";

const INCIDENT = z.string().describe("The incident that the finding belongs to.");

export const FindingEvent = z
  .looseObject({
    version: z.literal(1).describe("Another number is another format; fields may be added to this one."),
    id: z
      .string()
      .describe(
        "The same where one event is sent twice, which can happen: an EventBridge id differs each time.",
      ),
    event: z
      .enum(["opened", "updated", "resolved"])
      .describe(
        "opened: new, or open again. updated: another status, severity, detector or incident. resolved: nothing of it goes on; its status says whether it was mended, ended or acknowledged.",
      ),
    at: Time.describe("When it was told. Events may come in any order: a later one says more."),
    incident: INCIDENT,
    before: z
      .looseObject({ status: Status, severity: Severity, incident: INCIDENT, at: Time })
      .nullable()
      .describe("What was told last of this finding; null: nothing."),
    finding: Finding.describe("As it is now."),
    leftOut: z
      .array(z.enum(["evidence", "eventIds", "fix"]))
      .describe("Fields that were too large for an event: ask the API or `dsql-audit finding` for them."),
  })
  .meta({ title: "Detail of `finding opened`, `finding updated` and `finding resolved`" });
