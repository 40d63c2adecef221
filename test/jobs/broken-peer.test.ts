// What is kept of one endpoint and cannot be read: it is not known there, and stops no evaluation at the other.
import { afterAll, describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE } from "../../lib/core/base/time.ts";
import { AuditError } from "../../lib/errors.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
import { openStore } from "../../lib/store/open-store.ts";
import * as keys from "../../lib/store/table/keys.ts";
import type { Table } from "../../lib/store/table/table.ts";
import { sqliteTables } from "../support/table.ts";
import { HERE, NOW, options, THERE, twoRegions, verdictsOf } from "../support/two-regions.ts";

const files = sqliteTables();
afterAll(() => files.stop());

describe("what is kept of the peer", () => {
  const unproven = ["unknown-mapping app_ro", "unknown-mapping app_rw"];
  const unused = ["never-used-mapping app_ro", "never-used-mapping app_rw"];

  it.each([
    ["an hour of it", keys.hour(THERE, NOW - 5 * HOUR), unproven],
    ["a day of it", keys.day(THERE, NOW - 5 * DAY), unproven],
    ["its last evaluation", keys.look(THERE), unused],
    ["a finding of it", keys.finding(THERE, "a-1"), unused],
    ["its entry in the register", keys.cluster(THERE), unused],
  ])("does not stop this one's evaluation where somebody broke %s", async (_, key, verdicts) => {
    const table = await files.fresh();
    const store = await twoRegions(table);
    await detectCluster(store, THERE, NOW - MINUTE, options);
    await table.put({ ...key, v: 99 });
    expect((await verdictsOf(store, HERE)).filter((one) => one.includes("mapping"))).toEqual(verdicts);
  });

  it("is asked for again where AWS is slow: that is no reason to call it unknown", async () => {
    const table = await files.fresh();
    await twoRegions(table);
    const slow: Table = {
      ...table,
      query: (range) => {
        if (range.pk === keys.days(THERE)) throw new AuditError("throttled", "slow down");
        return table.query(range);
      },
    };
    const store = openStore(slow, { now: () => NOW });
    await expect(detectCluster(store, HERE, NOW, options)).rejects.toMatchObject({ code: "throttled" });
  });
});
