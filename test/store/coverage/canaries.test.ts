import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Cluster, Principal } from "../../../lib/core/base/ids.ts";
import { DAY, HOUR, MINUTE } from "../../../lib/core/base/time.ts";
import { canaryStore } from "../../../lib/store/coverage/canaries.ts";
import { coverageHours } from "../../../lib/store/coverage/coverage-hours.ts";
import { trailEventStore } from "../../../lib/store/coverage/trail-events.ts";
import { connection } from "../../support/connections.ts";
import { APP_ROLE, CLUSTER } from "../../support/records.ts";
import { testTables } from "../../support/table.ts";

let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
});
afterAll(() => tables.stop());

const cluster = CLUSTER as Cluster;
const auditor = "arn:aws:iam::111122223333:role/auditor" as Principal;
const T = Date.parse("2026-11-02T09:02:00Z");
const ALL = { from: T - DAY, to: T + DAY };

describe("canaries in the store", () => {
  it("finds its own logins again, proves the hours between, and sees the one too many", async () => {
    const table = await tables.fresh();
    const coverage = coverageHours(table);
    const store = canaryStore(table, coverage);
    for (let n = 0; n < 4; n++) await store.recordAttempt(cluster, { at: T + n * HOUR });
    const own = (n: number, id = `e${n}`) => connection(id, T + n * HOUR + 1_000, { principal: auditor });
    const logins = [own(0), own(1), own(2), own(2, "thief"), connection("app", T, { principal: APP_ROLE })];
    await store.noteLogins(logins, auditor, "event", T);
    await store.prove(cluster, ALL, []);
    expect(await coverage.coverage(cluster, ALL)).toEqual([]);
    await store.noteLogins(logins, auditor, "trail", T + MINUTE);
    await store.noteLogins(logins, auditor, "event", T + 2 * MINUTE);
    const look = await store.look(cluster, ALL, T + 3 * HOUR + 31 * MINUTE);
    expect(look.canaries.map(({ eventId }) => eventId)).toEqual(["e0", "e1", "e2", null]);
    expect(look.missed.map(({ at }) => at)).toEqual([T + 3 * HOUR]);
    expect(look.surplus.map(({ eventId }) => eventId)).toEqual(["thief"]);
    await store.prove(cluster, ALL, []);
    const H = Date.parse("2026-11-02T10:00:00Z");
    expect(await coverage.coverage(cluster, ALL)).toEqual([{ from: H, to: H + HOUR, proof: "canary" }]);
  });

  it("marks a month of hours anew with one read where they are marked, and only the new ones where not", async () => {
    const table = await tables.fresh();
    const coverage = coverageHours(table);
    const begin = Date.parse("2026-10-01T00:00:00Z");
    const month = Array.from({ length: 30 * 24 }, (_, n) => begin + n * HOUR);
    await coverage.markHours(cluster, month, "canary");
    await coverage.markHours(cluster, month.slice(0, 3), "digest");
    const marked = table.consumed();
    await coverage.markHours(cluster, month, "canary");
    const again = table.consumed();
    expect(again.calls - marked.calls).toBe(1);
    expect(again.writeUnits).toBe(marked.writeUnits);
    await coverage.markHours(cluster, [...month, begin + 30 * DAY], "canary");
    expect(table.consumed().calls - again.calls).toBe(3);
    const all = { from: begin, to: begin + 31 * DAY };
    expect((await coverage.coverage(cluster, all)).filter(({ proof }) => proof === "canary")).toEqual([
      { from: begin + 3 * HOUR, to: begin + 30 * DAY + HOUR, proof: "canary" },
    ]);
  });

  it("knows by which ways a login came, in any order, at once and however often", async () => {
    const logins = [connection("e", T, { principal: auditor })];
    const way = fc.constantFrom("trail" as const, "event" as const);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(way, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
        async (rounds) => {
          const store = canaryStore(await tables.fresh(), coverageHours(await tables.fresh()));
          for (const ways of rounds)
            await Promise.all(ways.map((one) => store.noteLogins(logins, auditor, one, T + MINUTE)));
          const all = rounds.flat();
          expect(await store.arrivals(cluster, ALL)).toEqual([{ at: T, byEvent: all.includes("event") }]);
          await store.recordAttempt(cluster, { at: T - 1_000 });
          const { canaries } = await store.look(cluster, ALL, T + HOUR);
          expect(canaries[0]?.seenInTrailAt).toBe(all.includes("trail") ? T + MINUTE : null);
        },
      ),
      { numRuns: 15 },
    );
  });

  it("writes nothing for logins that it has seen by the same way", async () => {
    const table = await tables.fresh();
    const store = canaryStore(table, coverageHours(table));
    const logins = [connection("e", T, { principal: auditor })];
    await store.noteLogins(logins, auditor, "trail", T);
    const before = table.consumed().writeUnits;
    await store.noteLogins(logins, auditor, "trail", T + 1);
    expect(table.consumed().writeUnits).toBe(before);
    await store.noteLogins(logins, auditor, "event", T + 1);
    const both = table.consumed().writeUnits;
    for (const way of ["event", "trail"] as const) await store.noteLogins(logins, auditor, way, T + 2);
    expect(table.consumed().writeUnits).toBe(both);
  });
});

describe("trail events in the store", () => {
  it("keeps each once", async () => {
    const store = trailEventStore(await tables.fresh());
    const event = {
      eventId: "e",
      at: T,
      kind: "stopped",
      name: "StopLogging",
      scope: "a/b",
      principal: auditor,
      target: null,
    } as const;
    await store.record(event);
    await store.record(event);
    expect(await store.within("a/b", ALL)).toEqual([event]);
    expect(await store.within("a/c", ALL)).toEqual([]);
  });
});
