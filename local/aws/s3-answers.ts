// How S3 says things: its errors, an object's headers, a page of a listing.
import { randomUUID } from "node:crypto";
import { xmlDocument, xmlResponse } from "./aws-xml.ts";
import { listPage } from "./list-objects.ts";
import type { LoopbackResponse } from "./loopback-server.ts";
import type { ObjectHead, ObjectStore } from "./object-store.ts";

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

/** What the names of user metadata begin with as headers. */
export const META = "x-amz-meta-";

export const refuse = (status: number, code: string, message: string): LoopbackResponse => {
  const requestId = randomUUID();
  return xmlResponse(
    status,
    xmlDocument([
      "Error",
      [
        ["Code", code],
        ["Message", message],
        ["RequestId", requestId],
        ["HostId", "local"],
      ],
    ]),
    { "content-type": "application/xml", "x-amz-request-id": requestId },
  );
};

/** What is not imitated is refused, so that nobody builds upon it unseen. */
export const notImitated = (what: string): LoopbackResponse =>
  refuse(501, "NotImplemented", `The local stand-in does not know ${what}.`);

export const headersOf = (head: ObjectHead): Record<string, string> => ({
  "x-amz-request-id": randomUUID(),
  "content-length": String(head.size),
  "content-type": head.contentType ?? "binary/octet-stream",
  ...(head.contentEncoding && { "content-encoding": head.contentEncoding }),
  etag: `"${head.etag}"`,
  "last-modified": new Date(head.lastModified).toUTCString(),
  ...Object.fromEntries(Object.entries(head.metadata).map(([name, value]) => [META + name, value])),
});

/** Answers ListObjectsV2 with the parameters of `url`. */
export const listAnswer = (store: ObjectStore, bucket: string, { searchParams }: URL): LoopbackResponse => {
  const get = (name: string): string | undefined => searchParams.get(name) ?? undefined;
  const prefix = get("prefix") ?? "";
  const delimiter = get("delimiter");
  const startAfter = get("start-after");
  const token = get("continuation-token");
  const maxKeys = Math.min(1_000, Number(get("max-keys") ?? 1_000));
  if (!Number.isInteger(maxKeys) || maxKeys < 0)
    return refuse(400, "InvalidArgument", "max-keys is no count");
  const page = listPage(store.keys(bucket), {
    prefix,
    maxKeys,
    ...(delimiter && { delimiter }),
    ...(startAfter !== undefined && { startAfter }),
    ...(token !== undefined && { token }),
  });
  if (!page) return refuse(400, "InvalidArgument", "The continuation token provided is incorrect");
  const name = get("encoding-type") === "url" ? encodeURIComponent : (text: string) => text;
  const contents = page.keys.map((key) => {
    const head = store.head(bucket, key);
    return [
      "Contents",
      [
        ["Key", name(key)],
        ["LastModified", new Date(head?.lastModified ?? 0).toISOString()],
        ["ETag", `"${head?.etag}"`],
        ["Size", head?.size],
        ["StorageClass", "STANDARD"],
      ],
    ] as const;
  });
  return xmlResponse(
    200,
    xmlDocument(
      [
        "ListBucketResult",
        [
          ["Name", bucket],
          ["Prefix", name(prefix)],
          ["Delimiter", delimiter === undefined ? undefined : name(delimiter)],
          ["StartAfter", startAfter === undefined ? undefined : name(startAfter)],
          ["EncodingType", get("encoding-type")],
          ["KeyCount", page.keys.length + page.commonPrefixes.length],
          ["MaxKeys", maxKeys],
          ["IsTruncated", page.nextToken !== undefined],
          ["ContinuationToken", token],
          ["NextContinuationToken", page.nextToken],
          ...contents,
          ...page.commonPrefixes.map((group) => ["CommonPrefixes", [["Prefix", name(group)]]] as const),
        ],
      ],
      NAMESPACE,
    ),
    { "content-type": "application/xml" },
  );
};

/** Answers GetBucketNotificationConfiguration of a bucket that tells EventBridge, and nobody else. */
export const notificationAnswer = (): LoopbackResponse =>
  xmlResponse(
    200,
    xmlDocument(["NotificationConfiguration", [["EventBridgeConfiguration", []]]], NAMESPACE),
    {
      "content-type": "application/xml",
    },
  );
