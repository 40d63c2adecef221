// What was usual, kept by day: it is used while it holds, and worked out anew where something came late.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signRules } from "../../../bench/support/sign-rules.ts";
import { packEstate } from "../../../lib/core/anomaly/estate-codec.ts";
import { surprises } from "../../../lib/core/anomaly/surprise.ts";
import { Cluster } from "../../../lib/core/base/ids.ts";
import { DAY, HOUR } from "../../../lib/core/base/time.ts";
import { noteChangedDays } from "../../../lib/store/activity/changed-days.ts";
import { estateStore } from "../../../lib/store/activity/estates.ts";
import type { Table } from "../../../lib/store/table/table.ts";
import { START, steady, surpriseFacts } from "../../core/anomaly/support.ts";
import { testTables } from "../../support/table.ts";

const FIRST = START / DAY;
let made: Awaited<ReturnType<typeof testTables>>;
let table: Table;
beforeAll(async () => {
  made = await testTables();
  table = await made.fresh();
});
afterAll(() => made.stop());

const cluster = (name: string) => Cluster.parse(`arn:aws:dsql:us-east-1:111122223333:cluster/${name}`);
const estateOf = (days: number) => ({
  ...surprises(surpriseFacts(steady("app", days)), signRules).estateBefore(START + days * DAY + 5 * HOUR),
  day: FIRST + days - 1,
});

describe("kept estates", () => {
  it("come back as they were, the newest before the day that is asked for", async () => {
    const store = estateStore(table);
    const one = cluster("one");
    expect(await store.newest(one, START)).toBeUndefined();
    for (const days of [10, 11]) await store.keep(one, estateOf(days), await store.revision(one));
    const newest = await store.newest(one, START + 20 * DAY);
    expect(newest && packEstate(newest)).toBe(packEstate(estateOf(11)));
    // On its own last day an estate would know the future.
    expect((await store.newest(one, START + 10 * DAY + HOUR))?.day).toBe(FIRST + 9);
  });

  it("no longer hold when a day before their end was counted anew", async () => {
    const store = estateStore(table);
    const two = cluster("two");
    for (const days of [10, 11, 12]) await store.keep(two, estateOf(days), await store.revision(two));
    await noteChangedDays(table)(two, [FIRST + 10]);
    expect((await store.newest(two, START + 20 * DAY))?.day).toBe(FIRST + 9);
    await store.keep(two, estateOf(12), await store.revision(two));
    expect((await store.newest(two, START + 20 * DAY))?.day).toBe(FIRST + 11);
  });

  it("do not hold when the activity changed while they were worked out", async () => {
    const store = estateStore(table);
    const three = cluster("three");
    const revision = await store.revision(three);
    await noteChangedDays(table)(three, [FIRST + 4]);
    await store.keep(three, estateOf(10), revision);
    expect(await store.newest(three, START + 20 * DAY)).toBeUndefined();
  });

  it("are doubted rather than trusted when more days changed than are told apart", async () => {
    const store = estateStore(table);
    const four = cluster("four");
    await store.keep(four, estateOf(10), await store.revision(four));
    for (let day = 0; day < 60; day++) await noteChangedDays(table)(four, [FIRST + 5 + day]);
    expect(await store.newest(four, START + 90 * DAY)).toBeUndefined();
  });

  it("hold after changes of later days", async () => {
    const store = estateStore(table);
    const five = cluster("five");
    await store.keep(five, estateOf(10), await store.revision(five));
    for (let day = 0; day < 60; day++) await noteChangedDays(table)(five, [FIRST + 10 + day]);
    expect((await store.newest(five, START + 90 * DAY))?.day).toBe(FIRST + 9);
  });
});
