// What the plan function leaves of the places that it asked: all that fits in one item, and how much does not.
import { afterAll, beforeAll, expect, it } from "vitest";
import { leftOutOf } from "../../../lib/store/findings/deployments.ts";
import { openStore } from "../../../lib/store/open-store.ts";
import { testTables } from "../../support/table.ts";

const NOW = Date.parse("2026-11-02T09:00:00Z");
let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
});
afterAll(() => tables.stop());

const arns = (count: number): string[] =>
  Array.from(
    { length: count },
    (_, n) => `arn:aws:dsql:us-east-1:444455556666:cluster/${"k7abcdefghij"}${n}`,
  );
const silent = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    ...{
      account: String(100_000_000_000 + n),
      region: "ap-southeast-1",
      reason: "AccessDenied ".repeat(100),
    },
  }));

it("keeps as many found clusters and silent places as fit, and counts the others", async () => {
  const { deployments } = openStore(await tables.fresh(), { now: () => NOW });
  await deployments.ran(NOW, undefined);
  await deployments.listed(NOW, silent(6_600), arns(1_234));
  const kept = await deployments.read();
  expect([kept?.unlisted?.length, kept?.found?.length]).toEqual([1_000, 1_000]);
  expect(kept?.leftOut).toEqual({ unlisted: 5_600, found: 234 });
  // The next run of the schedule takes nothing away, and the next look says what holds then.
  await deployments.ran(NOW + 1, undefined);
  expect((await deployments.read())?.leftOut).toEqual({ unlisted: 5_600, found: 234 });
  await deployments.listed(NOW + 1, [], arns(1_000));
  expect((await deployments.read())?.leftOut).toEqual({ unlisted: 0, found: 0 });
});

it("does not take a full list of an earlier release for all there is", () => {
  expect(leftOutOf({ found: arns(1_000) })).toBeUndefined();
  expect(leftOutOf({ found: arns(999) })).toEqual({ unlisted: 0, found: 0 });
  expect(leftOutOf({ found: arns(1_000), leftOut: { unlisted: 0, found: 0 } })?.found).toBe(0);
});
