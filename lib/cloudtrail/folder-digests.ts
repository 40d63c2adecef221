// Digest files that lie in a folder: without S3's metadata their signature cannot be checked, but what they name can. They
// prove quiet hours that left no log file, and betray log files that are missing or changed.
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Rejected } from "../core/activity/activity.ts";
import { floorTo, HOUR, type Instant } from "../core/base/time.ts";
import { type Scope, scopeOf } from "../core/coverage/coverage-scope.ts";
import { hoursProvenByDigests, type VerifiedDigest } from "../core/coverage/digest-chain.ts";
import { isBackfillDigest, regionOfDigest } from "../core/coverage/trail-file-name.ts";
import { AuditError } from "../errors.ts";
import { type DigestFile, linkOf, parseDigest } from "./digest-file.ts";
import type { TrailSource } from "./trail-source.ts";

export type FolderHours = ReadonlyMap<Scope, ReadonlySet<Instant>>;

export type FolderDigests = {
  /** Digests that cannot be read, and log files that they miss: not records, but told. */
  readonly problems: readonly Rejected[];
  /** The hours of the folder's files, without those that a digest betrays, with those that digests prove. */
  readonly adjust: (hours: FolderHours) => FolderHours;
};

const hashOf = (source: TrailSource | undefined): string | undefined => {
  try {
    const bytes = source?.bytes?.();
    if (!bytes) return undefined;
    const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
    return createHash("sha256").update(plain).digest("hex");
  } catch {
    return undefined;
  }
};

/** Reads the digests and every log file that they name, by its name anywhere in the folder. */
export const checkFolderDigests = (
  digests: readonly TrailSource[],
  logs: readonly TrailSource[],
): FolderDigests => {
  const byName = new Map(digests.length ? logs.map((log) => [basename(log.name), log]) : []);
  const problems: Rejected[] = [];
  const whole = new Map<Scope, VerifiedDigest[]>();
  const betrayed = new Map<Scope, Set<Instant>>();
  for (const source of digests) {
    let digest: DigestFile;
    try {
      digest = parseDigest(source.name, source.bytes?.() ?? new Uint8Array());
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
      const reason = error instanceof AuditError ? error.message : `cannot be read (${code})`;
      problems.push({ file: source.name, index: 0, reason });
      continue;
    }
    const scope = scopeOf(
      digest.account,
      regionOfDigest(digest.key) ?? regionOfDigest(basename(source.name)),
    );
    const bad = digest.logFiles.filter(({ key, hash }) => hashOf(byName.get(basename(key))) !== hash);
    if (!bad.length) {
      if (!isBackfillDigest(digest.key)) whole.set(scope, [...(whole.get(scope) ?? []), linkOf(digest)]);
      continue;
    }
    const hours = betrayed.get(scope) ?? new Set<Instant>();
    for (let hour = floorTo(HOUR, digest.from); hour < digest.to; hour += HOUR) hours.add(hour);
    betrayed.set(scope, hours);
    problems.push({
      file: source.name,
      index: 0,
      reason: `names ${bad.length} log files that are missing or changed, first ${basename(bad[0]?.key ?? "")}`,
    });
  }
  return {
    problems,
    adjust: (hours) => {
      const adjusted = new Map<Scope, Set<Instant>>();
      for (const scope of new Set([...hours.keys(), ...whole.keys()])) {
        const proven = hoursProvenByDigests(whole.get(scope) ?? []);
        const all = new Set([...(hours.get(scope) ?? []), ...proven]);
        adjusted.set(scope, all.difference(betrayed.get(scope) ?? new Set()));
      }
      return adjusted;
    },
  };
};
