// A folder of trail files as a busy account has it: a file every five minutes of every day.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type Instant, iso, MINUTE } from "../../lib/core/base/time.ts";
import { connectRecord, foreignRecord, uuidOf } from "../../test/support/records.ts";

const FILE_EVERY = 5 * MINUTE;
/** One record in this many is of another service. */
const FOREIGN_EVERY = 10;

export type TrailFolder = { readonly folder: string; readonly files: number; readonly records: number };

/** Writes `records` in `files` files from `start` on, the last five minutes in each. Returns what was asked for. */
export const writeTrailFolder = ({
  start,
  ...trail
}: TrailFolder & { readonly start: Instant }): TrailFolder => {
  let written = 0;
  for (let file = 0; file < trail.files; file++) {
    const from = start + file * FILE_EVERY;
    const until = Math.floor(((file + 1) * trail.records) / trail.files);
    const size = until - written;
    const records = Array.from({ length: size }, (_, n) => {
      const at = from + Math.floor((n * FILE_EVERY) / size);
      const serial = written + n;
      if (serial % FOREIGN_EVERY === 0) return foreignRecord(`${iso(at).slice(0, 19)}Z`);
      return connectRecord({
        id: uuidOf(serial),
        at,
        role: `arn:aws:iam::111122223333:role/service/App${serial % 17}`,
        session: `svc-${serial % 5}-${serial.toString(16)}`,
        ip: `10.20.${serial % 30}.17`,
        vpce: null,
      });
    });
    written = until;
    const stamp = iso(from + FILE_EVERY)
      .slice(0, 16)
      .replaceAll(/[-:]/g, "");
    const day = join(
      trail.folder,
      "AWSLogs/111122223333/CloudTrail/us-east-1",
      iso(from).slice(0, 10).replaceAll("-", "/"),
    );
    mkdirSync(day, { recursive: true });
    const name = `111122223333_CloudTrail_us-east-1_${stamp}Z_${file.toString(36).padStart(16, "0")}.json.gz`;
    writeFileSync(join(day, name), gzipSync(JSON.stringify({ Records: records }), { level: 1 }));
  }
  return trail;
};
