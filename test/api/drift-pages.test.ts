// Pages of one answer about drift rest on one snapshot, one moment and one baseline.
import { afterAll, expect, it } from "vitest";
import { HOUR } from "../../lib/core/base/time.ts";
import { baselineOf } from "../../lib/core/baseline/baseline-of.ts";
import { openStore } from "../../lib/store/open-store.ts";
import { asker } from "../support/ask.ts";
import { acl, cluster, estate, table } from "../support/catalogs.ts";
import { fillWorld, NOW } from "../support/query-world.ts";
import { sqliteTables } from "../support/table.ts";

const tables = sqliteTables();
afterAll(() => tables.stop());

const declared = baselineOf(
  estate({ relations: [table(1000, "orders", { acl: acl("10=arwdDxt/10", "100=arwd/10", "101=D/10") })] }),
);

it("goes on at the moment of the first page, and begins anew where the baseline is another", async () => {
  const db = await tables.fresh();
  await fillWorld(db);
  const { baselines } = openStore(db, { now: () => NOW });
  await baselines.publish(cluster, declared, "test", NOW - HOUR);
  let now = NOW;
  const { ask } = asker(db, () => now);
  const first = await ask("/baseline/drift", { limit: "1" });
  expect(first.body.next).toEqual(expect.any(String));

  now = NOW + 1000 * HOUR;
  const second = await ask("/baseline/drift", { limit: "1", cursor: first.body.next });
  expect(second.status).toBe(200);
  const both = await ask("/baseline/drift", { limit: "2" });
  expect([...first.body.items, ...second.body.items]).toEqual(both.body.items);

  await baselines.publish(cluster, baselineOf(estate()), "test", NOW);
  const moved = await ask("/baseline/drift", { limit: "1", cursor: first.body.next });
  expect(moved.status).toBe(400);
  expect(JSON.stringify(moved.body)).toContain("the baseline was published anew since the first page");
});
