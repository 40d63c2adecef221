// Who sits behind a principal is known by more than its last days: people do not connect on each of them.
import { afterAll, expect, it } from "vitest";
import type { Connection } from "../../lib/core/activity/connection.ts";
import { Cluster, Principal } from "../../lib/core/base/ids.ts";
import { DAY, HOUR, type Instant } from "../../lib/core/base/time.ts";
import { exampleCluster, exampleIam } from "../../lib/core/findings/example-iam.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import { acl, catalog, cluster as HERE, publicSchema, role } from "../support/catalogs.ts";
import { connection } from "../support/connections.ts";
import { sqliteTables } from "../support/table.ts";

const files = sqliteTables();
afterAll(() => files.stop());

const THERE = Cluster.parse(HERE.replace("us-east-1", "us-east-2"));
const NOW = Date.UTC(2026, 10, 20, 12);
const arn = (name: string) => Principal.parse(`arn:aws:iam::111122223333:role/${name}`);
/** The mapping was made without the path that IAM names the role by. */
const mapped = (iamOid: number, name: string, of: number, roleName: string) => ({
  ...{ iamOid, role: of, roleName, grantor: 10 },
  arn: arn(name),
});

/** Jane comes once in ten days, a service every day; both are mapped to one role, and Jane alone to another that owns things. */
const world = async (seen: readonly Connection[], clusters: readonly Cluster[] = [HERE]): Promise<Store> => {
  const store = openStore(await files.fresh(), { now: () => NOW });
  const found = catalog({
    roles: [role(10, "admin"), role(100, "orders"), role(101, "tables")],
    mappings: [
      mapped(500, "Jane", 100, "orders"),
      mapped(501, "Service", 100, "orders"),
      mapped(502, "Jane", 101, "tables"),
    ],
    schemas: [publicSchema, { oid: 2300, name: "app", owner: 10, acl: acl("10=UC/10", "101=UC/10") }],
  });
  const iam = exampleIam({ clusters: clusters.map((one) => exampleCluster(one)) });
  for (const cluster of clusters) {
    await store.clusters.register(cluster);
    await store.snapshots.save(cluster, { ...found, cluster, iam }, NOW - 40 * DAY);
    await store.snapshots.save(cluster, { ...found, cluster, iam }, NOW - HOUR);
  }
  await store.activity.count(seen, NOW);
  return store;
};

const comes = (days: number, name: string, sessionName: string, cluster = HERE): Connection =>
  connection(`${name} ${days} ${cluster}`, NOW - days * DAY, { cluster, principal: arn(name), sessionName });
const jane = (days: number, cluster = HERE) => comes(days, "team/Jane", "jane.doe", cluster);
const service = Array.from({ length: 30 }, (_, n) => comes(n, "Service", "orders-api-7f9c"));

/** What hangs on who is a person, of the roles that are not held back. */
const told = async (store: Store, cluster: Cluster, now: Instant): Promise<readonly string[]> =>
  (await detectCluster(store, cluster, now)).findings
    .filter(({ detector, status }) => status === "open" && /^(shared-role|ddl-in)/.test(detector))
    .map(({ detector, subject, severity }) => `${detector} ${subject.role} ${severity}`);

it("a person stays one on days on which nobody sees it, and by whichever path its ARN is written", async () => {
  const store = await world([...service, jane(25), jane(15), jane(5)]);
  // The first look reads all days, the next ones what is kept and the last two.
  for (const later of [0, HOUR, DAY, 2 * DAY])
    expect(await told(store, HERE, NOW + later)).toEqual(["shared-role orders medium"]);
});

it("a person who comes through the peer alone is one at both endpoints", async () => {
  const both = [HERE, THERE];
  const store = await world([...service, jane(25, THERE), jane(15, THERE), jane(5, THERE)], both);
  for (const later of [0, HOUR, DAY, 2 * DAY])
    for (const cluster of both)
      expect(await told(store, cluster, NOW + later)).toEqual(["shared-role orders medium"]);
});
