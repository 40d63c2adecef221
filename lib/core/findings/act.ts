// What a person decided on a finding, written down for good: who, when, what and why.
import * as z from "zod";
import { Cluster } from "../base/ids.ts";

export const ActKind = z.enum(["ack", "exempt", "unexempt"]);
export type ActKind = z.infer<typeof ActKind>;

export const Act = z.object({
  cluster: Cluster,
  at: z.int(),
  kind: ActKind,
  finding: z.string(),
  /** An IAM ARN as the API's authorizer has it, or a name that the command line was given. */
  by: z.string(),
  via: z.enum(["api", "command line"]),
  note: z.optional(z.string()),
  /** Of an exemption. */
  owner: z.optional(z.string()),
  reason: z.optional(z.string()),
  until: z.optional(z.int()),
});
export type Act = z.infer<typeof Act>;
