// S3 for one machine, path-style: what the real client needs to write, read and list trail files, and the events it causes.
import { createHash, randomUUID } from "node:crypto";
import { decodeAwsChunked } from "./aws-chunked.ts";
import { type Envelope, eventTime } from "./lambda-events.ts";
import { type LoopbackRequest, type LoopbackResponse, startLoopback } from "./loopback-server.ts";
import { type ObjectHead, openObjectStore } from "./object-store.ts";
import { headersOf, listAnswer, META, notImitated, notificationAnswer, refuse } from "./s3-answers.ts";

/** `cut`: the answer breaks off in the middle of the body, as a lost connection does. */
type S3Fault = "denied" | "slow-down" | "internal" | "cut";

type S3Put = {
  readonly bucket: string;
  readonly key: string;
  readonly body: Uint8Array | string;
  /** User metadata, names without `x-amz-meta-`. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly contentType?: string;
  /** CloudTrail sets "gzip" on its files. */
  readonly contentEncoding?: string;
};

export type S3Options = {
  /** Where the objects live; in memory without it. */
  readonly folder?: string;
  /** Epoch ms, LastModified and the events' time. */
  readonly now: () => number;
  readonly buckets: readonly string[];
  /** Gets the envelope that S3 would send to EventBridge for each object written. */
  readonly onObjectCreated?: (envelope: Envelope) => void;
  readonly account?: string;
  readonly region?: string;
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

const md5 = (body: Buffer): string => createHash("md5").update(body).digest("hex");

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

/** Writes into the store and tells of it. */
const objectWriter = (
  store: ReturnType<typeof openObjectStore>,
  { now, onObjectCreated, account = "111122223333", region = "us-east-1" }: S3Options,
) => {
  let written = 0;

  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html; the key is not URL-encoded there.
  const objectCreated = (bucket: string, { key, size, etag, lastModified }: ObjectHead): Envelope => ({
    version: "0",
    id: randomUUID(),
    "detail-type": "Object Created",
    source: "aws.s3",
    account,
    time: eventTime(lastModified),
    region,
    resources: [`arn:aws:s3:::${bucket}`],
    detail: {
      version: "0",
      bucket: { name: bucket },
      object: {
        key,
        size,
        etag,
        sequencer: (lastModified * 1_000 + written).toString(16).toUpperCase().padStart(16, "0"),
      },
      "request-id": randomUUID(),
      requester: account,
      "source-ip-address": "127.0.0.1",
      reason: "PutObject",
    },
  });

  return ({ bucket, key, body, metadata = {}, contentType, contentEncoding }: S3Put): ObjectHead => {
    const bytes = Buffer.from(body);
    const head: ObjectHead = {
      key,
      size: bytes.length,
      etag: md5(bytes),
      lastModified: now(),
      ...(contentType && { contentType }),
      ...(contentEncoding && { contentEncoding }),
      metadata: Object.fromEntries(
        Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value]),
      ),
    };
    store.put(bucket, head, bytes);
    written += 1;
    onObjectCreated?.(objectCreated(bucket, head));
    return head;
  };
};

/** Starts the endpoint on a free loopback port. */
export const startS3 = async (options: S3Options): Promise<LocalS3> => {
  const store = openObjectStore(options.folder);
  for (const bucket of options.buckets) store.createBucket(bucket);
  const denied: { bucket: string; prefix: string }[] = [];
  const ahead: { fault: S3Fault; prefix: string }[] = [];
  const put = objectWriter(store, options);

  const putObject = (bucket: string, key: string, request: LoopbackRequest): LoopbackResponse => {
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

  const getObject = (bucket: string, key: string, cut: boolean): LoopbackResponse => {
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

  const answer = (request: LoopbackRequest): LoopbackResponse => {
    const { method, url, rawPath, headers } = request;
    const [bucket = "", ...segments] = rawPath.slice(1).split("/").map(decodeURIComponent);
    const key = segments.join("/");
    if (!headers.authorization?.startsWith("AWS4-HMAC-SHA256 ")) {
      return refuse(403, "AccessDenied", "The request is not signed.");
    }
    if (!store.hasBucket(bucket)) return refuse(404, "NoSuchBucket", "The specified bucket does not exist");
    const listing = method === "GET" && key === "";
    const asked = listing ? (url.searchParams.get("prefix") ?? "") : key;
    if (denied.some((rule) => rule.bucket === bucket && asked.startsWith(rule.prefix))) return faults.denied;
    const planned = ahead.findIndex(({ prefix }) => asked.startsWith(prefix));
    const fault = planned < 0 ? undefined : ahead.splice(planned, 1)[0]?.fault;
    if (fault && fault !== "cut") return faults[fault];

    // Every bucket here tells EventBridge of what is put into it.
    if (listing && url.searchParams.has("notification")) return notificationAnswer();

    const unknown = unknownOf(
      request,
      listing
        ? [
            "list-type",
            "prefix",
            "delimiter",
            "max-keys",
            "continuation-token",
            "start-after",
            "encoding-type",
          ]
        : [],
    );
    if (unknown) return notImitated(unknown);
    if (listing) {
      return url.searchParams.get("list-type") === "2"
        ? listAnswer(store, bucket, url)
        : notImitated("ListObjects");
    }
    if (key === "") return notImitated(`${method} of a bucket`);
    if (method === "PUT") return putObject(bucket, key, request);
    if (method === "GET" || method === "HEAD") return getObject(bucket, key, fault === "cut");
    return notImitated(method);
  };

  const server = await startLoopback(answer);
  return {
    endpoint: server.endpoint,
    put: (object) => void put(object),
    deny: (bucket, prefix) => void denied.push({ bucket, prefix }),
    failNext: (fault, { prefix = "", times = 1 } = {}) => {
      for (let n = 0; n < times; n += 1) ahead.push({ fault, prefix });
    },
    stop: server.stop,
  };
};
