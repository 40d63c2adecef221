// `activity`: what it says of the last use of whom it did not see.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Principal } from "../../../lib/core/base/ids.ts";
import { DAY, HOUR } from "../../../lib/core/base/time.ts";
import { registerCluster } from "../../../lib/store/history/clusters.ts";
import { openStore } from "../../../lib/store/open-store.ts";
import { cluster, estate } from "../../support/catalogs.ts";
import { cliIn } from "../../support/cli.ts";
import { connection } from "../../support/connections.ts";
import { fillStore } from "../../support/table.ts";

const T = Date.UTC(2026, 2, 1);
const NOW = T + 5 * DAY;
const folder = mkdtempSync(join(tmpdir(), "activity-"));
const cli = cliIn(
  () => folder,
  () => NOW,
);

beforeAll(() =>
  fillStore(join(folder, "dsql-audit.db"), async (table) => {
    const store = openStore(table, { now: () => NOW });
    await registerCluster(table, cluster);
    await store.snapshots.save(cluster, estate(), T);
    const principal = "arn:aws:iam::111122223333:role/reader" as Principal;
    await store.activity.count([connection("a", T + HOUR, { cluster, principal })], NOW);
    await store.activity.fold(cluster, NOW);
    const hours = Array.from({ length: 48 }, (_, hour) => T + hour * HOUR);
    await store.activity.markHours(cluster, hours, "digest");
  }),
);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("does not say never of a stretch before which there was a use", async () => {
  const { code, out } = await cli("activity --principal reader --from 2026-03-02 --to 2026-03-03");
  expect(code).toBe(0);
  expect(out).toMatch(/^reader +0 +0 +none in this time /m);
  expect(out).not.toContain("never");
  expect((await cli("activity --principal reader --from 2026-03-01 --to 2026-03-03")).out).toMatch(
    /^reader +1 +0 +2026-03-01 01:00 /m,
  );
});
