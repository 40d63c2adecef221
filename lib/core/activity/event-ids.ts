// A column of event ids: sixteen bytes each for the UUIDs that CloudTrail gives, a text for any other.
import { readUuid, UUID_BYTES, writeUuid } from "../base/uuid-bytes.ts";

export type EventIds = {
  readonly set: (row: number, id: string) => void;
  /** "" where nothing was set. */
  readonly get: (row: number) => string;
};

/** For the rows from 0 on; it grows as rows are set. */
export const eventIds = (capacity = 0): EventIds => {
  let uuids = new Uint8Array(capacity * UUID_BYTES);
  const odd = new Map<number, string>();
  let rows = 0;
  return {
    set: (row, id) => {
      const offset = row * UUID_BYTES;
      if (offset + UUID_BYTES > uuids.length) {
        const grown = new Uint8Array(Math.max(2 * uuids.length, offset + UUID_BYTES));
        grown.set(uuids);
        uuids = grown;
      }
      if (row >= rows) rows = row + 1;
      if (odd.size) odd.delete(row);
      if (!writeUuid(uuids, offset, id)) odd.set(row, id);
    },
    get: (row) => (row < rows ? (odd.get(row) ?? readUuid(uuids, row * UUID_BYTES)) : ""),
  };
};
