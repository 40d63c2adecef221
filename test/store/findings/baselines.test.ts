// A published baseline: one item a cluster, versions one by one, and nothing lost when two publish at once.
import { afterAll, beforeAll, expect, it } from "vitest";
import { Cluster } from "../../../lib/core/base/ids.ts";
import { parseBaseline } from "../../../lib/core/baseline/parse-baseline.ts";
import { openStore } from "../../../lib/store/open-store.ts";
import type { Table } from "../../../lib/store/table/table.ts";
import { cluster } from "../../support/catalogs.ts";
import { testTables } from "../../support/table.ts";

let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
});
afterAll(() => tables.stop());

const of = (name: string) =>
  parseBaseline(`version: 1\ncomponents: [{ name: ${name}, role: r }]\n`, "access.yml");
const open = (table: Table) => openStore(table, { now: () => 0 }).baselines;

it("is read as it was published, a version more each time it changes", async () => {
  const store = open(await tables.fresh());
  expect(await store.read(cluster)).toBeUndefined();
  expect(await store.publish(cluster, of("a"), "ana", 1)).toEqual({ version: 1, wrote: true });
  expect(await store.publish(cluster, of("a"), "ana", 2)).toEqual({ version: 1, wrote: false });
  expect(await store.publish(cluster, of("b"), "ben", 3)).toEqual({ version: 2, wrote: true });
  expect(await store.read(cluster)).toEqual({ version: 2, at: 3, by: "ben", baseline: of("b") });
  expect(await store.read(Cluster.parse("arn:aws:dsql:us-east-1:1:cluster/other"))).toBeUndefined();
});

it("is not overwritten by who did not see it", async () => {
  const table = await tables.fresh();
  const other = open(table);
  const late = open({
    ...table,
    putIf: async (item, attribute, expected) => {
      await other.publish(cluster, of("first"), "ana", 1);
      return table.putIf(item, attribute, expected);
    },
  });
  await expect(late.publish(cluster, of("second"), "ben", 2)).rejects.toMatchObject({ code: "usage" });
  expect((await other.read(cluster))?.baseline).toEqual(of("first"));
});

it("is refused where it does not fit into an item", async () => {
  const components = Array.from({ length: 60_000 }, (_, i) => ({
    name: `${i}-${Math.sin(i)}`,
    role: `${Math.cos(i)}`,
  }));
  const store = open(await tables.fresh());
  await expect(store.publish(cluster, { version: 1, components }, "ana", 1)).rejects.toThrow("too large");
});
