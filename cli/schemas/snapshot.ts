// The JSON document of `snapshot`.
import * as z from "zod";
import { Change, Cluster, Count, Section, Time } from "./shared.ts";

const Read = z.discriminatedUnion("status", [
  z.looseObject({ status: z.literal("read"), rows: Count }),
  z.looseObject({ status: z.literal("unreadable"), reason: z.string() }),
]);

export const Snapshot = z.looseObject({
  cluster: Cluster,
  snapshot: z.int().positive().describe("Its number in the chain."),
  takenAt: Time,
  unchanged: z.boolean(),
  changes: z.array(z.looseObject({ from: Time, to: Time, ...Change.shape })),
  sections: z.partialRecord(Section, Read),
  iam: z
    .nullable(z.record(z.string(), Read))
    .describe("The parts of what IAM says of the cluster; null: it was not asked."),
});
