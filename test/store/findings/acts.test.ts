// What people decided: nothing of it is lost, and twice is once.
import { afterAll, expect, it } from "vitest";
import type { Act } from "../../../lib/core/findings/act.ts";
import { openStore } from "../../../lib/store/open-store.ts";
import { cluster } from "../../support/catalogs.ts";
import { sqliteTables } from "../../support/table.ts";

const tables = sqliteTables();
afterAll(() => tables.stop());

it("keeps the acts of two people in one millisecond apart, and one person's repeat once", async () => {
  const { acts } = openStore(await tables.fresh(), { now: () => 0 });
  const act = (by: string, at: number): Act => ({ cluster, at, kind: "ack", finding: "f-1", by, via: "api" });
  for (const one of [act("ana", 2), act("ben", 2), act("ana", 2), act("ana", 1)]) await acts.note(one);
  expect(await acts.list(cluster)).toEqual([act("ana", 1), act("ana", 2), act("ben", 2)]);
});
