// Who connected as admin, as an evaluation reads it: also where activity before yesterday is not read again.
import { afterAll, expect, it } from "vitest";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import { auditView } from "../../lib/core/findings/view.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
import { loadFacts } from "../../lib/jobs/load-facts.ts";
import { openStore } from "../../lib/store/open-store.ts";
import { connection } from "../support/connections.ts";
import { CLUSTER } from "../support/records.ts";
import { sqliteTables } from "../support/table.ts";

const sqlite = sqliteTables();
afterAll(() => sqlite.stop());
const cluster = CLUSTER as Cluster;
const NOW = Date.UTC(2026, 10, 28, 15);

it("is known of every day that is kept, once its activity is not read any more as well", async () => {
  const store = openStore(await sqlite.fresh(), { now: () => NOW });
  await store.clusters.register(cluster);
  const asAdmin = (id: string, at: number) => connection(id, at, { action: "DbConnectAdmin" });
  const lastUseAt = NOW - 14 * DAY;
  await store.activity.count([asAdmin("a", NOW - 20 * DAY), asAdmin("b", lastUseAt)], NOW);
  await store.activity.fold(cluster, NOW);
  const loginsAt = async (now: number) => {
    const facts = await loadFacts(store, cluster, now);
    return [[...facts.activity.principals()].length, auditView(facts).activity.adminLogins()];
  };
  const logins = [expect.objectContaining({ lastUseAt })];
  expect(await loginsAt(NOW)).toEqual([1, logins]);
  await detectCluster(store, cluster, NOW);
  expect(await loginsAt(NOW + HOUR)).toEqual([0, logins]);
});
