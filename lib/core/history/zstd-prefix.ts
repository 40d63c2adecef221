// A frame of zstd that was packed with a dictionary, written as one that needs none: the dictionary goes before its blocks as
// blocks of plain bytes, so that references to it find it there. For releases of Node.js before 22.19 and 24.6, whose zstd takes
// no dictionary. Only for dictionaries of plain content: a trained one brings tables too.
// https://datatracker.ietf.org/doc/html/rfc8878#section-3.1.1 (frames and blocks) and #section-5 (dictionaries)

const MAGIC = 0xfd2fb528;
/** Bits of the frame's header descriptor. */
const SINGLE_SEGMENT = 0x20;
const CHECKSUM = 0x04;
const CHECKSUM_BYTES = 4;
/** Bytes of the fields, by their flags in the descriptor; a content size has one byte also where its flag is 0 in a single segment. */
const ID_BYTES = [0, 1, 2, 4] as const;
const SIZE_BYTES = [0, 2, 4, 8] as const;
/** What a block may hold at the most, whatever the window. */
const BLOCK = 128 * 1024;
const BLOCK_HEAD = 3;

/** The smallest window descriptor, without a mantissa, whose window holds so many bytes: 2 to the power of 10 plus its upper five bits. */
const windowFor = (bytes: number): number => Math.max(0, Math.ceil(Math.log2(bytes)) - 10) << 3;

/** A block of plain bytes that is not the last. */
const plainBlock = (bytes: Uint8Array): Buffer => {
  const head = Buffer.alloc(BLOCK_HEAD);
  head.writeUIntLE(bytes.length << 3, 0, BLOCK_HEAD);
  return Buffer.concat([head, bytes]);
};

/**
 * A frame that unpacks to the dictionary followed by what `frame` unpacks to with it. `most` is what that may be, in bytes;
 * references reach no further. Throws a RangeError where the bytes are no frame of zstd; what follows the header is not looked at.
 */
export const withPrefix = (frame: Uint8Array, dictionary: Uint8Array, most: number): Buffer => {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  if (bytes.readUInt32LE() !== MAGIC) throw new RangeError("no frame of zstd");
  const flags = bytes[4] ?? 0;
  const isSingle = (flags & SINGLE_SEGMENT) !== 0;
  const sizeBytes = SIZE_BYTES[(flags >> 6) as 0 | 1 | 2 | 3] || (isSingle ? 1 : 0);
  const from = 5 + (isSingle ? 0 : 1) + ID_BYTES[(flags & 3) as 0 | 1 | 2 | 3] + sizeBytes;
  const to = bytes.length - (flags & CHECKSUM ? CHECKSUM_BYTES : 0);
  const head = Buffer.alloc(6);
  head.writeUInt32LE(MAGIC);
  head[5] = windowFor(dictionary.length + most);
  const prefix: Buffer[] = [];
  for (let at = 0; at < dictionary.length; at += BLOCK)
    prefix.push(plainBlock(dictionary.subarray(at, at + BLOCK)));
  return Buffer.concat([head, ...prefix, bytes.subarray(from, to)]);
};
