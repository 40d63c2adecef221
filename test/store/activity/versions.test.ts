// One connection that several records tell of counts once, by its best record, whatever came first.
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseRecord } from "../../../lib/cloudtrail/parse-record.ts";
import type { Connection } from "../../../lib/core/activity/connection.ts";
import type { Cluster } from "../../../lib/core/base/ids.ts";
import { DAY, HOUR } from "../../../lib/core/base/time.ts";
import { createActivityStore } from "../../../lib/store/activity/activity.ts";
import { APP_ROLE, CLUSTER, connectRecord, uuidOf } from "../../support/records.ts";
import { testTables } from "../../support/table.ts";

let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
});
afterAll(() => tables.stop());

const cluster = CLUSTER as Cluster;
const T = Date.parse("2026-11-02T09:14:07Z");
const LATER = T + 3 * HOUR;
const lately = { from: T - DAY, to: T + DAY };
const nameless = { type: "AssumedRole", principalId: "AROAEXAMPLE:s", accountId: "111122223333" };
const outside = { type: "AWSAccount", principalId: "AROAOTHER:s", accountId: "444455556666" };

const connectionOf = (record: Record<string, unknown>): Connection => {
  const parsed = parseRecord(record);
  if (parsed.kind !== "connection") throw new Error(parsed.kind);
  return parsed.connection;
};
const record = (n: number, extra: object = {}) =>
  connectionOf(connectRecord({ id: uuidOf(n), at: T, extra: { ...extra } }));
const updated = (n: number, of: number, extra: object = {}) =>
  record(n, { ...extra, addendum: { reason: "UPDATED_DATA", originalEventID: uuidOf(of) } });

const summary = async (batches: readonly (readonly Connection[])[]) => {
  const store = createActivityStore(await tables.fresh());
  let counted = 0;
  let duplicates = 0;
  for (const batch of batches) {
    const done = await store.count(batch, LATER);
    counted += done.counted;
    duplicates += done.duplicates;
    await store.fold(cluster, LATER);
  }
  const [hour] = await store.hours(cluster, lately);
  const [day] = await store.days(cluster, lately);
  expect(day?.tallies).toEqual(hour?.tallies);
  return { counted, duplicates, tallies: hour?.tallies };
};

describe("a connection with several records", () => {
  const first = record(1, { userIdentity: nameless });
  const again = updated(2, 1);

  it("is named by the record that names its caller, in either order", async () => {
    for (const order of [[[first], [again]], [[again], [first]], [[first, again]], [[again, first]]]) {
      const { counted, duplicates, tallies } = await summary(order);
      expect({ counted, duplicates }).toEqual({ counted: 1, duplicates: 1 });
      expect(tallies).toMatchObject([{ principal: APP_ROLE, count: 1 }]);
    }
  });

  it("keeps what a record said that came whole the first time", async () => {
    const whole = record(1);
    const { tallies } = await summary([[updated(2, 1, { userIdentity: nameless })], [whole]]);
    expect(tallies).toMatchObject([{ principal: APP_ROLE, count: 1, firstEventId: uuidOf(1) }]);
  });

  it("counts a record that was late, and no more, by its own name", () => {
    expect(record(3, { addendum: { reason: "DELIVERY_DELAY" } })).not.toHaveProperty("identity");
  });

  it("counts the same whatever comes first, together or twice", async () => {
    const pool = [
      first,
      again,
      record(3),
      updated(4, 3, { userIdentity: nameless }),
      record(5, { userIdentity: outside, sharedEventID: uuidOf(90) }),
      record(6, { sharedEventID: uuidOf(90) }),
      record(7, { userIdentity: outside, sharedEventID: uuidOf(91), sourceIPAddress: "192.0.2.1" }),
      record(8, { userIdentity: outside, sharedEventID: uuidOf(91), sourceIPAddress: "192.0.2.99" }),
      record(9, { userIdentity: outside }),
      record(10),
    ];
    const { counted, tallies } = await summary([pool]);
    expect(counted).toBe(6);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...pool, ...pool], { minLength: 20 }),
        fc.integer({ min: 1, max: 6 }),
        async (order, size) => {
          const batches = Array.from({ length: Math.ceil(order.length / size) }, (_, n) =>
            order.slice(n * size, (n + 1) * size),
          );
          expect(await summary(batches)).toEqual({ counted: 6, duplicates: 14, tallies });
        },
      ),
      { numRuns: 7 },
    );
  }, 120_000);
});
