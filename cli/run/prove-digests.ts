// Proves the digests below an S3 prefix for `dsql-audit ingest`, and says what is wrong with one.
import { flawOfDigest } from "../../lib/cloudtrail/prove-by-digest.ts";
import type { S3Object } from "../../lib/cloudtrail/s3-objects.ts";
import type { Rejected } from "../../lib/core/activity/activity.ts";
import { AuditError } from "../../lib/errors.ts";
import type { DigestIngest } from "../../lib/jobs/ingest-digest.ts";
import type { Io } from "../io.ts";
import { printable } from "../output.ts";

const SHOWN_REASONS = 20;

/** `proven`: the signature is CloudTrail's, and every log file is there as it was signed. */
export type Digests = { readonly checked: number; readonly proven: number };

/** Digests are no records: what is wrong with one is said on stderr and leaves its hours unproven. */
export const warn = (io: Io, problems: readonly Rejected[]): void => {
  for (const { file, reason } of problems.slice(0, SHOWN_REASONS)) {
    io.stderr.write(`warning: ${printable(file)}: ${printable(reason)}\n`);
  }
};

/** Proves the digests of a prefix one by one; what one of them does not prove is a warning, and no end. */
export const proveDigests = async (
  objects: AsyncIterable<S3Object>,
  prove: DigestIngest,
  io: Io,
  onEach: () => void,
): Promise<Digests> => {
  const problems: Rejected[] = [];
  let checked = 0;
  let proven = 0;
  let unsigned = 0;
  for await (const object of objects) {
    io.signal.throwIfAborted();
    const file = `s3://${object.bucket}/${object.key}`;
    checked++;
    try {
      const check = await prove(object);
      const reason = flawOfDigest(check);
      if (reason !== undefined) problems.push({ file, index: 0, reason });
      else if (check.verified) proven++;
      else if (check.signature !== "valid") unsigned++;
    } catch (error) {
      if (!(error instanceof AuditError)) throw error;
      problems.push({ file, index: 0, reason: error.message });
    }
    onEach();
  }
  warn(io, problems);
  if (unsigned > 0) {
    io.stderr.write(
      `warning: ${unsigned} digests prove nothing: they have no signature, or AWS did not name its key (cloudtrail:ListPublicKeys)\n`,
    );
  }
  return { checked, proven };
};
