import { gunzipSync, gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { printable } from "../../cli/output.ts";
import { parseRecord } from "../../lib/cloudtrail/parse-record.ts";
import { readTrailBytes } from "../../lib/cloudtrail/trail-file.ts";
import { Connection } from "../../lib/core/activity/connection.ts";
import { eventHash } from "../../lib/core/activity/event-hash.ts";
import { tallyOf } from "../../lib/core/activity/tally.ts";
import { floorTo, MINUTE } from "../../lib/core/base/time.ts";
import { AuditError } from "../../lib/errors.ts";
import { html } from "../../lib/report/html.ts";
import { packTallies, unpackTallies } from "../../lib/store/activity/tally-codec.ts";
import { connectRecord, envelope, uuidOf } from "../support/records.ts";

const hostile = [
  "</script><script>alert(1)</script>",
  "\u001b[31mred\u0007\u202e",
  '=cmd|"/c calc"!A1',
  "x".repeat(5_000),
  "'; drop table roles; --",
  "\ud800",
  "a\nb\r\nc",
  "__proto__",
  "",
];
const strange: unknown[] = [
  null,
  undefined,
  0,
  -1,
  1e308,
  true,
  [],
  [[]],
  {},
  { __proto__: null },
  [null],
  ...hostile,
];

let state = 7;
const random = (below: number): number => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 4_294_967_296) * below);
};
const pick = <T>(items: readonly T[]): T => items[random(items.length)] as T;

/** Puts something strange at a random place of a record, a few levels deep. */
const mutate = (value: Record<string, unknown>): Record<string, unknown> => {
  const copy = { ...value };
  const key = pick(Object.keys(copy));
  const inner = copy[key];
  if (inner !== null && typeof inner === "object" && !Array.isArray(inner) && random(3)) {
    copy[key] = mutate(inner as Record<string, unknown>);
  } else if (random(8) === 0) delete copy[key];
  else copy[key] = pick(strange);
  return copy;
};

const identityOf = ({ cluster, at, eventId }: Connection): string =>
  `${cluster} ${floorTo(MINUTE, at)} ${eventHash(eventId)}`;

const tame = (text: string): boolean => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text);

const RECORDS = Number(process.env.FUZZ_RECORDS ?? 10_000);

it(`survives ${RECORDS} mutated records: each parsed alike by every way, none counted twice, none printed raw`, () => {
  const kinds = { connection: 0, ignored: 0, rejected: 0 };
  const counted = new Set<string>();
  let part: Record<string, unknown>[] = [];
  for (let n = 0; n < RECORDS; n++) {
    let record = mutate(connectRecord({ id: uuidOf(n) }));
    while (random(2)) record = mutate(record);
    const parsed = parseRecord(record);
    kinds[parsed.kind]++;
    if (parsed.kind === "connection") {
      const { connection } = parsed;
      counted.add(identityOf(connection));
      const tally = tallyOf(connection);
      const shown = Object.values({ ...connection, ...tally }).map(String);
      if (!shown.every((text) => tame(printable(text)))) throw new Error("raw");
      const cell = html`<td>${connection.principal} ${tally.session} ${connection.userAgent ?? ""}</td>`
        .markup;
      if (/<(?!\/?td>)/.test(cell)) throw new Error(cell);
      if (n % 50 === 0) {
        expect(Connection.parse(connection)).toEqual(connection);
        expect(unpackTallies(packTallies([tally]))).toEqual([tally]);
      }
    }
    part.push(record);
    if (part.length === 5_000) {
      // The same records once more, in a file and in envelopes: nothing new.
      const again = gzipSync(JSON.stringify([...part, ...part.map((one) => envelope(one))]), { level: 1 });
      let seen = 0;
      const before = counted.size;
      const file = readTrailBytes("fuzz", again, (connection) => {
        seen++;
        counted.add(identityOf(connection));
      });
      expect(file?.records).toBe(2 * part.length);
      expect(seen).toBe(file?.connections);
      expect(counted.size).toBe(before);
      part = [];
    }
  }
  expect(Math.min(...Object.values(kinds))).toBeGreaterThan(RECORDS / 100);
}, 60_000);

it("refuses a file with flipped bytes or reads what is whole of it, and never anything else", () => {
  const whole = gzipSync(
    JSON.stringify({ Records: Array.from({ length: 20 }, (_, n) => connectRecord({ id: uuidOf(n) })) }),
  );
  const plain = gunzipSync(whole);
  const outcomes = { read: 0, refused: 0 };
  for (let n = 0; n < 3_000; n++) {
    const bytes = Buffer.from(n % 2 ? whole : plain);
    for (let flips = 0; flips <= random(4); flips++) bytes[random(bytes.length)] = random(256);
    const ids: string[] = [];
    try {
      const file = readTrailBytes("flipped", bytes, ({ eventId }) => ids.push(eventId));
      outcomes.read++;
      expect(file?.connections).toBe(ids.length);
      expect(file?.records).toBe(
        (file?.connections ?? 0) + (file?.ignored ?? 0) + (file?.rejected.length ?? 0),
      );
    } catch (error) {
      outcomes.refused++;
      expect(error).toBeInstanceOf(AuditError);
      expect(ids).toEqual([]);
    }
  }
  expect(Math.min(outcomes.read, outcomes.refused)).toBeGreaterThan(100);
});
