// Takes a digest file for a proof: its signature, then every log file that it names, unchanged and counted.
import { createHash, type Hash } from "node:crypto";
import { createGunzip } from "node:zlib";
import type { Instant, Interval } from "../core/base/time.ts";
import { type Scope, scopeOf } from "../core/coverage/coverage-scope.ts";
import type { VerifiedDigest } from "../core/coverage/digest-chain.ts";
import { isBackfillDigest, regionOfDigest } from "../core/coverage/trail-file-name.ts";
import { AuditError } from "../errors.ts";
import { checkSignature, linkOf, type PublicKeyPort, parseDigest, type Signature } from "./digest-file.ts";
import { type ActivitySink, type Ingested, ingestSources } from "./ingest-sources.ts";
import type { S3Object } from "./s3-objects.ts";
import type { TrailSource } from "./trail-source.ts";

export type DigestObject = {
  readonly bucket: string;
  readonly key: string;
  readonly bytes: Uint8Array;
  /** The object's metadata `signature`. */
  readonly signature?: string;
};

export type DigestPorts = {
  readonly sourceOf: (object: S3Object) => TrailSource;
  readonly publicKey: PublicKeyPort;
  readonly sink: ActivitySink;
  readonly now: Instant;
};

export type DigestCheck = {
  readonly scope: Scope;
  /** The stretch that it was written for. */
  readonly interval: Interval;
  readonly signature: Signature;
  /** Log files that are not there or may not be read, and those that are not what was signed. */
  readonly missing: readonly string[];
  readonly altered: readonly string[];
  /** There only if everything holds. A backfill digest proves its files and is no link of the chain. */
  readonly verified?: VerifiedDigest;
  readonly ingested: Ingested;
};

/** What is wrong with a digest that coming again may mend, or that a person has to look at; undefined: nothing. */
export const flawOfDigest = ({ signature, missing, altered }: DigestCheck): string | undefined => {
  if (signature === "invalid") return "its signature is not CloudTrail's";
  if (altered.length) return `${altered.length} log files that it names were changed, first ${altered[0]}`;
  if (missing.length) return `${missing.length} log files that it names are missing, first ${missing[0]}`;
  return undefined;
};

/** Hashes what is read without holding it: the hash is of the uncompressed bytes. */
const hashUncompressed = async (source: TrailSource): Promise<string> => {
  const hash: Hash = createHash("sha256");
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  const feed = async (): Promise<void> => {
    for await (const chunk of source.open()) {
      if (!gunzip.write(chunk)) await new Promise((drained) => gunzip.once("drain", drained));
    }
    gunzip.end();
  };
  const fed = feed().catch((error: unknown) => {
    gunzip.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  for await (const plain of gunzip) hash.update(plain as Uint8Array);
  await fed;
  return hash.digest("hex");
};

type Verdict = "same" | "missing" | "altered";

/** Errors that say "not there" or "not whole"; anything else is the network's, and the digest comes again. */
const verdictOf = (error: unknown): Verdict | undefined => {
  if (error instanceof AuditError) {
    return error.code === "not-found" || error.code === "denied" ? "missing" : undefined;
  }
  return error instanceof Error && "code" in error && String(error.code).startsWith("Z_")
    ? "altered"
    : undefined;
};

const compare = async (source: TrailSource, expected: string): Promise<Verdict> => {
  try {
    return (await hashUncompressed(source)) === expected ? "same" : "altered";
  } catch (error) {
    const verdict = verdictOf(error);
    if (verdict === undefined) throw error;
    return verdict;
  }
};

/**
 * Checks one digest and counts what its log files hold (which costs no writes where they were counted before). Throws
 * AuditError "bad-file" for what is no digest, and what the store or the network throws.
 */
export const proveByDigest = async (
  { bucket, key, bytes, signature: given }: DigestObject,
  { sourceOf, publicKey, sink, now }: DigestPorts,
): Promise<DigestCheck> => {
  const digest = parseDigest(`s3://${bucket}/${key}`, bytes);
  const signature = await checkSignature(digest, { bucket, key }, given, publicKey);
  const missing: string[] = [];
  const altered: string[] = [];
  const same: TrailSource[] = [];
  for (const file of digest.logFiles) {
    const source = sourceOf(file);
    const verdict = await compare(source, file.hash);
    if (verdict === "same") same.push(source);
    else (verdict === "missing" ? missing : altered).push(source.name);
  }
  const ingested = await ingestSources(same, sink, { now });
  const whole = !missing.length && !altered.length && !ingested.rejected.length && ingested.tooOld === 0;
  const holds = signature === "valid" && whole && !isBackfillDigest(key);
  return {
    scope: scopeOf(digest.account, regionOfDigest(key)),
    interval: { from: digest.from, to: digest.to },
    signature,
    missing,
    altered,
    ...(holds && { verified: linkOf(digest) }),
    ingested,
  };
};
