import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readFolder } from "../../lib/cloudtrail/read-folder.ts";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { HOUR } from "../../lib/core/base/time.ts";
import { chainOf } from "../support/digests.ts";
import { CLUSTER } from "../support/records.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "digests-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const put = (name: string, bytes: Uint8Array | string): void => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), bytes);
};
const H = Date.parse("2026-11-02T09:00:00Z");
const covered = async () => (await readFolder(folder)).coverageOf(CLUSTER as Cluster);

it("adds the quiet hours of an unbroken chain to those that have files", async () => {
  // Records lie at 08:32, 09:32 …: the chain reaches one hour further than the files where only digests were kept.
  for (const [n, { object, objects }] of chainOf(5, undefined, 3).entries()) {
    put(object.key, object.bytes);
    for (const [key, bytes] of objects) if (n < 4) put(key, bytes);
  }
  expect(await covered()).toEqual([{ from: H - HOUR, to: H + 4 * HOUR, proof: "folder" }]);
});

it("takes the hours of a missing or changed log file back, and says which", async () => {
  const chain = chainOf(4);
  for (const [n, { object, objects }] of chain.entries()) {
    put(object.key, object.bytes);
    for (const [key, bytes] of objects) if (n !== 1) put(key, n === 2 ? gzipSync('{"Records":[]}') : bytes);
  }
  const read = await readFolder(folder);
  expect(read.digestProblems.map(({ reason }) => reason)).toEqual([
    expect.stringContaining("names 1 log files"),
    expect.stringContaining("names 1 log files"),
  ]);
  expect(read.coverageOf(CLUSTER as Cluster)).toEqual([{ from: H - HOUR, to: H, proof: "folder" }]);
});

it("says of a digest that cannot be read so, and counts it for no record", async () => {
  put("AWSLogs/1/CloudTrail-Digest/us-east-1/x.json.gz", "rubbish");
  const read = await readFolder(folder);
  expect(read).toMatchObject({ records: 0, digestProblems: [{ reason: expect.stringContaining("digest") }] });
});
