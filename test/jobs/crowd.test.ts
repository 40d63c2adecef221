// Principals without number in one hour: what they cost the judge is bounded, in what is stored, in work and in memory.
import { afterAll, expect, it } from "vitest";
import type { Principal } from "../../lib/core/base/ids.ts";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
import { openStore } from "../../lib/store/open-store.ts";
import * as keys from "../../lib/store/table/keys.ts";
import { cluster } from "../support/catalogs.ts";
import { connection } from "../support/connections.ts";
import { fillWorld, NOW, T } from "../support/query-world.ts";
import { sqliteTables } from "../support/table.ts";

const sqlite = sqliteTables();
afterAll(() => sqlite.stop());

/** The long suite has 100,000. */
const PRINCIPALS = Number(process.env.CROWD ?? 6_000);
const BATCH = 5_000;

/** Half of them let in, each from a network of its own; names as long as AWS allows. */
const one = (n: number) =>
  connection(`c${n}`, T + 5 * HOUR + (n % 3_600) * 1_000, {
    cluster,
    principal: `arn:aws:iam::${444400000000 + (n % 97)}:role/${"x".repeat(56)}${n}` as Principal,
    sourceIp: `${11 + (n % 97)}.${(n >> 8) & 255}.${n & 255}.7`,
    outcome: n % 2 ? "refused" : "allowed",
  });

it(`${PRINCIPALS} principals that connect within an hour do not stop the judge, nor what comes after`, async () => {
  const table = await sqlite.fresh();
  await fillWorld(table);
  const store = openStore(table, { now: () => NOW });
  for (let at = 0; at < PRINCIPALS; at += BATCH) {
    const count = Math.min(BATCH, PRINCIPALS - at);
    await store.activity.count(
      Array.from({ length: count }, (_, n) => one(at + n)),
      NOW,
    );
  }
  const before = process.cpuUsage();
  const first = await detectCluster(store, cluster, NOW, {});
  const adding = process.cpuUsage(before);
  // A look after this one rests on the day's profile, whose size does not depend on the crowd's.
  const again = process.cpuUsage();
  const second = await detectCluster(store, cluster, NOW + DAY, {});
  const judging = process.cpuUsage(again);
  const seconds = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1e6;
  // A hundred times what it takes on a small machine: only what grows out of bounds goes beyond.
  expect(seconds(adding)).toBeLessThan(10 + PRINCIPALS / 500);
  expect(seconds(judging)).toBeLessThan(30);
  // Each detector could look as without the crowd.
  const quiet = await sqlite.fresh();
  await fillWorld(quiet);
  const plain = openStore(quiet, { now: () => NOW });
  expect(first.looks).toEqual((await detectCluster(plain, cluster, NOW, {})).looks);
  expect(second.looks).toEqual((await detectCluster(plain, cluster, NOW + DAY, {})).looks);
  expect(second.findings.length).toBeLessThan(100);
  // What was let in may have been anybody: the hour proves nothing any more.
  expect(await store.doubts.within(cluster, { from: T, to: NOW })).not.toEqual([]);
  for (const pk of [keys.hours(cluster), keys.days(cluster), keys.findings(cluster)]) {
    for await (const item of table.query({ pk })) {
      const bytes = Object.values(item).reduce<number>(
        (sum, value) => sum + (value instanceof Uint8Array ? value.length : JSON.stringify(value).length),
        0,
      );
      expect(bytes).toBeLessThan(350_000);
    }
  }
}, 300_000);
