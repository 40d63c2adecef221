// How content is stored: a format byte, a checksum, and zstd with a dictionary of our own vocabulary.
import { createHash } from "node:crypto";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { lazily } from "../base/lazily.ts";
import { dictionary1 } from "./packing-dictionary.ts";
import { withPrefix } from "./zstd-prefix.ts";

/** 1: zstd with dictionary 1. A new dictionary is a new format; the old one stays for ever, to read what it packed. */
const FORMAT = 1;
const dictionaries: Readonly<Record<number, Buffer>> = { 1: Buffer.from(dictionary1) };

/** zstd ignores some bits of its frame; with a checksum over the packed form no flipped bit goes unseen. */
const CHECK_BYTES = 8;
const HEAD_BYTES = 1 + CHECK_BYTES;

const checkOf = (format: number, packed: Uint8Array): Buffer =>
  createHash("sha256").update(Uint8Array.of(format)).update(packed).digest().subarray(0, CHECK_BYTES);

/** Packs bytes or text. The same content packs to the same bytes only within one release of zstd: never hash these. */
export const pack = (content: Uint8Array | string): Uint8Array => {
  const packed = zstdCompressSync(content, {
    params: { [constants.ZSTD_c_compressionLevel]: 19 },
    dictionary: dictionaries[FORMAT],
  });
  return Buffer.concat([Uint8Array.of(FORMAT), checkOf(FORMAT, packed), packed]);
};

/**
 * The content; undefined where the bytes are altered, of a later format, or would unpack to more than `most` bytes. Any
 * Node.js that has zstd reads what any other packed.
 */
export const unpack = (stored: Uint8Array, most: number): Buffer | undefined => {
  const format = stored[0] ?? 0;
  const dictionary = dictionaries[format];
  const packed = stored.subarray(HEAD_BYTES);
  if (!dictionary || !checkOf(format, packed).equals(stored.subarray(1, HEAD_BYTES))) return undefined;
  try {
    return takesDictionaries()
      ? zstdDecompressSync(packed, { maxOutputLength: most, dictionary })
      : unpackPrefixed(packed, dictionary, most);
  } catch {
    return undefined;
  }
};

/** As `zstdDecompressSync` with a dictionary, by a zstd that takes none. Throws where the bytes are no whole frame. */
export const unpackPrefixed = (packed: Uint8Array, dictionary: Uint8Array, most: number): Buffer => {
  const maxOutputLength = dictionary.length + most;
  return zstdDecompressSync(withPrefix(packed, dictionary, most), { maxOutputLength }).subarray(
    dictionary.length,
  );
};

/** Releases before 22.19 and 24.6 pass over the option without a word. */
const takesDictionaries = lazily<void, boolean>(() => {
  const words = Buffer.from("a dictionary of which all is used again");
  const packed = zstdCompressSync(words, { dictionary: words });
  return packed.length < zstdCompressSync(words).length;
});
