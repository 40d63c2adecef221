// What a person decided on a finding or a cluster, written down for good: who, when, what and why.
import { Cluster } from "../base/ids.ts";
import * as z from "../base/zod.ts";

export const ActKind = z.enum(["ack", "exempt", "unexempt"]);
export type ActKind = z.infer<typeof ActKind>;

/** `retire`: nobody reads or evaluates the cluster any more. `restore` takes that back. */
export const ClusterActKind = z.enum(["retire", "restore"]);
export type ClusterActKind = z.infer<typeof ClusterActKind>;

const decided = {
  cluster: Cluster,
  at: z.int(),
  /** An IAM ARN as the API's authorizer has it, or a name that the command line was given. */
  by: z.string(),
  via: z.enum(["api", "command line"]),
  note: z.optional(z.string()),
};

const FindingAct = z.object({
  ...decided,
  kind: ActKind,
  finding: z.string(),
  /** Of an exemption. */
  owner: z.optional(z.string()),
  reason: z.optional(z.string()),
  until: z.optional(z.int()),
});
export type FindingAct = z.infer<typeof FindingAct>;

const ClusterAct = z.object({ ...decided, kind: ClusterActKind });
type ClusterAct = z.infer<typeof ClusterAct>;

/** Somebody's name was taken out of what is kept; whose is not written down. */
const RedactAct = z.object({ ...decided, kind: z.literal("redact") });
type RedactAct = z.infer<typeof RedactAct>;

export const Act = z.discriminatedUnion("kind", [FindingAct, ClusterAct, RedactAct]);
export type Act = FindingAct | ClusterAct | RedactAct;

export const isFindingAct = (act: Act): act is FindingAct => "finding" in act;
