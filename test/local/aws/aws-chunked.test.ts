// Bodies in chunks, as the client streams them.
import { describe, expect, it } from "vitest";
import { decodeAwsChunked } from "../../../local/aws/aws-chunked.ts";

describe("decodeAwsChunked", () => {
  it.each(["", "zz\r\n", "5\r\nabc\r\n0\r\n\r\n", "3\r\nabc"])("refuses %j", (body) => {
    expect(() => decodeAwsChunked(Buffer.from(body))).toThrowError(
      expect.objectContaining({ name: "AuditError", code: "usage" }),
    );
  });

  it("passes over signatures and trailers", () => {
    const body = "3;chunk-signature=ff\r\nabc\r\n2\r\nde\r\n0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n";
    expect(decodeAwsChunked(Buffer.from(body)).toString()).toBe("abcde");
  });
});
