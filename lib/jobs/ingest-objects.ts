// Counts the trail files that a message names, and takes its digests for proofs. Used by the ingest function.
import type { S3Client } from "@aws-sdk/client-s3";
import { type ActivitySink, ingestSources } from "../cloudtrail/ingest-sources.ts";
import { flawOfDigest } from "../cloudtrail/prove-by-digest.ts";
import { objectsNamed, type S3Object, s3Source } from "../cloudtrail/s3-objects.ts";
import type { Cluster } from "../core/base/ids.ts";
import { kindOfTrailKey } from "../core/coverage/trail-file-name.ts";
import { AuditError } from "../errors.ts";
import type { DigestIngest } from "./ingest-digest.ts";

/** undefined: the message names no objects. Else the clusters with new connections. */
export type IngestObjects = (body: unknown) => Promise<readonly Cluster[]> | undefined;

/**
 * Reads each log file named and counts its connections; then each digest, whose log files are read on where they were not
 * counted yet. Other objects are passed over, digests too where nobody can prove them. A file that cannot be read or holds
 * records that cannot, and a digest that does not hold, throw AuditError("bad-file") after all that could be read was
 * counted: the message comes again, which counts nothing twice, and ends in the dead-letter queue.
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
): Promise<readonly Cluster[]> => {
  const logs = objects.filter(({ key }) => kindOfTrailKey(key) === "log");
  const read = await ingestSources(
    logs.map((object) => s3Source(client, object)),
    sink,
    { now: now() },
  );
  const clusters = new Set(read.clusters);
  const rejected = [...read.rejected];
  const flaws: string[] = [];
  for (const object of digest ? objects.filter(({ key }) => kindOfTrailKey(key) === "digest") : []) {
    const check = await digest?.(object);
    for (const cluster of check?.ingested.clusters ?? []) clusters.add(cluster);
    rejected.push(...(check?.ingested.rejected ?? []));
    const flaw = check && flawOfDigest(check);
    if (flaw) flaws.push(`s3://${object.bucket}/${object.key}: ${flaw}`);
  }
  const [first] = rejected;
  if (first) {
    throw new AuditError("bad-file", `${first.file}: record ${first.index}: ${first.reason}`, {
      hint: `${rejected.length} in all; the rest of the file was counted.`,
    });
  }
  if (flaws[0]) throw new AuditError("bad-file", flaws[0], { hint: "Its hours are not proven by it." });
  return [...clusters].sort();
};
