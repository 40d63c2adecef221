// What the detect function counts for alarms while the auditor itself does not see.
import type { Context, SQSEvent } from "aws-lambda";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { detectHandler } from "../../handlers/detect.ts";
import { HOUR } from "../../lib/core/base/time.ts";
import { defaultSettings } from "../../lib/core/findings/settings.ts";
import type { ChannelName } from "../../lib/core/incidents/feed.ts";
import type { MetricName } from "../../lib/log.ts";
import { registerCluster } from "../../lib/store/history/clusters.ts";
import { createSnapshotStore } from "../../lib/store/history/snapshots.ts";
import { openStore } from "../../lib/store/open-store.ts";
import { cluster, estate } from "../support/catalogs.ts";
import { findingOf } from "../support/query-world.ts";
import { testTables } from "../support/table.ts";

const T = Date.UTC(2026, 8, 12, 15, 6);
let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
});
afterAll(() => tables.stop());

/** A cluster with one snapshot at T; evaluates it, and says what was counted. */
const worldOf = async () => {
  const table = await tables.fresh();
  const store = openStore(table, { now: () => T });
  await registerCluster(table, cluster);
  await createSnapshotStore(table, { now: () => T }).save(cluster, estate(), T);
  const evaluate = async (now: number): Promise<MetricName[]> => {
    const counted: MetricName[] = [];
    const handler = detectHandler({
      ...{ now: () => now, random: () => 0, sleep: async () => {}, store, options: {} },
      ...{ notify: async () => {}, count: (name) => void counted.push(name), functionName: "detect" },
      log: { info: () => {}, warn: () => {}, error: () => {} },
    });
    const Records = [{ messageId: "m", body: JSON.stringify({ cluster, reason: "test" }) }];
    const { batchItemFailures } = await handler({ Records } as unknown as SQSEvent, {} as Context);
    expect(batchItemFailures).toEqual([]);
    return counted;
  };
  return { table, store, evaluate };
};

describe("channels beside mail", () => {
  it("are told by the notify function of what no mail is due for, and of nothing that was there before", async () => {
    const store = openStore(await tables.fresh(), { now: () => T });
    await store.notices.note(cluster, { firstAt: T - 9000 * HOUR, dailyAt: T, weeklyAt: T });
    const low = (id: string, at: number) =>
      findingOf(id, {
        severity: "low",
        detectedAt: at,
        confirmedAt: at,
        noticedAt: at,
        noticedSeverity: "low",
      });
    await store.findings.update(cluster, () => [low("old", T - HOUR)]);
    const asked: unknown[] = [];
    const evaluate = async (...channels: readonly ChannelName[]) => {
      const handler = detectHandler({
        ...{ now: () => T, random: () => 0, sleep: async () => {}, store, options: {}, channels },
        ...{ notify: async (jobs) => void asked.push(...jobs), count: () => {}, functionName: "detect" },
        log: { info: () => {}, warn: () => {}, error: () => {} },
      });
      const Records = [{ messageId: "m", body: JSON.stringify({ cluster, reason: "test" }) }];
      await handler({ Records } as unknown as SQSEvent, {} as Context);
      return asked.splice(0).length;
    };
    // Whatever this evaluation finds itself is told in mails that are due anyway.
    await evaluate();
    await store.findings.update(cluster, (all) =>
      all.map((one) => ({ ...one, noticedAt: T, noticedSeverity: one.severity, closeNoticedAt: T })),
    );
    expect(await evaluate("event-bus")).toBe(0);
    await store.findings.update(cluster, (all) => [...all, low("new", T)]);
    expect(await evaluate("event-bus")).toBe(1);
    expect(await evaluate()).toBe(0);
    expect((await store.notices.read(cluster)).channels).toEqual({});
    const [one] = (await store.findings.list(cluster)).filter(({ id }) => id === "old");
    expect(one?.channels?.["event-bus"]).toMatchObject({ at: T });
  });
});

describe("the detect function", () => {
  it("counts an overdue snapshot at every evaluation until there is a new one", async () => {
    const { table, evaluate } = await worldOf();
    expect(await evaluate(T + HOUR)).toEqual([]);
    expect(await evaluate(T + 5 * HOUR)).toEqual(["SnapshotOverdue"]);
    expect(await evaluate(T + 6 * HOUR)).toEqual(["SnapshotOverdue"]);
    await createSnapshotStore(table, { now: () => T + 7 * HOUR }).save(cluster, estate(), T + 7 * HOUR);
    expect(await evaluate(T + 7 * HOUR)).toEqual([]);
  });

  it("does not count what somebody has taken on", async () => {
    const { store, evaluate } = await worldOf();
    await evaluate(T + 5 * HOUR);
    await store.findings.update(cluster, (all) => all.map((one) => ({ ...one, status: "acknowledged" })));
    expect(await evaluate(T + 6 * HOUR)).toEqual([]);
  });

  it("counts a canary login that did not show, and no other finding", async () => {
    const { store, evaluate } = await worldOf();
    const canary = findingOf("canary", { detector: "canary-missed", category: "coverage", life: "stretch" });
    const other = findingOf("other", { detector: "shared-role" });
    await store.findings.update(cluster, () => [canary, other]);
    expect(await evaluate(T + HOUR)).toEqual(["CanaryMissed"]);
  });

  it("says its settings again at every evaluation: a function of the release before may have written its own", async () => {
    const { store } = await worldOf();
    const functionOf = (dormantDays: number, now: () => number) =>
      detectHandler({
        ...{ now, random: () => 0, sleep: async () => {}, store, options: { dormantDays } },
        ...{ notify: async () => {}, count: () => {}, functionName: `detect-${dormantDays}` },
        log: { info: () => {}, warn: () => {}, error: () => {} },
      });
    const Records = [{ messageId: "m", body: JSON.stringify({ cluster, reason: "test" }) }];
    let now = T;
    const [newer, older] = [functionOf(30, () => now), functionOf(90, () => now)];
    for (const one of [newer, older, newer]) {
      now += HOUR;
      await one({ Records } as unknown as SQSEvent, {} as Context);
    }
    expect(await store.settings.read()).toMatchObject({
      values: { dormantDays: 30 },
      at: now,
      by: "detect-30",
    });
  });

  it("whose settings come late leaves the newer ones, in whatever order they are written", async () => {
    const { store } = await worldOf();
    const written = (at: number, dormantDays: number) =>
      store.settings.write({
        values: { ...defaultSettings, dormantDays },
        source: "deployment",
        at,
        by: "detect",
      });
    expect(await written(T, 60)).toBe(true);
    expect(await written(T + 2 * HOUR, 30)).toBe(true);
    expect(await written(T + HOUR, 90)).toBe(false);
    expect(await written(T + 2 * HOUR, 30)).toBe(false);
    expect(await store.settings.read()).toMatchObject({ values: { dormantDays: 30 }, at: T + 2 * HOUR });
  });
});
