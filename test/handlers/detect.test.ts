// What the detect function counts for alarms while the auditor itself does not see.
import type { Context, SQSEvent } from "aws-lambda";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { detectHandler } from "../../handlers/detect.ts";
import { HOUR } from "../../lib/core/base/time.ts";
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
});
