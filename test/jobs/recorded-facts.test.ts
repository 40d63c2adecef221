// What a replay out of the store knows at a moment of the past: what was used by then, not what was used since.
import { afterAll, expect, it } from "vitest";
import type { Connection } from "../../lib/core/activity/connection.ts";
import { Cluster } from "../../lib/core/base/ids.ts";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import { exampleCluster, exampleIam } from "../../lib/core/findings/example-iam.ts";
import { auditViews } from "../../lib/core/findings/view.ts";
import { recordedFacts } from "../../lib/jobs/recorded-facts.ts";
import { openStore } from "../../lib/store/open-store.ts";
import { estate, cluster as HERE } from "../support/catalogs.ts";
import { connection } from "../support/connections.ts";
import { sqliteTables } from "../support/table.ts";

const sqlite = sqliteTables();
afterAll(() => sqlite.stop());
const THERE = Cluster.parse(HERE.replace("us-east-1", "us-east-2"));
const NOW = Date.UTC(2026, 10, 28, 15);
const SINCE = NOW - 40 * DAY;

it("a mapping that is used each day, here or through the peer, is in use at each moment", async () => {
  const store = openStore(await sqlite.fresh(), { now: () => NOW });
  await store.clusters.register(HERE);
  const iam = exampleIam({ clusters: [exampleCluster(HERE), exampleCluster(THERE)] });
  for (const at of [SINCE, NOW - HOUR]) await store.snapshots.save(HERE, { ...estate(), iam }, at);
  const hours = Array.from({ length: (NOW - SINCE) / HOUR }, (_, n) => SINCE + n * HOUR);
  for (const region of ["us-east-1", "us-east-2"])
    await store.activity.markHours(`111122223333/${region}`, hours, "digest");
  const used =
    (id: string, cluster: Cluster, name: string) =>
    (_: unknown, n: number): Connection =>
      connection(`${id}${n}`, NOW - (n + 1) * DAY, {
        cluster,
        principal: `arn:aws:iam::111122223333:role/${name}`,
      });
  await store.activity.count(
    [
      ...Array.from({ length: 38 }, used("a", HERE, "reader")),
      ...Array.from({ length: 38 }, used("b", THERE, "writer")),
    ],
    NOW,
  );
  for (const cluster of [HERE, THERE]) await store.activity.fold(cluster, NOW);
  const at = auditViews(await recordedFacts(store, HERE, { from: NOW - 20 * DAY, to: NOW }, {}));
  for (const days of [20, 10, 1]) {
    const { mappings } = at(NOW - days * DAY);
    expect(mappings.standing.map((one) => [one.role, mappings.useOf(one, 9).verdict])).toEqual([
      ["app_ro", "active"],
      ["app_rw", "active"],
    ]);
  }
});
