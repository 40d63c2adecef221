// One database with several endpoints: whoever is asked who connected answers as one cluster that had all connections.
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import type { Grouping } from "../../lib/core/activity/activity-row.ts";
import { Cluster, type Principal } from "../../lib/core/base/ids.ts";
import { DAY, HOUR, type Instant, iso, MINUTE } from "../../lib/core/base/time.ts";
import { exampleCluster, exampleIam } from "../../lib/core/findings/example-iam.ts";
import { activityOf } from "../../lib/queries/activity.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import { estate, cluster as HERE } from "../support/catalogs.ts";
import { connection } from "../support/connections.ts";
import { sqliteTables } from "../support/table.ts";

const THERE = Cluster.parse(HERE.replace("us-east-1", "us-east-2"));
const T = Date.UTC(2026, 2, 1);
const NOW = T + 10 * DAY;
const files = sqliteTables();
afterAll(() => files.stop());

type Seen = {
  readonly hour: number;
  readonly minute: number;
  readonly name: string;
  readonly there: boolean;
};

/** A store whose cluster had a peer up to `until`; it knows of `seen` at the cluster that `of` says. */
const world = async (seen: readonly Seen[], until: Instant, of: (one: Seen) => Cluster): Promise<Store> => {
  const store = openStore(await files.fresh(), { now: () => NOW });
  const by = (...clusters: Cluster[]) => ({
    ...estate(),
    iam: exampleIam({ clusters: clusters.map((one) => exampleCluster(one)) }),
  });
  await store.snapshots.save(HERE, by(HERE, THERE), T - HOUR);
  await store.snapshots.save(HERE, by(HERE), until);
  await store.activity.count(
    seen.map((one, n) =>
      connection(`e${n}`, T + one.hour * HOUR + one.minute * MINUTE, {
        cluster: of(one),
        principal: `arn:aws:iam::111122223333:role/${one.name}` as Principal,
      }),
    ),
    NOW,
  );
  for (const cluster of [HERE, THERE]) await store.activity.fold(cluster, NOW);
  return store;
};

/** Few days, so that one of them has many connections of a kind, before the end and after it. */
const HOURS = 2 * 24;
const seen = fc.record({
  hour: fc.integer({ min: 0, max: HOURS - 1 }),
  minute: fc.nat(59),
  name: fc.constantFrom("reader", "writer"),
  there: fc.boolean(),
});

it("counts what came through a peer up to its end, whichever way it is grouped and whenever the stretch ends", async () => {
  const answered = async (store: Store, to: Instant, by: readonly Grouping[]) =>
    (await activityOf(store, HERE, { interval: { from: T, to }, by }, NOW)).rows.map(
      ({ principal, hour, allowed, firstAt, lastAt }) => ({ principal, hour, allowed, firstAt, lastAt }),
    );
  await fc.assert(
    fc.asyncProperty(
      fc.array(seen, { minLength: 10, maxLength: 40 }),
      fc.integer({ min: 1, max: HOURS }),
      fc.integer({ min: 1, max: HOURS + 24 }),
      async (all, endHour, toHour) => {
        const until = T + endHour * HOUR;
        const to = T + toHour * HOUR;
        const two = await world(all, until, ({ there }) => (there ? THERE : HERE));
        const ours = all.filter(({ there, hour }) => !there || hour < endHour);
        const one = await world(ours, until, () => HERE);
        for (const by of [["principal"], ["principal", "hour"]] as const)
          expect(await answered(two, to, by)).toEqual(await answered(one, to, by));
      },
    ),
    { numRuns: 15 },
  );
});

it("tells the same of a stretch that ends within an hour by the hour and by principal: what had begun by then", async () => {
  const at = (minutes: number) => T + 5 * HOUR + minutes * MINUTE;
  const store = openStore(await files.fresh(), { now: () => NOW });
  await store.snapshots.save(HERE, estate(), T);
  const reader = (id: string, minutes: number, name: string) =>
    connection(id, at(minutes), {
      cluster: HERE,
      principal: `arn:aws:iam::111122223333:role/${name}` as Principal,
    });
  await store.activity.count(
    [reader("a", 10, "reader"), reader("b", 50, "reader"), reader("c", 50, "writer")],
    NOW,
  );
  await store.activity.fold(HERE, NOW);
  for (const by of [["principal"], ["principal", "hour"]] as const) {
    const { rows } = await activityOf(store, HERE, { interval: { from: T, to: at(30) }, by }, NOW);
    expect(
      rows
        .filter(({ allowed }) => allowed)
        .map(({ principal, allowed, lastAt }) => [principal, allowed, lastAt]),
    ).toEqual([["arn:aws:iam::111122223333:role/reader", 1, iso(at(10))]]);
  }
});
