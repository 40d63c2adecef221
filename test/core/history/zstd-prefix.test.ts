import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { unpackPrefixed } from "../../../lib/core/history/packing.ts";
import { dictionary1 } from "../../../lib/core/history/packing-dictionary.ts";

const DICTIONARY = Buffer.from(dictionary1);
const MOST = 4 * 1024 * 1024;

/** Lines as a dictionary meets them: its own, and others. */
const content = fc
  .array(fc.oneof(fc.constantFrom(...dictionary1.split("\n")), fc.string()), { maxLength: 60 })
  .map((lines) => Buffer.from(lines.join("\n")));
/** What a frame's header may say, which decides where its blocks begin and end. */
const header = fc.record({
  level: fc.constantFrom(1, 3, 19),
  checksum: fc.boolean(),
  contentSize: fc.boolean(),
  windowLog: fc.constantFrom(0, 10, 17, 20),
});
type Header = typeof header extends fc.Arbitrary<infer T> ? T : never;

const packed = (bytes: Uint8Array, dictionary: Buffer, { level, checksum, contentSize, windowLog }: Header) =>
  zstdCompressSync(bytes, {
    dictionary,
    params: {
      [constants.ZSTD_c_compressionLevel]: level,
      [constants.ZSTD_c_checksumFlag]: Number(checksum),
      [constants.ZSTD_c_contentSizeFlag]: Number(contentSize),
      [constants.ZSTD_c_windowLog]: windowLog,
    },
  });

describe("a zstd that takes no dictionary", () => {
  it("unpacks what was packed with one, whatever the frame's header says", () => {
    fc.assert(
      fc.property(content, header, (bytes, how) => {
        expect(unpackPrefixed(packed(bytes, DICTIONARY, how), DICTIONARY, MOST)).toEqual(bytes);
      }),
      { numRuns: 500 },
    );
  });

  it("unpacks content and dictionaries of many blocks", () => {
    const lines = (from: number, n: number): Buffer =>
      Buffer.from(Array.from({ length: n }, (_, i) => `line ${(from + i) * 7919} of a catalog`).join("\n"));
    const [dictionary, bytes] = [lines(0, 15_000), lines(7_000, 40_000)];
    expect(dictionary.length).toBeGreaterThan(3 * 128 * 1024);
    const frame = packed(bytes, dictionary, { level: 19, checksum: true, contentSize: true, windowLog: 0 });
    expect(unpackPrefixed(frame, dictionary, MOST)).toEqual(bytes);
  });

  it("unpacks what was packed without one", () => {
    const bytes = Buffer.from("packed where no dictionary is known");
    expect(unpackPrefixed(zstdCompressSync(bytes), DICTIONARY, MOST)).toEqual(bytes);
    expect(zstdDecompressSync(zstdCompressSync(bytes), { dictionary: DICTIONARY })).toEqual(bytes);
  });

  it("refuses content of more bytes than are allowed, and what is no frame", () => {
    const bytes = Buffer.alloc(1_000, "a");
    const frame = zstdCompressSync(bytes, { dictionary: DICTIONARY });
    expect(unpackPrefixed(frame, DICTIONARY, 1_000)).toEqual(bytes);
    expect(() => unpackPrefixed(frame, DICTIONARY, 999)).toThrow();
    for (const wrong of [Buffer.alloc(0), frame.subarray(0, 3), frame.subarray(0, 6), Buffer.alloc(20)])
      expect(() => unpackPrefixed(wrong, DICTIONARY, MOST)).toThrow();
  });

  it("ends every altered frame as an error or as other content, never otherwise", () => {
    const frame = packed(DICTIONARY, DICTIONARY, {
      level: 19,
      checksum: true,
      contentSize: true,
      windowLog: 0,
    });
    fc.assert(
      fc.property(fc.nat(frame.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const altered = Buffer.from(frame);
        altered[at] = (altered[at] ?? 0) ^ mask;
        try {
          expect(unpackPrefixed(altered, DICTIONARY, MOST).length).toBeLessThanOrEqual(MOST);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });
});
