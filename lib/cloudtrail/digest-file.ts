// CloudTrail's digest files: what they name, and whether their signature is CloudTrail's.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-custom-validation.html
import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { gunzipSync } from "node:zlib";
import type { Instant } from "../core/base/time.ts";
import * as z from "../core/base/zod.ts";
import type { VerifiedDigest } from "../core/coverage/digest-chain.ts";
import { regionOfDigest } from "../core/coverage/trail-file-name.ts";
import { AuditError } from "../errors.ts";
import { eventTimeOf } from "./parse-record.ts";

const Time = z.string().check(z.refine((text) => eventTimeOf(text) !== undefined));

/** The fields that we read. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html */
const Digest = z.object({
  awsAccountId: z.string(),
  digestStartTime: Time,
  digestEndTime: Time,
  digestS3Bucket: z.string(),
  digestS3Object: z.string(),
  digestPublicKeyFingerprint: z.string(),
  digestSignatureAlgorithm: z.string(),
  previousDigestS3Bucket: z.nullish(z.string()),
  previousDigestS3Object: z.nullish(z.string()),
  previousDigestHashValue: z.nullish(z.string()),
  previousDigestSignature: z.nullish(z.string()),
  logFiles: z.array(
    z.object({
      s3Bucket: z.string(),
      s3Object: z.string(),
      hashValue: z.string(),
      hashAlgorithm: z.string(),
    }),
  ),
});

export type DigestFile = {
  readonly account: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly bucket: string;
  readonly key: string;
  readonly fingerprint: string;
  readonly algorithm: string;
  /** Hex SHA-256 of its uncompressed text: what the next one names. */
  readonly hash: string;
  /** null: the first after validation was switched on. */
  readonly previous: { readonly bucket: string; readonly key: string; readonly hash: string } | null;
  readonly logFiles: readonly { readonly bucket: string; readonly key: string; readonly hash: string }[];
  /** What is signed. */
  readonly signed: string;
};

/** What the chain of digests needs of one that was verified; nulls: the first after validation was switched on. */
export const linkOf = ({ from, to, key, hash, previous }: DigestFile): VerifiedDigest => ({
  from,
  to,
  key,
  hash,
  previousKey: previous?.key ?? null,
  previousHash: previous?.hash ?? null,
});

/** Digests are small: an hour's file names. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Reads a digest file, gzip or not. AuditError("bad-file") for anything else, also for hashes other than SHA-256. */
export const parseDigest = (name: string, bytes: Uint8Array): DigestFile => {
  const refuse = (cause: unknown): never => {
    throw new AuditError("bad-file", `${name} is not a readable digest file`, { cause });
  };
  const read = (): { text: Buffer; digest: z.infer<typeof Digest> } => {
    try {
      const gzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
      const text = gzip ? gunzipSync(bytes, { maxOutputLength: MAX_BYTES }) : Buffer.from(bytes);
      return { text, digest: Digest.parse(JSON.parse(text.toString("utf8"))) };
    } catch (error) {
      return refuse(error);
    }
  };
  const { text, digest } = read();
  const other = digest.logFiles.find(({ hashAlgorithm }) => hashAlgorithm !== "SHA-256");
  if (other) refuse(new Error(`hash algorithm ${other.hashAlgorithm}`));
  const hash = createHash("sha256").update(text).digest("hex");
  const { previousDigestS3Bucket: bucket, previousDigestS3Object: key, previousDigestHashValue } = digest;
  return {
    account: digest.awsAccountId,
    from: eventTimeOf(digest.digestStartTime) ?? 0,
    to: eventTimeOf(digest.digestEndTime) ?? 0,
    bucket: digest.digestS3Bucket,
    key: digest.digestS3Object,
    fingerprint: digest.digestPublicKeyFingerprint,
    algorithm: digest.digestSignatureAlgorithm,
    hash,
    previous:
      bucket && key && previousDigestHashValue ? { bucket, key, hash: previousDigestHashValue } : null,
    logFiles: digest.logFiles.map(({ s3Bucket, s3Object, hashValue }) => ({
      bucket: s3Bucket,
      key: s3Object,
      hash: hashValue.toLowerCase(),
    })),
    // Without a previous signature the word null stands in its place.
    signed: [
      digest.digestEndTime,
      `${digest.digestS3Bucket}/${digest.digestS3Object}`,
      hash,
      digest.previousDigestSignature ?? "null",
    ].join("\n"),
  };
};

/** A key of ListPublicKeys: RSA in PKCS #1, DER. undefined: no such key. */
export const publicKeyOf = (der: Uint8Array): KeyObject | undefined => {
  try {
    return createPublicKey({ key: Buffer.from(der), format: "der", type: "pkcs1" });
  } catch {
    return undefined;
  }
};

/** Public keys by fingerprint and the Region whose digests they sign; undefined: the Region is not known. */
export type PublicKeyPort = (
  fingerprint: string,
  at: Instant,
  region?: string,
) => Promise<KeyObject | undefined>;

export type Signature = "valid" | "invalid" | "missing" | "key-unknown";

/**
 * Whether CloudTrail signed this very file for this very place: a copy under another key is *invalid*. `signature` is the
 * object's metadata `signature`, hex.
 */
export const checkSignature = async (
  digest: DigestFile,
  place: { readonly bucket: string; readonly key: string },
  signature: string | undefined,
  publicKey: PublicKeyPort,
): Promise<Signature> => {
  if (signature === undefined || signature === "") return "missing";
  if (digest.bucket !== place.bucket || digest.key !== place.key) return "invalid";
  if (digest.algorithm !== "SHA256withRSA" || !/^(?:[0-9a-f]{2})+$/i.test(signature)) return "invalid";
  const key = await publicKey(digest.fingerprint, digest.to, regionOfDigest(place.key));
  if (key === undefined) return "key-unknown";
  return verify("RSA-SHA256", Buffer.from(digest.signed), key, Buffer.from(signature, "hex"))
    ? "valid"
    : "invalid";
};
