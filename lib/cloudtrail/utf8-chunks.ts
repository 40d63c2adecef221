// Makes UTF-8 of a stream that may be UTF-16, which is what a shell on Windows writes; known by its first two bytes.

export type Utf8Chunks = {
  /** The chunk as UTF-8, itself where it is that already. */
  readonly of: (chunk: Uint8Array) => Uint8Array;
  /** What was waiting for more at the end of the stream. */
  readonly rest: () => Uint8Array;
};

const NOTHING = new Uint8Array();
const ENCODINGS: ReadonlyMap<number, "utf-16le" | "utf-16be"> = new Map([
  [0xfffe, "utf-16le"],
  [0xfeff, "utf-16be"],
  [0x7b00, "utf-16le"],
  [0x5b00, "utf-16le"],
  [0x007b, "utf-16be"],
  [0x005b, "utf-16be"],
]);

export const utf8Chunks = (): Utf8Chunks => {
  let head = NOTHING;
  let decoder: InstanceType<typeof TextDecoder> | null | undefined;
  return {
    of: (chunk) => {
      if (decoder === null) return chunk;
      if (decoder) return Buffer.from(decoder.decode(chunk, { stream: true }));
      const all = head.length ? Buffer.concat([head, chunk]) : chunk;
      if (all.length < 2) {
        head = Uint8Array.from(all);
        return NOTHING;
      }
      head = NOTHING;
      const encoding = ENCODINGS.get(((all[0] ?? 0) << 8) | (all[1] ?? 0));
      decoder = encoding === undefined ? null : new TextDecoder(encoding);
      return decoder ? Buffer.from(decoder.decode(all, { stream: true })) : all;
    },
    rest: () => (decoder ? Buffer.from(decoder.decode()) : head),
  };
};
