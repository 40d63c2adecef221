// Takes the wrapping off a streamed upload: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
import { AuditError } from "../../lib/errors.ts";

/** The content of a body that was sent as `aws-chunked`; signatures and trailing checksums are passed over. */
export const decodeAwsChunked = (body: Buffer): Buffer => {
  const pieces: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = body.indexOf("\r\n", at);
    const size = /^([0-9a-f]{1,8})(;|$)/i.exec(body.toString("latin1", at, lineEnd < 0 ? at : lineEnd))?.[1];
    if (size === undefined) throw new AuditError("usage", "the body is not aws-chunked as its headers say");
    const length = Number.parseInt(size, 16);
    if (length === 0) return Buffer.concat(pieces);
    const start = lineEnd + 2;
    if (start + length > body.length) throw new AuditError("usage", "the aws-chunked body ends too early");
    pieces.push(body.subarray(start, start + length));
    at = start + length + 2;
  }
};
