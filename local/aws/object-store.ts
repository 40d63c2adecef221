// Where the local S3 keeps its objects: in memory, or in a folder that outlives the process.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { AuditError } from "../../lib/errors.ts";

const ObjectHead = z.object({
  key: z.string(),
  size: z.int(),
  /** MD5 in hex, without quotes. */
  etag: z.string(),
  /** Epoch ms. */
  lastModified: z.number(),
  contentType: z.optional(z.string()),
  contentEncoding: z.optional(z.string()),
  /** User metadata, names in lower case without `x-amz-meta-`. */
  metadata: z.record(z.string(), z.string()),
});
export type ObjectHead = z.infer<typeof ObjectHead>;

export type ObjectStore = {
  /** Does nothing when it is there already. AuditError("usage") when S3 would refuse the name. */
  readonly createBucket: (name: string) => void;
  readonly hasBucket: (name: string) => boolean;
  readonly put: (bucket: string, head: ObjectHead, body: Buffer) => void;
  readonly head: (bucket: string, key: string) => ObjectHead | undefined;
  readonly body: (bucket: string, head: ObjectHead) => Buffer;
  /** In the order of their UTF-8 bytes, as S3 lists them. */
  readonly keys: (bucket: string) => readonly string[];
};

type Bucket = {
  readonly heads: Map<string, ObjectHead>;
  readonly bodies: Map<string, Buffer>;
  sorted?: string[];
};

// A key may hold anything, `..` and 1,024 bytes included: on disk it is known by its hash.
const fileOf = (key: string): string => createHash("sha256").update(key).digest("hex");
const bodyFile = ({ key, etag }: ObjectHead): string => `${fileOf(key)}-${etag}.body`;

const writeWhole = (path: string, content: string | Buffer): void => {
  writeFileSync(`${path}.part`, content);
  renameSync(`${path}.part`, path);
};

const readHeads = (folder: string): Map<string, ObjectHead> => {
  const heads = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => ObjectHead.parse(JSON.parse(readFileSync(join(folder, name), "utf8"))));
  return new Map(heads.map((head) => [head.key, head]));
};

/** `folder`: where the buckets live, a folder each; in memory without it. */
export const openObjectStore = (folder?: string): ObjectStore => {
  const buckets = new Map<string, Bucket>();
  if (folder && existsSync(folder)) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (!entry.isDirectory()) continue;
      buckets.set(entry.name, { heads: readHeads(join(folder, entry.name)), bodies: new Map() });
    }
  }
  const bucketOf = (name: string): Bucket => {
    const bucket = buckets.get(name);
    if (!bucket) throw new AuditError("not-found", `there is no bucket ${name}`);
    return bucket;
  };

  return {
    createBucket: (name) => {
      // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
      if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) || name.includes("..")) {
        throw new AuditError("usage", `S3 does not take ${JSON.stringify(name)} as a bucket's name`);
      }
      if (buckets.has(name)) return;
      if (folder) mkdirSync(join(folder, name), { recursive: true });
      buckets.set(name, { heads: new Map(), bodies: new Map() });
    },
    hasBucket: (name) => buckets.has(name),
    put: (name, head, body) => {
      const bucket = bucketOf(name);
      const before = bucket.heads.get(head.key);
      if (folder) {
        // The body first: the object is there, or replaced, from the moment that its head is.
        writeWhole(join(folder, name, bodyFile(head)), body);
        writeWhole(join(folder, name, `${fileOf(head.key)}.json`), JSON.stringify(head));
        if (before && before.etag !== head.etag)
          rmSync(join(folder, name, bodyFile(before)), { force: true });
      } else {
        bucket.bodies.set(head.key, body);
      }
      bucket.heads.set(head.key, head);
      if (!before) delete bucket.sorted;
    },
    head: (name, key) => bucketOf(name).heads.get(key),
    body: (name, head) =>
      folder
        ? readFileSync(join(folder, name, bodyFile(head)))
        : (bucketOf(name).bodies.get(head.key) ?? Buffer.alloc(0)),
    keys: (name) => {
      const bucket = bucketOf(name);
      bucket.sorted ??= [...bucket.heads.keys()]
        .map((key) => ({ key, bytes: Buffer.from(key) }))
        .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
        .map(({ key }) => key);
      return bucket.sorted;
    },
  };
};
