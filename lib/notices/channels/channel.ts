// The port that every channel stands behind that follows each finding by itself: what it is handed, and what it says of it.
import type { FeedEvent, FeedName } from "../../core/incidents/feed.ts";
import type { AuditError } from "../../errors.ts";

/** What came of a call: events that were not taken stay due. */
export type Taken = {
  readonly taken: readonly FeedEvent[];
  /** Why some were not; undefined: all were. `config`: their own fault, so that others may be fine. */
  readonly failure?: AuditError | undefined;
};

export type Channel = {
  readonly name: FeedName;
  /** Hands over up to 100 events, in this order. Never throws what the service answers. */
  readonly send: (events: readonly FeedEvent[]) => Promise<Taken>;
};

/** Groups of at most `most` items and `bytes` together, in order; one that is larger by itself stands alone. */
export const packed = <T>(
  items: readonly T[],
  sizeOf: (item: T) => number,
  { most, bytes }: { readonly most: number; readonly bytes: number },
): readonly (readonly T[])[] => {
  const groups: T[][] = [];
  let room = 0;
  for (const item of items) {
    const size = sizeOf(item);
    const last = groups.at(-1);
    if (last && last.length < most && size <= room) {
      last.push(item);
      room -= size;
    } else {
      groups.push([item]);
      room = bytes - size;
    }
  }
  return groups;
};
