// The messages that the functions send to each other through queues.
import { Dial } from "../config.ts";
import { Cluster } from "../core/base/ids.ts";
import * as z from "../core/base/zod.ts";

/** A job that events asked for: not needed any more where the same was done at this moment or later. */
const unlessSince = z.optional(z.int());

/** plan -> snapshot: read the catalog of one cluster. */
export const SnapshotJob = z.object({
  cluster: Cluster,
  endpoint: z.string().check(z.minLength(1)),
  user: z.string().check(z.minLength(1)),
  dial: z.optional(Dial),
  unlessSince,
});
export type SnapshotJob = z.infer<typeof SnapshotJob>;

/** schedule, snapshot, ingest -> detect: judge one cluster again. `reason` is for people who read the queue. */
export const DetectJob = z.object({
  cluster: Cluster,
  reason: z.string(),
  unlessSince,
  /** Whoever asks does not know whether the cluster is watched: then it is evaluated only if it is. */
  ifWatched: z.optional(z.literal(true)),
});
export type DetectJob = z.infer<typeof DetectJob>;

/** detect -> notify: tell people what has not been told yet. */
export const NotifyJob = z.object({ cluster: Cluster });
export type NotifyJob = z.infer<typeof NotifyJob>;
