// The JSON documents of `history` and its sub-commands.
import * as z from "zod";
import { basis, Change, Cluster, Count, Hash, RecordedChange, Section, Time } from "./shared.ts";

export const Snapshots = z.array(
  z.looseObject({
    seq: z.int().positive(),
    takenAt: Time,
    manifestHash: Hash,
    changes: Count,
    rows: z.partialRecord(Section, Count.nullable()).describe("null: it could not be read."),
    unreadable: z.array(Section),
  }),
);

export const Shown = z.looseObject({
  at: Time,
  ...basis,
  catalog: z.looseObject({ cluster: Cluster, sections: z.record(z.string(), z.unknown()) }),
  lastKnown: z
    .record(z.string(), z.unknown())
    .describe("Of sections that could not be read: as they were before."),
});

const Side = z.looseObject({ at: Time, ...basis });
export const Diff = z.looseObject({
  from: Side,
  to: Side,
  changes: z
    .array(z.union([RecordedChange, Change]))
    .describe("With --all each names the snapshots around it."),
  notTold: z
    .array(z.looseObject({ kind: z.string(), names: z.array(z.string()), reason: z.string().nullable() }))
    .describe(
      "Kinds without changes of their own that differ, by the names of what differs, or that could not be compared, and why.",
    ),
});

const Held = z.looseObject({
  holds: z.enum(["yes", "no", "unknown"]),
  columns: z
    .array(z.string())
    .nullable()
    .describe("Of a table on whose whole it is not held: the columns on which it is; null: it is not known."),
  after: Time.nullable().describe("null: since before the first snapshot."),
  before: Time,
  seq: z.int().positive(),
  by: z.array(RecordedChange).describe("The changes that made it so."),
});
export const Timeline = z.looseObject({
  from: Time,
  to: Time,
  changes: z.array(RecordedChange),
  held: z.array(Held).optional(),
  iamNotWeighedBefore: Time.nullable().describe(
    "Whom IAM let in was not compared before; null: all of it was.",
  ),
  unknown: z
    .array(z.looseObject({ section: Section, from: Time.nullable(), to: Time.nullable() }))
    .describe("Stretches in which a section could not be read."),
});

export const Verified = z.looseObject({
  cluster: Cluster,
  whole: z.boolean(),
  snapshots: Count,
  chunks: Count,
  head: z.looseObject({ seq: z.int().positive(), hash: Hash }).nullable(),
  faults: z.array(z.looseObject({ kind: z.string(), seq: z.int().nullable(), message: z.string() })),
  notes: z.array(z.string()),
});

export const Retained = z.looseObject({
  cluster: Cluster,
  keepDays: z.int().positive(),
  applied: z.boolean().describe("false: it only says what it would remove."),
  before: Time.nullable(),
  removedSnapshots: Count,
  keptSnapshots: Count,
  removedChunks: Count,
  keptChunks: Count,
  days: z
    .record(z.string(), Count)
    .describe("For how many days what is kept of people stays; 0: as long as the table."),
  removedActivity: Count.describe("Items of connections: minutes, hours and days."),
  removedFindings: Count.describe("Findings that were closed."),
  removedNotices: Count.describe("Records of mails."),
  removedActs: Count.describe("Acts, and exemptions that ended."),
});
