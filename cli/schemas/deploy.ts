// The JSON documents of the commands that prepare a deployment.
import * as z from "zod";
import { Cluster } from "./shared.ts";

const State = z.enum(["ok", "missing", "unknown"]);

const Seen = z.looseObject({
  item: z.string(),
  state: State,
  says: z.string(),
  next: z.string().nullable(),
});

export const Initialized = z.looseObject({
  file: z.string().describe("From the root of the checkout."),
  stage: z.string(),
  written: z.boolean().describe("false: --dry-run, or the file says all this already."),
  params: z.record(z.string(), z.string()).describe("Every parameter as the deployment gets it."),
  changes: z
    .array(z.looseObject({ name: z.string(), from: z.string().nullable(), to: z.string() }))
    .describe("Against the file that was there; from null: it did not say."),
  seen: z.array(Seen).describe("What AWS shows of the values."),
  next: z.array(z.string()).describe("Commands to go on with."),
});

const Merge = z.looseObject({
  of: z.string().describe("The trail or the bucket."),
  keeps: z.int().nonnegative().describe("How many settings are there now. All of them are in `puts`."),
  adds: z.unknown().describe("The only difference to what is there."),
  puts: z.unknown().describe("The whole that AWS takes in the place of what is there."),
  widened: z.array(z.string()).describe("What the translation of old selectors takes beyond today."),
});

export const Checked = z.looseObject({
  stage: z.string(),
  file: z.string(),
  items: z.array(
    z.looseObject({
      item: z.string(),
      when: z.enum(["before", "after"]).describe("Of the deployment."),
      cluster: Cluster.nullable().describe("null: an item of all clusters."),
      state: State,
      optional: z.boolean().describe("The auditor works without it; `says` tells what is lost."),
      says: z.string(),
      next: z.string().nullable().describe("A command to paste, or what to do; null: nothing."),
      merge: Merge.nullable().describe("What `next` puts, where it changes a setting that others share."),
      sql: z.array(z.string()).nullable().describe("What to run as admin in the cluster."),
    }),
  ),
  next: z.string().nullable().describe("What to run once all is ok; null: the stack is not there yet."),
});
