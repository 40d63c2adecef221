// What others do while a look runs is not undone by it.
import { afterAll, expect, it } from "vitest";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import { acknowledge } from "../../lib/core/findings/acknowledge.ts";
import { exemptFinding } from "../../lib/jobs/act-on-finding.ts";
import { retireCluster } from "../../lib/jobs/cluster-life.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import { acl, cluster, estate, role, table } from "../support/catalogs.ts";
import { sqliteTables } from "../support/table.ts";

const sqlite = sqliteTables();
afterAll(() => sqlite.stop());

const T = Date.UTC(2026, 2, 1, 2);
const WRITABLE = { acl: acl("10=arwdDxt/10", "100=rd/10") };
const roles = [role(10, "admin"), role(100, "app_readonly")];
const orders = table(1000, "orders", WRITABLE);
const overstepping = estate({ roles, relations: [orders] });

/** A store that was judged once, and the finding of a role that may more than its name says. */
const judged = async () => {
  const store = openStore(await sqlite.fresh(), { now: () => T });
  await store.snapshots.save(cluster, overstepping, T);
  const { findings } = await detectCluster(store, cluster, T + HOUR);
  const finding = findings.find(({ detector }) => detector === "privilege-exceeds-archetype");
  if (!finding) throw new Error("no finding");
  return { store, finding };
};

/** The store for a look during which `meanwhile` happens: after it has read, before it writes. */
const interrupted = (store: Store, meanwhile: () => Promise<unknown>): Store => ({
  ...store,
  findings: {
    ...store.findings,
    update: async (...asked) => {
      await meanwhile();
      return store.findings.update(...asked);
    },
  },
});

it("keeps an exemption that was made while it ran", async () => {
  const { store, finding } = await judged();
  const terms = { owner: "data team", reason: "a migration", until: T + 30 * DAY };
  const beside = interrupted(store, () =>
    exemptFinding(store, finding, { by: "alice", via: "command line", at: T + 8 * HOUR }, terms),
  );
  await detectCluster(beside, cluster, T + 8 * HOUR);
  expect(await store.findings.get(cluster, finding.id)).toMatchObject({ status: "exempt" });
});

it("keeps an acknowledgement that was made while it ran", async () => {
  const { store, finding } = await judged();
  const beside = interrupted(store, () =>
    store.findings.update(cluster, (all) =>
      all.map((one) => (one.id === finding.id ? acknowledge(one, T + 8 * HOUR, { by: "alice" }) : one)),
    ),
  );
  await detectCluster(beside, cluster, T + 8 * HOUR);
  expect(await store.findings.get(cluster, finding.id)).toMatchObject({ status: "acknowledged" });
});

it("leaves nothing open of a cluster that was retired while it ran", async () => {
  const { store } = await judged();
  await store.clusters.register(cluster);
  const who = { by: "alice", via: "command line", at: T + 8 * HOUR } as const;
  const more = estate({ roles, relations: [orders, table(1001, "bills", WRITABLE)] });
  await store.snapshots.save(cluster, more, T + 7 * HOUR);
  const beside = interrupted(store, () => retireCluster(store, cluster, who, "moved away"));
  const { findings, gone } = await detectCluster(beside, cluster, T + 8 * HOUR);
  expect(findings.length).toBeGreaterThan(0);
  for (const all of [findings, await store.findings.list(cluster)])
    expect(all.filter(({ status }) => status === "open")).toEqual([]);
  expect(gone).toMatchObject({ reason: "retired" });
});

it("leaves all as it is when a newer look was quicker", async () => {
  const { store } = await judged();
  await detectCluster(store, cluster, T + 20 * HOUR);
  const before = await store.findings.list(cluster);
  await detectCluster(store, cluster, T + 8 * HOUR);
  expect(await store.findings.list(cluster)).toEqual(before);
  expect(await store.findings.lastLook(cluster)).toMatchObject({ at: T + 20 * HOUR });
});
