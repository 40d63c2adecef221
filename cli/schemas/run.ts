// The JSON documents of the commands that read files, write files, and set up.
import * as z from "zod";
import { Severity } from "../../lib/core/findings/finding.ts";
import { basis, Cluster, Count, Time } from "./shared.ts";

const Rejected = z.looseObject({ file: z.string(), index: Count, reason: z.string() });

export const Ingested = z.looseObject({
  records: Count,
  connections: Count,
  counted: Count.describe("New ones."),
  duplicates: Count.describe("Seen before, in whatever way they came."),
  ignored: Count.describe("Records of other calls."),
  tooOld: Count,
  rejected: z.array(Rejected).describe("What could not be read, each with its reason."),
});

export const Reconciled = z.looseObject({
  day: z.iso.date(),
  equal: z.boolean(),
  files: Count,
  clusters: z.array(
    z.looseObject({
      cluster: Cluster,
      equal: z.boolean(),
      recorded: Count,
      counted: Count,
      differences: z.array(
        z.looseObject({ minute: Time, missing: z.array(z.string()), surplus: z.array(z.string()) }),
      ),
    }),
  ),
  rejected: z.array(Rejected),
});

export const Reported = z.looseObject({
  file: z.string(),
  cluster: Cluster,
  at: Time,
  snapshot: z.int().positive().nullable(),
  uncertainty: basis.uncertainty.nullable().describe("null: there is no snapshot."),
  open: Count,
  bytes: Count,
});

export const Setup = z.looseObject({
  sql: z.array(z.string()),
  policy: z.looseObject({ Version: z.string(), Statement: z.array(z.looseObject({})) }),
  principal: z.string().describe("Whom the SQL maps to the role: the ARN of the snapshot function's role."),
  clusters: z
    .array(Cluster)
    .nullable()
    .describe("Where to run it, in each. null: in those that the deployment watches, which were not named."),
});

export const Examined = z.array(
  z.looseObject({
    link: z.string(),
    cluster: Cluster.nullable().describe("null: a link that all clusters share."),
    state: z.enum(["ok", "broken", "unknown"]),
    says: z.string(),
    next: z.string().nullable().describe("A command to paste, or what to do; null: nothing."),
  }),
);

export const Configured = z.array(
  z.looseObject({
    name: z.string(),
    value: z.unknown(),
    from: z.string().nullable().describe("A variable, a file, or null: built in or not set."),
  }),
);

const Setting = z.looseObject({
  value: z.unknown(),
  source: z.string().describe("override, deployment, config file, default."),
  writtenAt: Time.optional(),
  by: z.string().optional(),
});
export const Settings = z.record(z.string(), Setting).describe("By name of the setting.");

export const Demonstrated = z.looseObject({
  cluster: Cluster,
  from: Time.describe("Where the story begins."),
  days: z.int().positive(),
  dormantDays: z.int().positive().describe("The window that verdicts rest on here."),
  seconds: Count.describe("How long it took."),
  snapshots: Count,
  connections: Count,
  lostInOutage: Count.describe("Connections whose records never arrived: the planted capture gap."),
  deliveries: Count.describe("Records that arrived, by both ways."),
  counted: Count.describe("Connections that the store counted."),
  told: z
    .array(
      z.looseObject({
        at: Time,
        what: z.string(),
        detector: z.string().describe("The detector whose business it is."),
        finding: z.string().nullable().describe("The id of the finding that it led to; null: none."),
        foundAs: z
          .string()
          .nullable()
          .describe("The detector that names the finding: where signs come together, another may."),
        severity: z.nullable(Severity),
        title: z.string().nullable(),
        status: z.string().nullable(),
        detectedAt: Time.nullable(),
        mail: z
          .string()
          .nullable()
          .describe("The number of the first mail about it; null: it was not mailed."),
        mailedSeverity: z
          .nullable(Severity)
          .describe("What that mail called it, which may have changed since; null: it was not mailed."),
        because: z.string().nullable(),
      }),
    )
    .describe("What was planted, and what was found of it."),
  baseline: z
    .looseObject({
      file: z.string(),
      publishedAt: Time,
      components: Count,
      drift: z.array(z.string()).describe("Each difference from it at the end, in a sentence."),
    })
    .nullable(),
  emails: z.array(z.looseObject({ file: z.string(), subject: z.string() })),
  live: z.array(z.string()).describe("What real clients saw at the end."),
  folder: z.string(),
  plan: z
    .looseObject({
      finding: z.string(),
      title: z.string(),
      steps: z.array(z.string()),
      inverse: z.array(z.string()),
      changed: Count.describe("Rows of effective privileges that are lost or gained."),
    })
    .nullable()
    .optional()
    .describe("The plan of one finding, proven; null: none that was tried is."),
  tryNext: z.array(z.string()).describe("Commands to go on with."),
});
