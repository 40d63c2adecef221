// What trails hold in the field, case by case: each file of fixtures/cases/trail is read by its way and must come out right.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type LocalS3, startS3 } from "../../local/aws/s3.ts";
import { CASE_BUCKET, readCase, runCase } from "../support/trail-case.ts";

const folder = join(import.meta.dirname, "../fixtures/cases/trail");
const names = readdirSync(folder).sort();

let cwd: string;
let s3: LocalS3;
let client: S3Client;
beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), "trail-"));
  s3 = await startS3({ now: () => Date.parse("2026-11-20T12:00:00Z"), buckets: [CASE_BUCKET] });
  vi.stubEnv("AWS_ENDPOINT_URL_S3", s3.endpoint);
  vi.stubEnv("AWS_REGION", "us-east-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "x");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "x");
  client = new S3Client({});
});
afterEach(async () => {
  client.destroy();
  await s3.stop();
  vi.unstubAllEnvs();
  rmSync(cwd, { recursive: true, force: true });
});

describe("a trail of the field comes out right:", () => {
  for (const name of names) {
    const trailCase = readCase(join(folder, name));
    it(`${name}: ${trailCase.situation}`, async () => {
      expect(await runCase(cwd, trailCase, s3, client)).toMatchObject(trailCase.expected);
    }, 60_000);
  }
});
