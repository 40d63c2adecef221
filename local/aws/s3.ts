// S3 for one machine, path-style: what the real client needs to write, read and list trail files, and the events it causes.
import { randomUUID } from "node:crypto";
import { decodeAwsChunked } from "./aws-chunked.ts";
import { type LoopbackRequest, type LoopbackResponse, startLoopback } from "./loopback-server.ts";
import { type ObjectHead, type ObjectStore, openObjectStore } from "./object-store.ts";
import { headersOf, listAnswer, META, notImitated, notificationAnswer, refuse } from "./s3-answers.ts";
import { objectWriter, type S3Put, type S3WriterOptions } from "./s3-writer.ts";

/** `cut`: the answer breaks off in the middle of the body, as a lost connection does. */
type S3Fault = "denied" | "slow-down" | "internal" | "cut";

export type S3Options = S3WriterOptions & {
  /** Where the objects live; in memory without it. */
  readonly folder?: string;
  readonly buckets: readonly string[];
};

export type LocalS3 = {
  /** For AWS_ENDPOINT_URL_S3; the client speaks path-style to an IP address by itself. */
  readonly endpoint: string;
  /** Writes without a client, event included. */
  readonly put: (object: S3Put) => void;
  /** From now on reads, writes and lists of keys with this prefix are refused; "" is the whole bucket. */
  readonly deny: (bucket: string, prefix: string) => void;
  /** The next `times` (1) requests for keys with this prefix ("") fail so. */
  readonly failNext: (fault: S3Fault, options?: { prefix?: string; times?: number }) => void;
  readonly stop: () => Promise<void>;
};

const faults: Readonly<Record<Exclude<S3Fault, "cut">, LoopbackResponse>> = {
  denied: refuse(403, "AccessDenied", "Access Denied"),
  "slow-down": refuse(503, "SlowDown", "Please reduce your request rate."),
  internal: refuse(500, "InternalError", "We encountered an internal error. Please try again."),
};

const metadataOf = ({ headers }: LoopbackRequest): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith(META))
      .map(([name, value]) => [name.slice(META.length), String(value)]),
  );

/** What a request asks beyond the plain operation; it is refused rather than passed over. */
const unknownOf = ({ url, headers }: LoopbackRequest, parameters: readonly string[]): string | undefined =>
  [...url.searchParams.keys()].find((name) => !["x-id", ...parameters].includes(name)) ??
  ["range", "if-match", "if-none-match", "if-modified-since", "x-amz-copy-source"].find(
    (name) => name in headers,
  );

const putObject = (
  put: (object: S3Put) => ObjectHead,
  bucket: string,
  key: string,
  request: LoopbackRequest,
): LoopbackResponse => {
  const { headers } = request;
  const chunked = String(headers["x-amz-content-sha256"] ?? "").startsWith("STREAMING-");
  const body = chunked ? decodeAwsChunked(request.body) : request.body;
  const encoding = String(headers["content-encoding"] ?? "").replace(/^aws-chunked,?\s*/, "");
  const { etag } = put({
    bucket,
    key,
    body,
    metadata: metadataOf(request),
    ...(headers["content-type"] && { contentType: headers["content-type"] }),
    ...(encoding && { contentEncoding: encoding }),
  });
  return { status: 200, headers: { etag: `"${etag}"`, "x-amz-request-id": randomUUID() } };
};

const getObject = (store: ObjectStore, bucket: string, key: string, cut: boolean): LoopbackResponse => {
  const head = store.head(bucket, key);
  if (!head) return refuse(404, "NoSuchKey", "The specified key does not exist.");
  const body = store.body(bucket, head);
  return {
    status: 200,
    headers: headersOf(head),
    body,
    ...(cut && { breakAfterBytes: Math.floor(body.length / 2) }),
  };
};

/** What is refused and what fails, as a test or a demonstration has planned it. */
const plannedFaults = () => {
  const denied: { bucket: string; prefix: string }[] = [];
  const ahead: { fault: S3Fault; prefix: string }[] = [];
  const deny: LocalS3["deny"] = (bucket, prefix) => void denied.push({ bucket, prefix });
  const failNext: LocalS3["failNext"] = (fault, { prefix = "", times = 1 } = {}) => {
    for (let n = 0; n < times; n += 1) ahead.push({ fault, prefix });
  };
  /** The fault of this request, which is used up by it. */
  const next = (bucket: string, asked: string): S3Fault | undefined => {
    if (denied.some((rule) => rule.bucket === bucket && asked.startsWith(rule.prefix))) return "denied";
    const planned = ahead.findIndex(({ prefix }) => asked.startsWith(prefix));
    return planned < 0 ? undefined : ahead.splice(planned, 1)[0]?.fault;
  };
  return { deny, failNext, next };
};

const LIST_PARAMETERS = [
  "list-type",
  "prefix",
  "delimiter",
  "max-keys",
  "continuation-token",
  "start-after",
  "encoding-type",
];

/** Lists a bucket; every bucket here tells EventBridge of what is put into it. */
const listBucket = (store: ObjectStore, bucket: string, request: LoopbackRequest): LoopbackResponse => {
  const { searchParams } = request.url;
  if (searchParams.has("notification")) return notificationAnswer();
  const unknown = unknownOf(request, LIST_PARAMETERS);
  if (unknown) return notImitated(unknown);
  return searchParams.get("list-type") === "2"
    ? listAnswer(store, bucket, request.url)
    : notImitated("ListObjects");
};

/** Starts the endpoint on a free loopback port. */
export const startS3 = async (options: S3Options): Promise<LocalS3> => {
  const store = openObjectStore(options.folder);
  for (const bucket of options.buckets) store.createBucket(bucket);
  const put = objectWriter(store, options);
  const planned = plannedFaults();

  const answer = (request: LoopbackRequest): LoopbackResponse => {
    const { method, url, rawPath, headers } = request;
    const [bucket = "", ...segments] = rawPath.slice(1).split("/").map(decodeURIComponent);
    const key = segments.join("/");
    if (!headers.authorization?.startsWith("AWS4-HMAC-SHA256 ")) {
      return refuse(403, "AccessDenied", "The request is not signed.");
    }
    if (!store.hasBucket(bucket)) return refuse(404, "NoSuchBucket", "The specified bucket does not exist");
    const listing = method === "GET" && key === "";
    const fault = planned.next(bucket, listing ? (url.searchParams.get("prefix") ?? "") : key);
    if (fault && fault !== "cut") return faults[fault];
    if (listing) return listBucket(store, bucket, request);
    const unknown = unknownOf(request, []);
    if (unknown) return notImitated(unknown);
    if (key === "") return notImitated(`${method} of a bucket`);
    if (method === "PUT") return putObject(put, bucket, key, request);
    if (method === "GET" || method === "HEAD") return getObject(store, bucket, key, fault === "cut");
    return notImitated(method);
  };

  const server = await startLoopback(answer);
  return {
    endpoint: server.endpoint,
    put: (object) => void put(object),
    deny: planned.deny,
    failNext: planned.failNext,
    stop: server.stop,
  };
};
