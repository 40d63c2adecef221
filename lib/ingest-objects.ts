// Counts the trail files that a message names. Used by the ingest function.
import type { S3Client } from "@aws-sdk/client-s3";
import { type ActivitySink, ingestSources } from "./cloudtrail/ingest-sources.ts";
import { objectsNamed, s3Source } from "./cloudtrail/s3-objects.ts";
import type { Cluster } from "./core/ids.ts";
import { kindOfTrailKey } from "./core/trail-file-name.ts";
import { AuditError } from "./errors.ts";

/** undefined: the message names no objects. Else the clusters with new connections. */
export type IngestObjects = (body: unknown) => Promise<readonly Cluster[]> | undefined;

/**
 * Reads each log file named and counts its connections; digests and other objects are passed over. A file that cannot
 * be read, or holds records that cannot, throws AuditError("bad-file"), after all that could be read was counted: the
 * message ends in the dead-letter queue, and replaying it counts nothing twice.
 */
export const objectIngest =
  (client: S3Client, sink: ActivitySink, now: () => number): IngestObjects =>
  (body) => {
    const objects = objectsNamed(body);
    if (!objects) return undefined;
    const logs = objects.filter(({ key }) => kindOfTrailKey(key) === "log");
    return ingestSources(
      logs.map((object) => s3Source(client, object)),
      sink,
      { now: now() },
    ).then(({ clusters, rejected }) => {
      const [first] = rejected;
      if (first) {
        throw new AuditError("bad-file", `${first.file}: record ${first.index}: ${first.reason}`, {
          hint: `${rejected.length} in all; the rest of the file was counted.`,
        });
      }
      return clusters;
    });
  };
