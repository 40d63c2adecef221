// A finding on access that could not be looked at for days, and is over when it can be: who was connected as admin meanwhile is told.
import { afterAll, expect, it } from "vitest";
import { Principal } from "../../lib/core/base/ids.ts";
import { DAY, HOUR, MINUTE } from "../../lib/core/base/time.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
import { openStore } from "../../lib/store/open-store.ts";
import { acl, cluster, estate, table } from "../support/catalogs.ts";
import { connection } from "../support/connections.ts";
import { sqliteTables } from "../support/table.ts";

const T = Date.UTC(2026, 10, 2, 9);
const boss = Principal.parse("arn:aws:iam::111122223333:role/boss");
const files = sqliteTables();
afterAll(() => files.stop());

it("tells who was connected as admin since it was last seen, however long ago that is", async () => {
  let now = T;
  const store = openStore(await files.fresh(), { now: () => now });
  const look = async (at: number, relations: NonNullable<Parameters<typeof estate>[0]>["relations"]) => {
    await store.snapshots.save(cluster, estate({ ...(relations && { relations }) }), at);
    now = at + MINUTE;
    const { findings } = await detectCluster(store, cluster, now);
    return findings.find(({ detector }) => detector === "privilege-exceeds-archetype");
  };
  const orders = (privileges: string) => [
    table(1000, "orders", { acl: acl("10=arwdDxt/10", `100=${privileges}/10`) }),
  ];
  expect(await look(T, orders("rd"))).toMatchObject({ status: "open" });
  await store.activity.count(
    [connection("e1", T + 5 * HOUR, { cluster, principal: boss, action: "DbConnectAdmin" })],
    T + 5 * HOUR,
  );
  for (const days of [1, 2, 3, 4, 5, 6])
    expect(await look(T + days * DAY, "unreadable")).toMatchObject({ status: "open" });
  expect(await look(T + 7 * DAY, orders("r"))).toMatchObject({
    status: "resolved",
    closedBecause: expect.stringContaining("Connected as admin in between: boss."),
  });
});
