// What an answer about the past says of the snapshot after it.
import { afterAll, beforeAll, expect, it } from "vitest";
import { DAY, type Instant } from "../../lib/core/base/time.ts";
import type { Catalog } from "../../lib/core/catalog/catalog.ts";
import { basisOf } from "../../lib/queries/basis.ts";
import { openStore } from "../../lib/store/open-store.ts";
import { cluster, estate } from "../support/catalogs.ts";
import { iamFacts } from "../support/iam.ts";
import { testTables } from "../support/table.ts";

const T = Date.UTC(2026, 2, 1);

const asked = (askedAt: Instant): Catalog => ({
  ...estate(),
  iam: {
    ...iamFacts(),
    opinions: {
      cluster,
      identities: [
        { arn: "arn:aws:iam::111122223333:role/reader", policies: "policies", askedAt, answers: {} },
      ],
      refused: null,
      waiting: 0,
    },
  },
});

let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
});
afterAll(() => tables.stop());

/** What is said of the first of two snapshots. */
const saidOf = async (first: Catalog, second: Catalog): Promise<{ text: string; changes: number }> => {
  const store = openStore(await tables.fresh(), { now: () => T + 2 * DAY });
  await store.snapshots.save(cluster, first, T);
  const { changes } = await store.snapshots.save(cluster, second, T + DAY);
  const sealed = await store.snapshots.manifestAsOf(cluster, T);
  if (!sealed) throw new Error("the first snapshot is not there");
  const { uncertainty } = await basisOf(store, cluster, sealed, T);
  return { text: uncertainty.text, changes: changes.length };
};

it("claims no change where AWS was only asked again for a second opinion", async () => {
  expect(await saidOf(asked(T), asked(T + DAY))).toEqual({
    text: "The next snapshot, of 2026-03-02 00:00:00Z, shows no change in what both could read.",
    changes: 0,
  });
});

it("says of two equal snapshots that they show the same", async () => {
  expect((await saidOf(asked(T), asked(T))).text).toBe(
    "The next snapshot, of 2026-03-02 00:00:00Z, shows the same.",
  );
});

it("says that something changed where a change is told", async () => {
  const { text, changes } = await saidOf(asked(T), { ...asked(T + DAY), ...estate({ mappings: [] }) });
  expect(changes).toBeGreaterThan(0);
  expect(text).toBe(
    "Something changed between the snapshots of 2026-03-01 00:00:00Z and 2026-03-02 00:00:00Z; when exactly is not known.",
  );
});
