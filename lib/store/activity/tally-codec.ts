// Tallies as bytes: columns of numbers that point into a table of texts, deflated, then the event ids as they are. Their
// size decides what a segment costs, and most of it is event ids: chance does not compress.
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Tally } from "../../core/activity/activity.ts";
import type { Principal } from "../../core/base/ids.ts";
import { readUuid, UUID_BYTES, writeUuid } from "../../core/base/uuid-bytes.ts";
import * as z from "../../core/base/zod.ts";
import { AuditError } from "../../errors.ts";
import { textTable } from "./text-table.ts";

const ACTIONS = ["DbConnect", "DbConnectAdmin"] as const;
const OUTCOMES = ["allowed", "refused"] as const;

/** Checked in one go: a first look reads millions, and a schema for each of them costs more than reading it. */
const Numbers = z.custom<number[]>((value) => Array.isArray(value) && value.every(Number.isSafeInteger));
const Packed = z.object({
  base: z.int(),
  texts: z.array(z.string()),
  principal: Numbers,
  /** Action and outcome. */
  kind: Numbers,
  network: Numbers,
  client: Numbers,
  session: Numbers,
  role: Numbers,
  /** One more than the text's place; 0: the records name none. Left out where no row has one. */
  accessKey: z.optional(Numbers),
  count: Numbers,
  /** After the base. */
  first: Numbers,
  /** After the first. */
  length: Numbers,
  /** By row, for event ids that are no UUIDs. */
  oddIds: z.record(z.string(), z.string()),
});
type Packed = z.infer<typeof Packed>;

const LENGTH_BYTES = 4;

export const packTallies = (tallies: readonly Tally[]): Uint8Array => {
  const { texts, place } = textTable();
  const base = tallies.reduce((least, { firstAt }) => Math.min(least, firstAt), tallies[0]?.firstAt ?? 0);
  const ids = Buffer.alloc(tallies.length * UUID_BYTES);
  const oddIds: Record<string, string> = {};
  for (const [row, { firstEventId }] of tallies.entries()) {
    if (writeUuid(ids, row * UUID_BYTES, firstEventId)) continue;
    ids.fill(0, row * UUID_BYTES, (row + 1) * UUID_BYTES);
    oddIds[row] = firstEventId;
  }
  const packed: Packed = {
    base,
    principal: tallies.map(({ principal }) => place(principal)),
    kind: tallies.map((t) => ACTIONS.indexOf(t.action) * 2 + OUTCOMES.indexOf(t.outcome)),
    network: tallies.map(({ network }) => place(network)),
    client: tallies.map(({ client }) => place(client)),
    session: tallies.map(({ session }) => place(session)),
    role: tallies.map(({ role }) => place(role)),
    ...(tallies.some(({ accessKey }) => accessKey !== undefined) && {
      accessKey: tallies.map(({ accessKey }) => (accessKey === undefined ? 0 : place(accessKey) + 1)),
    }),
    count: tallies.map(({ count }) => count),
    first: tallies.map(({ firstAt }) => firstAt - base),
    length: tallies.map(({ firstAt, lastAt }) => lastAt - firstAt),
    oddIds,
    texts,
  };
  const columns = deflateRawSync(JSON.stringify(packed), { level: 9 });
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(columns.length);
  return new Uint8Array(Buffer.concat([length, columns, ids]));
};

/** What tallies may unpack to: an item holds 400 KB, and texts of one hour are much alike. */
const MAX_UNPACKED = 256 * 1024 * 1024;

/** Throws AuditError "store" for bytes that are not ours. */
export const unpackTallies = (stored: unknown): Tally[] => {
  if (!(stored instanceof Uint8Array)) throw new AuditError("store", "A stored tally is not binary");
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
  const unpack = (): { packed: Packed; ids: Buffer } => {
    try {
      const end = LENGTH_BYTES + bytes.readUInt32LE(0);
      const columns = inflateRawSync(bytes.subarray(LENGTH_BYTES, end), {
        maxOutputLength: MAX_UNPACKED,
      }).toString("utf8");
      return { packed: Packed.parse(JSON.parse(columns)), ids: bytes.subarray(end) };
    } catch (cause) {
      throw new AuditError("store", "Stored tallies cannot be read", { cause });
    }
  };
  const { packed, ids } = unpack();
  const { texts } = packed;
  const text = (places: readonly number[], row: number): string => {
    const found = texts[places[row] ?? -1];
    if (found === undefined) throw new AuditError("store", "Stored tallies name a text that is not there");
    return found;
  };
  return packed.principal.map((_, row): Tally => {
    const kind = packed.kind[row] ?? 0;
    const firstAt = packed.base + (packed.first[row] ?? 0);
    const key = packed.accessKey?.[row] ?? 0;
    return {
      principal: text(packed.principal, row) as Principal,
      action: ACTIONS[kind >> 1] ?? "DbConnect",
      outcome: OUTCOMES[kind & 1] ?? "allowed",
      network: text(packed.network, row),
      client: text(packed.client, row),
      session: text(packed.session, row),
      role: text(packed.role, row),
      ...(key > 0 && { accessKey: texts[key - 1] ?? "" }),
      count: packed.count[row] ?? 0,
      firstAt,
      lastAt: firstAt + (packed.length[row] ?? 0),
      firstEventId: packed.oddIds[row] ?? readUuid(ids, row * UUID_BYTES),
    };
  });
};
