// The JSON document of `plan`.
import * as z from "zod";
import { connectActions } from "../../lib/core/iam/may-connect.ts";
import { Privilege, Time } from "./shared.ts";

const Step = z.looseObject({
  wall: z.enum(["sql", "iam"]).describe("Which of the two it changes: the database, or IAM."),
  text: z
    .string()
    .describe(
      "One statement or one transaction; of `iam` one command of the AWS CLI; of a step by hand a sentence.",
    ),
  undo: z
    .string()
    .describe("What takes the step back, as things stand after it; empty: nothing to take back."),
  says: z.array(z.string()).describe("What must be known before it is run."),
  byHand: z.boolean().describe("No statement: a person has to decide."),
  lasting: z
    .array(z.string())
    .optional()
    .describe(
      "What no statement takes back, in sentences; then `undo` is empty. Missing: all of it can be taken back.",
    ),
});

const Verdict = z.enum(["allowed", "denied", "conditional", "unknown"]);

const Changed = z.looseObject({
  change: z.enum(["lost", "gained"]),
  role: z.string(),
  kind: z.string(),
  schema: z.string().nullable(),
  object: z.string(),
  column: z.string().nullable(),
  privilege: Privilege,
  grantable: z.boolean(),
  holds: z.enum(["inherited", "set-role"]),
  usable: z.boolean().nullable(),
  path: z.array(z.string()),
});

export const Plan = z.looseObject({
  snapshot: z.looseObject({ seq: z.int().positive(), takenAt: Time }),
  ends: z
    .array(z.looseObject({ id: z.string().nullable(), title: z.string() }))
    .describe("The findings, or the differences from the baseline, which have no id."),
  steps: z.array(Step).describe("In the order in which they are run."),
  inverse: z.array(z.string()).describe("What restores the snapshot, in order."),
  proof: z.looseObject({
    status: z.enum(["proven", "refused", "not-proven"]),
    because: z.array(z.string()).describe("Why it is not proven; empty where it is."),
    how: z.array(z.string()).describe("How it was tried, for each wall that it changes; empty: it was not."),
    resolved: z
      .array(z.string())
      .nullable()
      .describe(
        "What is gone afterwards: ids of findings, or differences in sentences. null, as of the three that follow: it is not known, for the plan was not tried to its end; `because` says why.",
      ),
    opened: z.array(z.string()).nullable().describe("What is there afterwards and was not before."),
    changed: z.array(Changed).nullable().describe("Effective privileges that are lost and gained."),
    mayConnect: z
      .array(
        z.looseObject({
          principal: z.string(),
          action: z.enum(connectActions),
          cluster: z.string().describe("The ARN of the cluster in the Region that it is about."),
          from: Verdict,
          to: Verdict,
        }),
      )
      .nullable()
      .describe("Who may connect by IAM, where that changes."),
  }),
  usedDays: z.int().positive().describe("How far back usedBy looks."),
  usedBy: z
    .array(
      z.looseObject({
        principal: z.string(),
        role: z.string().nullable().optional(),
        allowed: z.int().nonnegative(),
        lastUseAt: Time.nullable(),
        lastUse: z.enum(["seen", "possible", "never", "unknown"]),
      }),
    )
    .describe("Who used the roles that lose or gain something. Use of single objects is not known."),
  notes: z.array(z.string()),
});
