import { S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import { digestIngest } from "../../lib/jobs/ingest-digest.ts";
import { openStore } from "../../lib/store/open-store.ts";
import { type LocalS3, startS3 } from "../../local/aws/s3.ts";
import { BUCKET, chainOf, keyPort, START } from "../support/digests.ts";
import { CLUSTER } from "../support/records.ts";
import { testTables } from "../support/table.ts";

let s3: LocalS3;
let client: S3Client;
let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
  s3 = await startS3({ now: () => START, buckets: [BUCKET] });
  client = new S3Client({
    endpoint: s3.endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId: "x", secretAccessKey: "x" },
  });
});
afterAll(async () => {
  client.destroy();
  await s3.stop();
  await tables.stop();
});

it("proves the hours of digests as they lie in the bucket, signature in the metadata", async () => {
  const store = openStore(await tables.fresh(), { now: () => START });
  const prove = digestIngest(client, store, store.activity, keyPort, () => START + DAY);
  for (const { object, objects } of chainOf(3)) {
    for (const [key, body] of objects) s3.put({ bucket: BUCKET, key, body, contentEncoding: "gzip" });
    s3.put({
      bucket: BUCKET,
      key: object.key,
      body: object.bytes,
      metadata: { signature: object.signature ?? "" },
    });
    expect(await prove(object)).toMatchObject({ signature: "valid", ingested: { counted: 1 } });
  }
  const first = Date.parse("2026-11-02T09:00:00Z");
  const coverage = await store.activity.coverage(CLUSTER as Cluster, { from: START - DAY, to: START + DAY });
  expect(coverage).toEqual([{ from: first, to: first + 2 * HOUR, proof: "digest" }]);
  s3.put({ bucket: BUCKET, key: "unsigned.json.gz", body: chainOf(1)[0]?.object.bytes ?? "" });
  expect(await prove({ bucket: BUCKET, key: "unsigned.json.gz" })).toMatchObject({ signature: "missing" });
  await expect(prove({ bucket: BUCKET, key: "none" })).rejects.toMatchObject({ code: "not-found" });
});
