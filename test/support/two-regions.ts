// The two clusters of a multi-Region database, in one store.
import type { Connection } from "../../lib/core/activity/connection.ts";
import { Cluster } from "../../lib/core/base/ids.ts";
import { DAY, HOUR, type Instant } from "../../lib/core/base/time.ts";
import { exampleCluster, exampleIam } from "../../lib/core/findings/example-iam.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import type { Table } from "../../lib/store/table/table.ts";
import { estate, cluster as HERE } from "./catalogs.ts";

export { HERE };
export const THERE = Cluster.parse(HERE.replace("us-east-1", "us-east-2"));
export const NOW = Date.UTC(2026, 10, 20, 12);
export const SINCE = NOW - 12 * DAY;
/** The window of verdicts, in days: short, so that the stores are small. */
export const options = { dormantDays: 9 };

export const hours = function* (from: Instant, to: Instant) {
  for (let hour = from; hour < to; hour += HOUR) yield hour;
};

export type World = {
  readonly clusters?: readonly Cluster[];
  readonly proven?: readonly string[];
  readonly connections?: readonly Connection[];
};

/** Both clusters are scanned and proven unless said otherwise. */
export const twoRegions = async (
  table: Table,
  { clusters = [HERE, THERE], proven = ["us-east-1", "us-east-2"], connections = [] }: World = {},
): Promise<Store> => {
  const store = openStore(table, { now: () => NOW });
  for (const cluster of clusters) {
    const rows = [cluster, ...clusters.filter((one) => one !== cluster)].map((one) => exampleCluster(one));
    const catalog = { ...estate(), cluster, iam: exampleIam({ clusters: rows }) };
    await store.clusters.register(cluster);
    for (const at of [SINCE, NOW - HOUR]) await store.snapshots.save(cluster, catalog, at);
  }
  for (const region of proven)
    await store.activity.markHours(`111122223333/${region}`, hours(SINCE, NOW), "digest");
  await store.activity.count(connections, NOW);
  return store;
};

/** What is said of the mappings' use, as "detector role". */
export const verdictsOf = async (store: Store, cluster: Cluster, now = NOW): Promise<string[]> => {
  const { findings } = await detectCluster(store, cluster, now, options);
  return findings
    .filter(({ category, status }) => category === "dormant" && status === "open")
    .map(({ detector, subject }) => `${detector} ${subject.role}`)
    .sort();
};
