// A stolen credential that comes in through the other Region, where its principal never was.
import { afterAll, expect, it } from "vitest";
import type { Connection } from "../../lib/core/activity/connection.ts";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
import { connection } from "../support/connections.ts";
import { sqliteTables } from "../support/table.ts";
import { HERE, NOW, options, THERE, twoRegions } from "../support/two-regions.ts";

const files = sqliteTables();
afterAll(() => files.stop());

const HOME = "198.1.100.7";
const through = (id: string, at: number, cluster: Cluster, sourceIp: string): Connection =>
  connection(id, at, { cluster, sourceIp, principal: "arn:aws:iam::111122223333:role/reader" });
const usual = Array.from({ length: 85 }, (_, n) => through(`usual-${n}`, NOW - (n + 1) * DAY, HERE, HOME));

const newNetworks = async (sourceIp: string) => {
  const strange = through("strange", NOW - 3 * HOUR, THERE, sourceIp);
  const store = await twoRegions(await files.fresh(), { connections: [...usual, strange] });
  const found = async (cluster: Cluster) => {
    const { findings } = await detectCluster(store, cluster, NOW, options);
    return findings.filter(({ detector }) => detector === "new-network");
  };
  return [await found(HERE), await found(THERE), await found(THERE)];
};

it("is found where it came in, by what is usual for its principal at the other endpoint", async () => {
  const [here, there, again] = await newNetworks("203.0.113.77");
  expect(here).toEqual([]);
  expect(there).toHaveLength(1);
  expect(again).toEqual(there);
  expect(there?.[0]).toMatchObject({ cluster: THERE, status: "open", evidence: { activeDays: 85 } });
});

it("is nothing where its principal came from home", async () => {
  expect(await newNetworks(HOME)).toEqual([[], [], []]);
});
