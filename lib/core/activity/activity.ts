// What connections add up to: tallies per minute, hour and day. Always recomputed from segments, never incremented.
import { type Cluster, Principal } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import * as z from "../base/zod.ts";
import type { Connection } from "./connection.ts";

/**
 * Connections alike in all that a detector looks at, within one stretch of time. `network` is `10.20.4.0/24`,
 * `2001:db8:1::/48`, `vpce-…` or "unknown"; `client` an agent family with its version ("aurora-dsql-nodejs-pg/0.1.9");
 * `session` a session-name shape ("orders-api-*"); `role` the database role, where it is known for certain, else "".
 */
export const Tally = z.object({
  principal: Principal,
  action: z.enum(["DbConnect", "DbConnectAdmin"]),
  outcome: z.enum(["allowed", "refused"]),
  network: z.string(),
  client: z.string(),
  session: z.string(),
  role: z.string(),
  /** The mark of a long-term access key (see `accessKeyMark`), where the record names one. */
  accessKey: z.optional(z.string()),
  count: z.int().check(z.positive()),
  firstAt: z.int(),
  lastAt: z.int(),
  /** The event of `firstAt` (smallest id among equals): evidence that a person can look up. */
  firstEventId: z.string(),
});
export type Tally = z.infer<typeof Tally>;

/** One (cluster, hour) or (cluster, day): its tallies sorted by their key, and how many fell off to keep it bounded. */
export type Profile = {
  readonly cluster: Cluster;
  readonly from: Instant;
  readonly to: Instant;
  readonly tallies: readonly Tally[];
  /** Connections whose own tally was folded into the principal's "…" tally because there were too many kinds. */
  readonly folded: number;
  /** Principals that were too many to be kept apart: at least so many stand in `unknown:others`. None without it. */
  readonly others?: number;
};

/** What an ingest run did; `counted + duplicates + tooOld` = `connections`; all records are in one of the counts. */
export type IngestCounts = {
  readonly records: number;
  readonly connections: number;
  readonly counted: number;
  readonly duplicates: number;
  readonly ignored: number;
  readonly tooOld: number;
  readonly rejected: readonly Rejected[];
};
/** One input that could not be read: where it stands, and why. Nothing of its content but the reason. */
export type Rejected = { readonly file: string; readonly index: number; readonly reason: string };

/** What the parser makes of one record. */
export type ParsedRecord =
  | { readonly kind: "connection"; readonly connection: Connection }
  | { readonly kind: "ignored"; readonly at: Instant | undefined }
  | { readonly kind: "rejected"; readonly reason: string };
