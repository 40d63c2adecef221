// A folder and a bucket that hold the same keys are read alike, wherever the folder stands.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { listFolder } from "../../lib/cloudtrail/list-folder.ts";
import { prefixDigests, prefixSources } from "../../lib/cloudtrail/list-prefix.ts";
import { type LocalS3, startS3 } from "../../local/aws/s3.ts";

const BUCKETS = Array.from({ length: 30 }, (_, n) => `trail-${n}`);
let s3: LocalS3;
let client: S3Client;
beforeAll(async () => {
  s3 = await startS3({ now: () => Date.parse("2026-11-20T12:00:00Z"), buckets: BUCKETS });
  const credentials = { accessKeyId: "x", secretAccessKey: "x" };
  client = new S3Client({ endpoint: s3.endpoint, region: "us-east-1", forcePathStyle: true, credentials });
});
afterAll(async () => {
  client.destroy();
  await s3.stop();
});

const kind = fc.constantFrom(
  "CloudTrail",
  "CloudTrail-Digest",
  "CloudTrail-Insight",
  "CloudTrail-Aggregated",
  "CloudTrail-NetworkActivity",
  "Config",
);
const folders = fc.constantFrom(
  "",
  "exports/",
  "CloudTrail/",
  "CloudTrail-Digest/",
  "a/AWSLogs/",
  "deep/er/",
);
const layout = fc
  .tuple(fc.constantFrom("", "o-abc1234567/"), kind)
  .map(([organization, folder]) => `AWSLogs/${organization}111122223333/${folder}/us-east-1/2026/11/20/`);
const name = fc.oneof(
  kind.map((word) => `111122223333_${word}_us-east-1_20261120T1005Z_abc.json.gz`),
  fc.constantFrom("day.json", "day.ndjson", "notes.txt", ".hidden.json", "x.json.gz"),
);
const key = fc
  .tuple(folders, fc.oneof(layout, fc.constant("")), name)
  .map(([prefix, place, file]) => `${prefix}${place}${file}`);

it("random layouts come out the same from a folder and from S3", async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(key, { maxLength: 12 }), kind, async (keys, checkout) => {
      const bucket = BUCKETS[run++] ?? "";
      const base = mkdtempSync(join(tmpdir(), "layout-"));
      const root = join(base, checkout, "AWSLogs-copy", checkout);
      try {
        mkdirSync(root, { recursive: true });
        for (const one of keys) {
          mkdirSync(dirname(join(root, one)), { recursive: true });
          writeFileSync(join(root, one), "{}");
          s3.put({ bucket, key: one, body: "{}" });
        }
        const { logs, digests, passedOver } = listFolder(root);
        const below = (path: string): string => path.slice(root.length + 1);
        const remote = { logs: [] as string[], digests: [] as string[], passed: 0 };
        const start = `s3://${bucket}/`;
        for await (const log of prefixSources(client, start, () => remote.passed++))
          remote.logs.push(log.name.slice(start.length));
        for await (const digest of prefixDigests(client, start)) remote.digests.push(digest.key);
        expect(logs.map((log) => below(log.name)).sort()).toEqual(remote.logs.sort());
        expect(digests.map((digest) => below(digest.name)).sort()).toEqual(remote.digests.sort());
        expect(passedOver.files).toBe(remote.passed);
      } finally {
        rmSync(base, { recursive: true, force: true });
      }
    }),
    { numRuns: BUCKETS.length, endOnFailure: true },
  );
}, 60_000);
