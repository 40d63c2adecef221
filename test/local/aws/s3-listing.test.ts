// Lists of the local S3, through the real client.
import { paginateListObjectsV2 } from "@aws-sdk/client-s3";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { listPage } from "../../../local/aws/list-objects.ts";
import { Bucket, START, start } from "../../support/local-s3.ts";

describe("listing", () => {
  it("pages through a prefix in the order of bytes", async () => {
    const { s3, client, list, keys } = await start();
    const names = ["p/10", "p/2", "p/B", "p/a", "p/\u{1f642}", "p/\uff5e", "q/1", "o/1"];
    for (const key of names) s3.put({ bucket: Bucket, key, body: "x" });
    const pages: (string | undefined)[][] = [];
    for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix: "p/", MaxKeys: 2 })) {
      pages.push((page.Contents ?? []).map(({ Key }) => Key));
    }
    // U+FF5E comes before U+1F642 in UTF-8, though not in UTF-16.
    expect(pages).toEqual([
      ["p/10", "p/2"],
      ["p/B", "p/a"],
      ["p/\uff5e", "p/\u{1f642}"],
    ]);
    expect(await list({ Prefix: "p/", MaxKeys: 2 })).toMatchObject({
      IsTruncated: true,
      KeyCount: 2,
      MaxKeys: 2,
    });
    expect(await keys({ StartAfter: "p/a" })).toEqual(["p/\uff5e", "p/\u{1f642}", "q/1"]);
    expect(await list({ Prefix: "none" })).toMatchObject({ KeyCount: 0, IsTruncated: false });
    await expect(list({ ContinuationToken: "no token!" })).rejects.toMatchObject({ name: "InvalidArgument" });
  });

  it("groups by a delimiter", async () => {
    const { s3, list } = await start();
    for (const key of ["AWSLogs/1/x", "AWSLogs/1/y", "AWSLogs/2/x", "AWSLogs/top"]) {
      s3.put({ bucket: Bucket, key, body: "x" });
    }
    const { CommonPrefixes, Contents } = await list({ Prefix: "AWSLogs/", Delimiter: "/" });
    expect(CommonPrefixes).toEqual([{ Prefix: "AWSLogs/1/" }, { Prefix: "AWSLogs/2/" }]);
    expect(Contents).toMatchObject([{ Key: "AWSLogs/top", Size: 1, LastModified: new Date(START) }]);
  });

  it("shows every key and every group once, whatever the size of the pages", () => {
    const key = fc.array(fc.constantFrom("a", "b", "/", "~", "é", "🙂"), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(
        fc.uniqueArray(
          key.map((parts) => parts.join("")),
          { maxLength: 30 },
        ),
        fc.constantFrom("", "a", "a/", "b"),
        fc.constantFrom(undefined, "/"),
        fc.integer({ min: 1, max: 5 }),
        (names, prefix, delimiter, maxKeys) => {
          const sorted = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
          const seen: string[] = [];
          let token: string | undefined;
          do {
            const page = listPage(sorted, {
              prefix,
              maxKeys,
              ...(delimiter && { delimiter }),
              ...(token !== undefined && { token }),
            });
            expect((page?.keys.length ?? 0) + (page?.commonPrefixes.length ?? 0)).toBeLessThanOrEqual(
              maxKeys,
            );
            seen.push(...(page?.keys ?? []), ...(page?.commonPrefixes ?? []));
            token = page?.nextToken;
          } while (token !== undefined);
          const wanted = sorted
            .filter((name) => name.startsWith(prefix))
            .map((name) => {
              const end = delimiter ? name.indexOf(delimiter, prefix.length) : -1;
              return end < 0 ? name : name.slice(0, end + 1);
            });
          expect(seen.toSorted()).toEqual([...new Set(wanted)].toSorted());
        },
      ),
    );
  });
});
