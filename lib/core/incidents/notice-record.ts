// What is kept of a mail that went out: when, what it was called, and which incidents it told of.
import * as z from "../base/zod.ts";
import { Severity } from "../findings/finding.ts";

/**
 * Of one incident: `opened`, `worse`, `more`, `over`. `first`: all of a new cluster at once. `storm`: many incidents at
 * once. `missed`: what went out while nobody listened. `gone`: the cluster is gone, and its incidents with it. `daily` and
 * `weekly` are summaries.
 */
export const MailKind = z.enum([
  "opened",
  "worse",
  "more",
  "over",
  "first",
  "storm",
  "missed",
  "gone",
  "daily",
  "weekly",
]);
export type MailKind = z.infer<typeof MailKind>;

export const NoticeRecord = z.object({
  at: z.int(),
  kind: MailKind,
  severity: Severity,
  subject: z.string(),
  /** As the channel named it; missing: it gave none. */
  messageId: z.optional(z.string()),
  /** The incidents that it told something new of. */
  incidents: z.array(z.string()),
  /** SNS had said that the topic has no confirmed subscription: nobody got it. */
  unheard: z.optional(z.literal(true)),
});
export type NoticeRecord = z.infer<typeof NoticeRecord>;
