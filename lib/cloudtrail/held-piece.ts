// Puts the bytes of one record together when it is spread over chunks, and holds no more than one record may have.

/** CloudTrail's records are at most 1 MB; what is larger is skipped to its end and reported, not held. */
export const MAX_RECORD_BYTES = 4 * 1024 * 1024;

/** `oversize`: the bytes are not there. `broken`: a line that does not end as JSON does. */
export type PieceFlaw = "oversize" | "broken";

/** The bytes are valid during the call only. */
export type OnPiece = (bytes: Buffer, flaw?: PieceFlaw) => void;

export type HeldPiece = {
  /** Whether a part of the record came in an earlier chunk. */
  readonly begun: () => boolean;
  /** Copies what the chunk has of the record. */
  readonly hold: (bytes: Buffer) => void;
  readonly forget: () => void;
  /** Hands out what was held and `rest` as one piece. */
  readonly finish: (rest: Buffer, flaw?: PieceFlaw) => void;
};

export const heldPiece = (onPiece: OnPiece): HeldPiece => {
  let held: Buffer[] = [];
  let size = 0;
  const forget = (): void => {
    held = [];
    size = 0;
  };
  return {
    begun: () => size > 0,
    forget,
    hold: (bytes) => {
      if (!bytes.length) return;
      size += bytes.length;
      if (size > MAX_RECORD_BYTES) held = [];
      else held.push(Buffer.from(bytes));
    },
    finish: (rest, flaw) => {
      const oversize = size + rest.length > MAX_RECORD_BYTES;
      const bytes = oversize ? Buffer.alloc(0) : held.length ? Buffer.concat([...held, rest]) : rest;
      forget();
      onPiece(bytes, oversize ? "oversize" : flaw);
    },
  };
};
