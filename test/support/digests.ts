// A trail's digest files, made and signed as CloudTrail does it, with a key of the test's own.
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { gzipSync } from "node:zlib";
import { publicKeyOf } from "../../lib/cloudtrail/digest-file.ts";
import type { DigestObject } from "../../lib/cloudtrail/prove-by-digest.ts";
import { HOUR } from "../../lib/core/base/time.ts";
import { connectRecord, uuidOf } from "./records.ts";

export const BUCKET = "trail";
export const START = Date.parse("2026-11-02T08:31:00Z");
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
/** As ListPublicKeys tells it. */
export const der = publicKey.export({ format: "der", type: "pkcs1" });
export const keyPort = async (fingerprint: string) => (fingerprint === "f1" ? publicKeyOf(der) : undefined);
const sha = (bytes: string | Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const isoSecond = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

/** `objects`: the log files that the digest names. */
export type DigestHour = {
  readonly object: DigestObject;
  readonly hash: string;
  readonly objects: Map<string, Uint8Array>;
};

/** A trail's hours: one log file and one digest each. `drop`: that digest is left out; `empty`: from there on no logs. */
export const chainOf = (hours: number, drop?: number, empty?: number): DigestHour[] => {
  const chain: DigestHour[] = [];
  let before: { key: string; hash: string; signature: string } | undefined;
  for (let n = 0; n < hours; n++) {
    const from = START + n * HOUR;
    const log = JSON.stringify({ Records: [connectRecord({ id: uuidOf(n), at: from + 60_000 })] });
    const logKey = `AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/02/111122223333_CloudTrail_us-east-1_x_${n}.json.gz`;
    const key = `AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/11/02/d${n}.json.gz`;
    const text = JSON.stringify({
      awsAccountId: "111122223333",
      digestStartTime: isoSecond(from),
      digestEndTime: isoSecond(from + HOUR),
      digestS3Bucket: BUCKET,
      digestS3Object: key,
      digestPublicKeyFingerprint: "f1",
      digestSignatureAlgorithm: "SHA256withRSA",
      previousDigestS3Bucket: before ? BUCKET : null,
      previousDigestS3Object: before?.key ?? null,
      previousDigestHashValue: before?.hash ?? null,
      previousDigestHashAlgorithm: "SHA-256",
      previousDigestSignature: before?.signature ?? null,
      logFiles:
        empty !== undefined && n >= empty
          ? []
          : [{ s3Bucket: BUCKET, s3Object: logKey, hashValue: sha(log), hashAlgorithm: "SHA-256" }],
    });
    const signed = `${isoSecond(from + HOUR)}\n${BUCKET}/${key}\n${sha(text)}\n${before?.signature ?? "null"}`;
    const signature = sign("RSA-SHA256", Buffer.from(signed), privateKey).toString("hex");
    before = { key, hash: sha(text), signature };
    if (n === drop) continue;
    chain.push({
      object: { bucket: BUCKET, key, bytes: gzipSync(text), signature },
      hash: sha(text),
      objects: new Map(empty !== undefined && n >= empty ? [] : [[logKey, gzipSync(log)]]),
    });
  }
  return chain;
};
