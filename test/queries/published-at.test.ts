// Which baseline held at a moment: where an earlier version may have, nobody knows, and none is never said.
import { afterAll, expect, it } from "vitest";
import { parseBaseline } from "../../lib/core/baseline/parse-baseline.ts";
import type { Catalog } from "../../lib/core/catalog/catalog.ts";
import { declaredAccessAt, publishedAt } from "../../lib/queries/baseline-drift.ts";
import { openStore } from "../../lib/store/open-store.ts";
import { cluster, estate } from "../support/catalogs.ts";
import { sqliteTables } from "../support/table.ts";

const tables = sqliteTables();
afterAll(() => tables.stop());

const of = (name: string) =>
  parseBaseline(`version: 1\ncomponents: [{ name: ${name}, role: r }]\n`, "access.yml");

it("is none before the first version, the newest from its time on, and not known between", async () => {
  const store = openStore(await tables.fresh(), { now: () => 0 });
  expect(await publishedAt(store, cluster, 50)).toBeUndefined();
  await store.baselines.publish(cluster, of("a"), "ana", 100);
  expect(await publishedAt(store, cluster, 99)).toBeUndefined();
  expect(await publishedAt(store, cluster, 100)).toMatchObject({ version: 1 });
  await store.baselines.publish(cluster, of("b"), "ben", 200);
  expect(await publishedAt(store, cluster, 200)).toMatchObject({ version: 2 });
  for (const at of [50, 150])
    await expect(publishedAt(store, cluster, at)).rejects.toMatchObject({
      code: "not-found",
      message: expect.stringContaining("is not known: only the newest is kept, version 2"),
    });
});

it("calls ended access whose section could not be read not known, and no other", async () => {
  const store = openStore(await tables.fresh(), { now: () => 0 });
  const text =
    "version: 1\ncomponents:\n  - name: c\n    role: app_ro\n    permissions:\n" +
    "      - { schema: public, until: 2026-01-01, tables: [{ names: [orders], privileges: [SELECT] }] }\n";
  await store.baselines.publish(cluster, parseBaseline(text, "access.yml"), "ana", 0);
  const at = Date.UTC(2026, 2, 1);
  const ended = async (catalog: Catalog) =>
    (await declaredAccessAt(store, cluster, { catalog }, at))?.ended.map((one) => one.live);
  expect(await ended(estate({ relations: [] }))).toEqual([0]);
  expect(await ended(estate({ relations: [], functions: "unreadable" }))).toEqual([0]);
  expect(await ended(estate({ relations: "unreadable" }))).toEqual([null]);
});

it("tells access that is past in one entry and declared on in another from a leftover", async () => {
  const store = openStore(await tables.fresh(), { now: () => 0 });
  const text = `version: 1
components:
  - name: past
    role: app_ro
    permissions:
      - { schema: public, until: 2026-01-01, tables: [{ names: [orders], privileges: [SELECT, INSERT] }] }
  - name: earlier
    role: app_ro
    permissions:
      - { schema: public, until: 2025-12-01, tables: [{ names: [orders], privileges: [SELECT] }] }
  - name: open
    role: app_ro
    permissions:
      - { schema: public, tables: [{ all: true, privileges: [SELECT] }] }
`;
  await store.baselines.publish(cluster, parseBaseline(text, "access.yml"), "ana", 0);
  const at = Date.UTC(2026, 2, 1);
  const catalog = estate({});
  const ended = (await declaredAccessAt(store, cluster, { catalog }, at))?.ended;
  expect(ended).toEqual([
    { component: "past", until: "2026-01-01", declared: 2, live: 1, atLeast: false, stillDeclared: 1 },
    { component: "earlier", until: "2025-12-01", declared: 1, live: 1, atLeast: false, stillDeclared: 1 },
  ]);
});
