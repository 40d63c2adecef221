// What becomes of a capture gap in the store: it grows, is joined, falls apart, is proven in part, leaves the window.
import * as fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import { markTold } from "../../lib/core/incidents/due.ts";
import { isOver } from "../../lib/core/incidents/threads.ts";
import { connectionSink } from "../../lib/jobs/count-connections.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
import { provenHours } from "../../lib/queries/proven-hours.ts";
import { openStore } from "../../lib/store/open-store.ts";
import { connection } from "../support/connections.ts";
import { CLUSTER } from "../support/records.ts";
import { sqliteTables } from "../support/table.ts";

const cluster = CLUSTER as Cluster;
const T = Date.UTC(2026, 8, 1);
const tables = sqliteTables();
afterAll(() => tables.stop());

const at = (hour: number): number => T + hour * HOUR;
const hoursOf = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => at(from + n));

const gaps = async () => {
  const store = openStore(await tables.fresh(), { now: () => T });
  return {
    store,
    prove: (from: number, to: number) =>
      store.activity.markHours("111122223333/us-east-1", hoursOf(from, to), "digest"),
    doubt: (source: string, from: number, to: number) =>
      store.doubts.replace(
        cluster,
        source,
        from < to ? [{ from: at(from), to: at(to), reason: source }] : [],
      ),
    /** Looks, and tells all that there is to tell. */
    look: async (hour: number, dormantDays = 90) => {
      const { findings } = await detectCluster(store, cluster, at(hour), { dormantDays });
      const found = findings.filter(({ detector }) => detector === "capture-gap");
      const told = found.map(({ id, severity, ...one }) => ({
        id,
        severity,
        ended: isOver({ id, severity, ...one }),
        where: "notice" as const,
        detector: one.detector,
      }));
      await store.findings.update(cluster, (before) => markTold(before, told, at(hour)));
      return found.toSorted((a, b) => a.firstSeenAt - b.firstSeenAt);
    },
  };
};

it("is not called proven where a doubt joins it to another, and is not told again where they fall apart", async () => {
  const { prove, doubt, look } = await gaps();
  for (const [from, to] of [
    [0, 10],
    [15, 20],
    [25, 60],
  ] as const)
    await prove(from, to);
  const [first, second] = await look(40);
  expect([first?.status, second?.status]).toEqual(["ended", "ended"]);
  await doubt("calls", 15, 20);
  expect(await look(41)).toMatchObject([
    { id: first?.id, status: "ended", evidence: { hours: 15 } },
    {
      id: second?.id,
      status: "ended",
      closedAt: at(41),
      closedBecause: "It is a part of the gap from 2026-09-01 10:00 UTC now.",
    },
  ]);
  await doubt("calls", 0, 0);
  const apart = await look(42);
  expect(apart).toMatchObject([
    { id: first?.id, evidence: { hours: 5 }, noticedAt: at(40) },
    { id: second?.id, evidence: { hours: 5 }, noticedAt: at(40) },
  ]);
  expect(apart.every(({ closedAt, status }) => closedAt === undefined && status === "ended")).toBe(true);
});

it("that is proven in part names what stays unproven when the rest has left the window", async () => {
  const { prove, look } = await gaps();
  await prove(0, 10);
  await prove(40, 24 * 100);
  await look(60);
  await prove(25, 40);
  expect(await look(24 * 90 + 28)).toMatchObject([
    {
      status: "ended",
      closedBecause: "Its hours in the window are proven now. 15 hours before it stay unproven.",
    },
  ]);
});

it("that has left the window names its hours, and is back where a longer window reaches it", async () => {
  const { prove, look } = await gaps();
  await prove(0, 10);
  await prove(12, 24 * 100);
  expect(await look(60)).toMatchObject([
    {
      status: "ended",
      ends: expect.stringContaining("2 hours from 2026-09-01 10:00 UTC on stay unproven"),
    },
  ]);
  expect(await look(24 * 95)).toMatchObject([
    {
      status: "ended",
      closedBecause:
        "It has left the window. 2 hours between 2026-09-01 10:00 UTC and 2026-09-01 12:00 UTC were never proven.",
    },
  ]);
  const [back] = await look(24 * 96, 120);
  expect(back).toMatchObject({ status: "ended", noticedAt: at(60) });
  expect(back).not.toHaveProperty("closedAt");
});

it("is proven by canary logins whose trail files come a fortnight late", async () => {
  const { store, prove } = await gaps();
  const auditor = "arn:aws:iam::111122223333:role/auditor";
  await prove(0, 2);
  const sink = connectionSink(store, auditor as never, "trail");
  for (let hour = 2; hour < 30; hour++)
    await store.canaries.recordAttempt(cluster, { at: at(hour) + 120_000 });
  const now = at(30) + 14 * DAY;
  const unproven = async (when: number) => {
    await detectCluster(store, cluster, when, {});
    const window = { from: at(3), to: at(29) };
    return (await provenHours(store, cluster, window, when)).uncovered.hoursIn(window);
  };
  expect(await unproven(now - HOUR)).toBe(26);
  const late = hoursOf(2, 30).map((hour, n) =>
    connection(`own-${n}`, hour + 121_000, { principal: auditor }),
  );
  await sink.count(late, now);
  expect(await unproven(now)).toBe(0);
});

it("is proven by canary logins that came back while nothing was evaluated, and by those a day apart", async () => {
  const { store, prove } = await gaps();
  const auditor = "arn:aws:iam::111122223333:role/auditor";
  await prove(0, 2);
  const sink = connectionSink(store, auditor as never, "trail");
  const logIn = async (hour: number, now = at(hour) + 600_000) => {
    await store.canaries.recordAttempt(cluster, { at: at(hour) });
    await sink.count([connection(`own-${hour}`, at(hour) + 1_000, { principal: auditor })], now);
  };
  const unproven = async (from: number, to: number, now: number) => {
    await detectCluster(store, cluster, now, {});
    const window = { from: at(from), to: at(to) };
    return (await provenHours(store, cluster, window, now)).uncovered.hoursIn(window);
  };
  for (let hour = 2; hour < 5; hour++) await logIn(hour);
  expect(await unproven(2, 4, at(5))).toBe(0);
  for (let hour = 5; hour < 24 * 10; hour++) await logIn(hour);
  expect(await unproven(2, 24 * 10 - 1, at(24 * 10))).toBe(0);
  // Late, and as far apart as one that sleeps is left alone.
  for (const hour of [24 * 11, 24 * 12]) await logIn(hour, at(24 * 30));
  expect(await unproven(2, 24 * 12, at(24 * 30) + HOUR)).toBe(0);
});

it("is closed as resolved exactly where each of its hours is proven, whatever comes late or is doubted", async () => {
  const stretch = fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 12 }));
  const step = fc.record({ kind: fc.constantFrom("prove", "doubt", "explain"), stretch });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 6 }), async (steps) => {
      const { store, prove, doubt, look } = await gaps();
      await prove(0, 1);
      await prove(50, 60);
      for (const [
        n,
        {
          kind,
          stretch: [from, length],
        },
      ] of steps.entries()) {
        if (kind === "prove") await prove(from, from + length);
        else if (kind === "doubt") await doubt(`d${n}`, from, from + length);
        else await doubt(`d${n - 1}`, 0, 0);
        const found = await look(60 + n);
        const unproven = async (from: number, to: number) =>
          (await provenHours(store, cluster, { from, to }, at(60 + n))).uncovered.hoursIn({ from, to });
        const live = found.filter(({ closedAt }) => closedAt === undefined);
        for (const one of found.filter(({ closedAt }) => closedAt === at(60 + n))) {
          const left = await unproven(one.firstSeenAt, one.lastSeenAt);
          expect(one.status === "resolved", one.closedBecause).toBe(left === 0);
        }
        // Those that stand are the hours without proof, each once.
        const hours = live.reduce((sum, one) => sum + (one.lastSeenAt - one.firstSeenAt) / HOUR, 0);
        const settled = at(57 + n);
        expect(hours).toBe(await unproven(Math.min(at(0), ...live.map((one) => one.firstSeenAt)), settled));
      }
    }),
    { numRuns: 12 },
  );
});
