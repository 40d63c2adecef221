// How long a mapping has stood, as far as snapshots tell: the view has no timestamp of its own.
import type { Oid } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";

/** One life of one row of sys.iam_pg_role_mappings. A mapping made again has another iamOid, and so another period. */
export type MappingPeriod = {
  readonly arn: string;
  readonly iamOid: Oid;
  readonly roleOid: Oid;
  readonly roleName: string;
  /** The last snapshot that did not show it yet; null: the first snapshot already had it, its age is not known. */
  readonly notSeenAt: Instant | null;
  readonly firstSeenAt: Instant;
  readonly lastSeenAt: Instant;
  /** The first snapshot that no longer showed it; null while it stands. */
  readonly goneAt: Instant | null;
};
