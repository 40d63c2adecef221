// One trail file read both ways, which must agree; and three records to put into one.
import { expect } from "vitest";
import { readTrailBytes, readTrailFile } from "../../lib/cloudtrail/trail-file.ts";
import type { TrailFile } from "../../lib/cloudtrail/trail-sums.ts";
import type { Connection } from "../../lib/core/activity/connection.ts";
import { connectRecord, uuidOf } from "./records.ts";

/** Names the account, the Region and the hour from 09:00 on 2026-11-02. */
const NAME =
  "AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/02/111122223333_CloudTrail_us-east-1_20261102T0920Z_abc.json.gz";

type Read = TrailFile & { readonly ids: string[] };

/** Both ways of reading, with chunks of `size` bytes for the stream; they must agree. */
export const read = async (content: string | Uint8Array, { name = NAME, size = 7 } = {}): Promise<Read> => {
  const bytes = Buffer.from(content as Uint8Array);
  const open = async function* (): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  };
  const streamed: string[] = [];
  const collect = (into: string[]) => async (batch: readonly Connection[]) => {
    into.push(...batch.map(({ eventId }) => eventId));
  };
  const file = await readTrailFile({ name, open }, collect(streamed), { batch: 3 });
  const twice: string[] = [];
  expect(await readTrailFile({ name, open }, collect(twice), { batch: 3, hold: 1 })).toEqual(file);
  expect(twice).toEqual(streamed);
  const ids: string[] = [];
  expect(readTrailBytes(name, bytes, ({ eventId }) => ids.push(eventId))).toEqual(file);
  expect(ids).toEqual(streamed);
  return { ...file, ids };
};
export const three = [0, 1, 2].map((n) => connectRecord({ id: uuidOf(n) }));
export const ids = three.map(({ eventID }) => eventID);
