// One segment of a slot as it is stored: hashes of what was counted, tallies of what is final, and one by one what another
// record may replace.
import type { Tally } from "../../core/activity/activity.ts";
import type { Connection } from "../../core/activity/connection.ts";
import { HASH_BYTES, packHashes, unpackHashes } from "../../core/activity/event-hash.ts";
import { betterTally, mayBeReplaced } from "../../core/activity/identity.ts";
import { sightingsOf } from "../../core/activity/sighting.ts";
import { mergeTallies, tallyOf } from "../../core/activity/tally.ts";
import { AuditError } from "../../errors.ts";
import { readItem } from "../table/stored.ts";
import type { Item } from "../table/table.ts";
import { packSightings } from "./sighting-codec.ts";
import { packTallies, unpackTallies } from "./tally-codec.ts";

/** DynamoDB's limit is 400 KB an item. */
const MAX_SEGMENT_BYTES = 300_000;
const MAX_SEGMENT_EVENTS = 8_000;

/** A hash of what the connection is counted by, and the connection. */
export type Entry = readonly [string, Connection];

export type Segment = {
  readonly attributes: Readonly<Record<string, Uint8Array>>;
  readonly entries: readonly Entry[];
};

const attributesOf = (entries: readonly Entry[]): Record<string, Uint8Array> => {
  const ordinary = entries.filter(([, connection]) => !mayBeReplaced(connection));
  const singles = entries
    .filter(([, connection]) => mayBeReplaced(connection))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const seen = sightingsOf(entries.map(([, connection]) => connection));
  return {
    seen: packSightings(seen),
    ids: packHashes(entries.map(([hash]) => hash)),
    tallies: packTallies(mergeTallies(ordinary.map(([, connection]) => tallyOf(connection)))),
    ...(singles.length > 0 && {
      singleIds: packHashes(singles.map(([hash]) => hash)),
      singles: packTallies(singles.map(([, connection]) => tallyOf(connection))),
    }),
  };
};

/** Segments of at most three quarters of DynamoDB's limit: what does not fit is halved. */
export const encodeSegments = (entries: readonly Entry[]): Segment[] => {
  if (entries.length <= MAX_SEGMENT_EVENTS) {
    const attributes = attributesOf(entries);
    const bytes = Object.values(attributes).reduce((sum, { length }) => sum + length, 0);
    if (entries.length === 1 || bytes <= MAX_SEGMENT_BYTES) return [{ attributes, entries }];
  }
  const half = Math.ceil(entries.length / 2);
  return [...encodeSegments(entries.slice(0, half)), ...encodeSegments(entries.slice(half))];
};

const hashesOf = (bytes: unknown): string[] => {
  if (!(bytes instanceof Uint8Array) || bytes.length % HASH_BYTES !== 0)
    throw new AuditError("store", "its hashes are not as they were written");
  return unpackHashes(bytes);
};

/** What the segments of one minute hold. */
export type Slot = {
  readonly ids: Set<string>;
  /** The best known of what another record may replace. */
  readonly singles: Map<string, Tally>;
  segments: number;
};

/** `own`: the hashes of what another record may replace, in the order of `tallies`. */
const partsOf = ({ ids, singleIds, singles }: Item) => {
  const own = singleIds === undefined ? [] : hashesOf(singleIds);
  return { ids: hashesOf(ids), own, tallies: own.length ? unpackTallies(singles) : [] };
};

export const slotOf = (items: readonly Item[]): Slot => {
  const slot: Slot = { ids: new Set(), singles: new Map(), segments: items.length };
  const final = new Set<string>();
  const anySingles = items.some(({ singleIds }) => singleIds !== undefined);
  for (const item of items) {
    const { ids, own, tallies } = readItem(item, partsOf);
    const single = new Set(own);
    for (const hash of ids) {
      slot.ids.add(hash);
      if (anySingles && !single.has(hash)) final.add(hash);
    }
    for (const [n, hash] of own.entries()) {
      const tally = tallies[n];
      if (tally) keepBetter(slot.singles, hash, tally);
    }
  }
  for (const hash of final) slot.singles.delete(hash);
  return slot;
};

const keepBetter = (singles: Map<string, Tally>, hash: string, tally: Tally): void => {
  const known = singles.get(hash);
  singles.set(hash, known ? betterTally(known, tally) : tally);
};

/** Whether a record tells of a connection that is not counted yet, or more of one that is. */
export const tellsMore = ({ ids, singles }: Slot, [hash, connection]: Entry): boolean => {
  if (!ids.has(hash)) return true;
  const known = singles.get(hash);
  if (known === undefined) return false;
  if (!mayBeReplaced(connection)) return true;
  const tally = tallyOf(connection);
  return betterTally(known, tally) === tally;
};

/** Notes in a slot what was put into it. */
export const noteEntries = (slot: Slot, entries: readonly Entry[]): void => {
  for (const [hash, connection] of entries) {
    slot.ids.add(hash);
    if (mayBeReplaced(connection)) keepBetter(slot.singles, hash, tallyOf(connection));
    else slot.singles.delete(hash);
  }
};

/** The tallies of one minute's segments: each connection once, by its best record. */
export const talliesOfSegments = (items: readonly Item[]): Tally[] => {
  const { singles } = slotOf(items);
  const final = items.flatMap((item) => readItem(item, ({ tallies }) => unpackTallies(tallies)));
  return [...final, ...singles.values()];
};
