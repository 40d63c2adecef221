// The JSON documents of `baseline`.
import * as z from "zod";
import { Baseline } from "../../lib/core/baseline/baseline.ts";
import { Cluster, Count, Section } from "./shared.ts";

export const Drift = z.array(
  z.looseObject({
    kind: z
      .enum(["undeclared", "missing", "widened", "unknown"])
      .describe("unknown: it could not be read; never called missing."),
    component: z.string().nullable().describe("That declares it, or whose role it is; null: none."),
    role: z.string().nullable().describe("PUBLIC: everybody."),
    principal: z.string().nullable().describe("Of a mapping: the ARN."),
    object: z.string().nullable(),
    privilege: z
      .string()
      .nullable()
      .describe("SELECT, ..., OWNER, MEMBER, an attribute; null: a mapping, or a role that does not exist."),
    options: z.array(z.string()).describe("GRANT OPTION, ADMIN OPTION, INHERIT OPTION, SET OPTION."),
    until: z.string().nullable().describe("The end that was declared, where it is past."),
    planned: z.string().nullable().describe("The planned change that is open: a note, no drift."),
    section: Section,
    reason: z.string().nullable().describe("Of unknown: why."),
    says: z.string().describe("The row in a sentence."),
  }),
);

/** What `init` prints: the baseline itself, or where it was written. */
export const Made = z.union([
  Baseline,
  z.looseObject({ out: z.string(), components: z.int().nonnegative() }),
]);

export const Published = z.looseObject({
  cluster: Cluster,
  version: z.int().positive().describe("1 for the first of this cluster."),
  unchanged: z.boolean(),
  components: Count,
});
