// What can differ in IAM between two snapshots: one flat shape, so that any of it can be filtered, stored and told alike.
import * as z from "../base/zod.ts";
import { type IamPartName, iamPartNames } from "../catalog/iam-facts.ts";

/**
 * What changed, and what `before` and `after` are (null: there is none):
 * `identity` unique ids; `attached` the ARN of a managed policy; `inline`, `managed`, `cluster-policy`, `trust` digests of
 * documents, which the snapshots hold; `boundary` a policy's ARN; `group` the group's name; `tag` values; `key` "active" or
 * "inactive"; `access` verdicts, worked out when somebody asks and never stored; `unreadable` and `readable` the reason.
 */
const what = [
  "identity",
  "attached",
  "inline",
  "managed",
  "boundary",
  "group",
  "tag",
  "trust",
  "key",
  "cluster-policy",
  "unreadable",
  "readable",
  "access",
] as const;

export const IamWhat = z.enum(what);
export type IamWhat = z.infer<typeof IamWhat>;

const Part = z.enum(iamPartNames as readonly [IamPartName, ...IamPartName[]]);

export const iamChangeShape = {
  what: IamWhat,
  /** The part that tells it; null: all of IAM. */
  part: z.nullable(Part),
  /** What it is about: the ARN of an identity, a managed policy or a cluster; null for a whole part. */
  arn: z.nullable(z.string()),
  /** An inline policy, a group, a tag's key, an access key's id, an action; a managed policy's ARN. */
  name: z.nullable(z.string()),
  before: z.nullable(z.string()),
  after: z.nullable(z.string()),
};
export const IamChange = z.object({ kind: z.literal("iam"), ...iamChangeShape });
export type IamChange = z.infer<typeof IamChange>;
