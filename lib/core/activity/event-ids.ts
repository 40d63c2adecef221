// A column of event ids: sixteen bytes each for the UUIDs that CloudTrail gives, a text for any other.
import { readUuid, UUID_BYTES, writeUuid } from "../base/uuid-bytes.ts";

/** What a column holds, ready to be handed to another thread. */
export type PackedIds = {
  readonly uuids: Uint8Array<ArrayBuffer>;
  /** By row: the ids that are no UUIDs. */
  readonly odd: ReadonlyMap<number, string>;
};

export type EventIds = {
  readonly set: (row: number, id: string) => void;
  /** Sets a row to what a row of another column is, or of the same. */
  readonly copy: (row: number, from: EventIds, fromRow: number) => void;
  /** Of a row that was set. */
  readonly get: (row: number) => string;
  /** The column itself, not a copy. */
  readonly packed: () => PackedIds;
};

/** A column of what `packed` gave. */
export const unpackedIds = ({ uuids, odd }: PackedIds): EventIds => columnOf(uuids, new Map(odd));

/** For the rows from 0 on; it grows as rows are set. */
export const eventIds = (capacity = 0): EventIds =>
  columnOf(new Uint8Array(capacity * UUID_BYTES), new Map());

const NO_ID = new Uint8Array(UUID_BYTES);

const columnOf = (bytes: Uint8Array<ArrayBuffer>, odd: Map<number, string>): EventIds => {
  let uuids = bytes;
  /** Where the row's bytes begin, once there is room for them. */
  const place = (row: number): number => {
    const offset = row * UUID_BYTES;
    if (offset + UUID_BYTES > uuids.length) {
      const grown = new Uint8Array(Math.max(2 * uuids.length, offset + UUID_BYTES));
      grown.set(uuids);
      uuids = grown;
    }
    if (odd.size) odd.delete(row);
    return offset;
  };
  const setOdd = (row: number, id: string): void => {
    uuids.set(NO_ID, row * UUID_BYTES);
    odd.set(row, id);
  };
  return {
    set: (row, id) => {
      const offset = place(row);
      if (!writeUuid(uuids, offset, id)) setOdd(row, id);
    },
    copy: (row, from, fromRow) => {
      const { uuids: theirs, odd: texts } = from.packed();
      const text = texts.size ? texts.get(fromRow) : undefined;
      const offset = place(row);
      if (text !== undefined) setOdd(row, text);
      else {
        const at = fromRow * UUID_BYTES;
        for (let n = 0; n < UUID_BYTES; n++) uuids[offset + n] = theirs[at + n] ?? 0;
      }
    },
    get: (row) => (odd.size ? odd.get(row) : undefined) ?? readUuid(uuids, row * UUID_BYTES),
    packed: () => ({ uuids, odd }),
  };
};
