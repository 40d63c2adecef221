// Which hours are proven: the judge, the API and the report say the same of one store.
import { afterAll, beforeAll, expect, it } from "vitest";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import { withoutDoubts } from "../../lib/core/coverage/covered-hours.ts";
import { loadFacts } from "../../lib/jobs/load-facts.ts";
import { provenHours } from "../../lib/queries/proven-hours.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import { asker } from "../support/ask.ts";
import { cluster } from "../support/catalogs.ts";
import { fillWorld, NOW, T } from "../support/query-world.ts";
import { testTables } from "../support/table.ts";

let tables: Awaited<ReturnType<typeof testTables>>;
let store: Store;
let ask: ReturnType<typeof asker>["ask"];
const window = { from: T, to: T + 6 * HOUR };
beforeAll(async () => {
  tables = await testTables();
  const db = await tables.fresh();
  await fillWorld(db);
  store = openStore(db, { now: () => NOW });
  ask = asker(db, () => NOW).ask;
});
afterAll(() => tables.stop());

it("takes the hours of a stored doubt from everybody's answer", async () => {
  const params = {
    cluster,
    from: new Date(window.from).toISOString(),
    to: new Date(window.to).toISOString(),
  };
  const unproven = async () => ({
    query: (await provenHours(store, cluster, window, NOW)).uncovered.hoursIn(window),
    coverage: Number((await ask("/coverage", params)).body.unprovenHours),
    principals: Number((await ask("/activity/principals", params)).body.unprovenHours),
  });
  expect(await unproven()).toEqual({ query: 3, coverage: 3, principals: 3 });
  const reason = "CloudWatch counted 9 connections, CloudTrail delivered 2";
  await store.doubts.replace(cluster, "call-count", [{ from: T + HOUR, to: T + 2 * HOUR, reason }]);
  expect(await unproven()).toEqual({ query: 4, coverage: 4, principals: 4 });
  expect((await ask("/coverage", params)).body.gaps).toContainEqual({
    from: "2026-03-01T03:00:00.000Z",
    to: "2026-03-01T05:00:00.000Z",
    reasons: [reason],
  });
  const facts = await loadFacts(store, cluster, NOW);
  const judged = withoutDoubts(facts.coverage, facts.doubts);
  const lately = { from: NOW - 400 * DAY, to: NOW + HOUR };
  expect((await provenHours(store, cluster, lately, NOW)).covered).toEqual(judged);
});

it("ends the doubt of a stopped trail at the first connection after it, however much came since", async () => {
  const alive = await store.activity.firstAfter(cluster, T - DAY - 1, NOW);
  const [first] = (await store.activity.hours(cluster, { from: T - DAY, to: NOW }))
    .flatMap(({ tallies }) => tallies)
    .toSorted((a, b) => a.firstAt - b.firstAt);
  expect(alive).toBe(first?.firstAt);
  expect(await store.activity.firstAfter(cluster, NOW, NOW)).toBeUndefined();
});
