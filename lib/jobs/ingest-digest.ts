// Takes a digest object of a trail's bucket for a proof of its hours. Used by the ingest function.
import type { S3Client } from "@aws-sdk/client-s3";
import type { PublicKeyPort } from "../cloudtrail/digest-file.ts";
import type { ActivitySink } from "../cloudtrail/ingest-sources.ts";
import { type DigestCheck, proveByDigest } from "../cloudtrail/prove-by-digest.ts";
import { fetchDigest } from "../cloudtrail/s3-digest.ts";
import { type S3Object, s3Source } from "../cloudtrail/s3-objects.ts";
import type { Store } from "../store/open-store.ts";

export type DigestIngest = (object: S3Object) => Promise<DigestCheck>;

/**
 * Checks the digest, counts what its log files hold, and marks the hours that its chain proves. What does not hold proves
 * nothing and is told in the result; log files that it names and that are not there as they were signed put its hours in
 * doubt until it is proven after all. AuditError "bad-file" for what is no digest. Any number of times, in any order.
 */
export const digestIngest =
  (
    client: S3Client,
    { digests, doubts }: Pick<Store, "digests" | "doubts">,
    sink: ActivitySink,
    publicKey: PublicKeyPort,
    now: () => number,
  ): DigestIngest =>
  async (object) => {
    const check = await proveByDigest(await fetchDigest(client, object), {
      sourceOf: (named) => s3Source(client, named),
      publicKey,
      sink,
      now: now(),
    });
    // Only what CloudTrail surely signed can betray files: anybody who may write to the bucket can put a digest there.
    const lost = check.signature === "valid" ? check.missing.length + check.altered.length : 0;
    const reason = `a digest file names ${lost} log files that are missing or were changed`;
    await doubts.replace(check.scope, `digest ${object.key}`, lost ? [{ ...check.interval, reason }] : []);
    if (check.verified) await digests.record(check.scope, check.verified);
    return check;
  };
