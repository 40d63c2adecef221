// Counts the trail files that a message names, and takes its digests for proofs. Used by the ingest function.
import type { S3Client } from "@aws-sdk/client-s3";
import { type ActivitySink, ingestSources } from "../cloudtrail/ingest-sources.ts";
import { flawOfDigest } from "../cloudtrail/prove-by-digest.ts";
import { objectsNamed, type S3Object, s3Source } from "../cloudtrail/s3-objects.ts";
import type { Rejected } from "../core/activity/activity.ts";
import { addCounts, type CountSums } from "../core/activity/ingest-counts.ts";
import type { Cluster } from "../core/base/ids.ts";
import { kindOfTrailKey } from "../core/coverage/trail-file-name.ts";
import { AuditError } from "../errors.ts";
import type { DigestIngest } from "./ingest-digest.ts";

/** What a message's objects held, as far as they could be read. */
export type ObjectsIngested = {
  /** The clusters with new connections. */
  readonly clusters: readonly Cluster[];
  /** All clusters that the objects name. */
  readonly named: readonly Cluster[];
  readonly counts: CountSums;
  /** AuditError("bad-file"): what of it could not be read, or does not hold. The message is to come again. */
  readonly flaw: AuditError | undefined;
};

/** undefined: the message names no objects. */
export type IngestObjects = (body: unknown) => Promise<ObjectsIngested> | undefined;

/**
 * Reads each log file named and counts its connections; then each digest, whose log files are read on where they were not
 * counted yet. Other objects are passed over, digests too where nobody can prove them. A file that cannot be read or holds
 * records that cannot, and a digest that does not hold, are its flaw, told after all that could be read was counted: the
 * message comes again, which counts nothing twice, and ends in the dead-letter queue. Throws what the store throws.
 */
export const objectIngest =
  (client: S3Client, sink: ActivitySink, now: () => number, digest?: DigestIngest): IngestObjects =>
  (body) => {
    const objects = objectsNamed(body);
    return objects && ingestObjects(objects, client, sink, now, digest);
  };

const ingestObjects = async (
  objects: readonly S3Object[],
  client: S3Client,
  sink: ActivitySink,
  now: () => number,
  digest: DigestIngest | undefined,
): Promise<ObjectsIngested> => {
  const logs = objects.filter(({ key }) => kindOfTrailKey(key) === "log");
  const read = await ingestSources(
    logs.map((object) => s3Source(client, object)),
    sink,
    { now: now() },
  );
  const clusters = new Set(read.clusters);
  const named = new Set(read.named);
  const parts = [read];
  const rejected = [...read.rejected];
  const unread = [...read.unread];
  const flaws: string[] = [];
  for (const object of digest ? objects.filter(({ key }) => kindOfTrailKey(key) === "digest") : []) {
    const check = await digest?.(object);
    if (check) parts.push(check.ingested);
    for (const cluster of check?.ingested.clusters ?? []) clusters.add(cluster);
    for (const cluster of check?.ingested.named ?? []) named.add(cluster);
    rejected.push(...(check?.ingested.rejected ?? []));
    unread.push(...(check?.ingested.unread ?? []));
    const flaw = check && flawOfDigest(check);
    if (flaw) flaws.push(`s3://${object.bucket}/${object.key}: ${flaw}`);
  }
  return {
    clusters: [...clusters].sort(),
    named: [...named].sort(),
    counts: addCounts(parts),
    flaw: flawOf(rejected, unread, flaws),
  };
};

const flawOf = (
  rejected: readonly Rejected[],
  unread: readonly string[],
  flaws: readonly string[],
): AuditError | undefined => {
  const [first] = rejected;
  if (first && unread.includes(first.file)) {
    const { file, reason } = first;
    return new AuditError("bad-file", reason.startsWith(file) ? reason : `${file} ${reason}`, {
      hint: "Nothing of it was counted. Once it can be read, replay the dead-letter queue: docs/operations.md says how.",
    });
  }
  if (first) {
    return new AuditError("bad-file", `${first.file}: record ${first.index}: ${first.reason}`, {
      hint: `${rejected.length} in all; the rest of the file was counted.`,
    });
  }
  return flaws[0] === undefined
    ? undefined
    : new AuditError("bad-file", flaws[0], { hint: "Its hours are not proven by it." });
};
