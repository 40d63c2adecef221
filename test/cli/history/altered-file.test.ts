// Somebody who may write to a store file changes its rows as SQLite lets them: keys, the index of times, damaged rows, copies.
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, it } from "vitest";
import { HOUR } from "../../../lib/core/base/time.ts";
import { registerCluster } from "../../../lib/store/history/clusters.ts";
import { createSnapshotStore } from "../../../lib/store/history/snapshots.ts";
import { acl, cluster, estate, role, table } from "../../support/catalogs.ts";
import { cliIn } from "../../support/cli.ts";
import { fillStore } from "../../support/table.ts";

const T = Date.UTC(2026, 2, 1, 2);
const roles = (name: string) => [role(10, "admin"), role(100, name)];
const orders = (...items: string[]) => [table(1000, "orders", { acl: acl("10=arwdDxt/10", ...items) })];

let folder: string;
const at = (file: string): string => join(folder, file);
const cli = cliIn(
  () => folder,
  () => T + 5 * HOUR,
);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "altered-"));
  await fillStore(at("whole.db"), async (db) => {
    const store = createSnapshotStore(db, { now: () => T });
    await registerCluster(db, cluster);
    const states = [
      estate({ roles: roles("reader"), relations: orders("100=r/10") }),
      estate({ roles: roles("renamed"), relations: orders("100=r/10") }),
      estate({ roles: roles("renamed"), relations: orders() }),
    ];
    for (const [n, state] of states.entries()) await store.save(cluster, state, T + n * HOUR);
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const altered = (change: (db: DatabaseSync) => void): void => {
  copyFileSync(at("whole.db"), at("dsql-audit.db"));
  const db = new DatabaseSync(at("dsql-audit.db"));
  change(db);
  db.close();
};

const WHO = "who-can SELECT orders";
const like = (sk: string): string => `where cast(sk as text) like '${sk}'`;

it("finds a snapshot that was taken out of the index of times, or put elsewhere in it, and answers nothing around it", async () => {
  altered(() => {});
  expect((await cli("history verify")).code).toBe(0);
  expect((await cli(WHO)).out).toContain("Snapshot 3");
  for (const time of ["null", "cast('2026-03-01T01:00:00.000Z' as blob)"]) {
    altered((db) => db.exec(`update item set taken_at = ${time} ${like("SNAPSHOT#%3")}`));
    expect(await cli(WHO), time).toMatchObject({ code: 1, out: "" });
    const { code, out } = await cli("history verify");
    expect(code, time).toBe(1);
    expect(out).toContain("SNAPSHOT#0000000003");
    expect(out).toContain("its time in the index is not its own");
    expect(out).not.toContain("There is no snapshot");
  }
});

it("names a row that cannot be read at all as a fault, also in JSON", async () => {
  const pks = ["CLUSTER#%", "CHUNK#%", "TIMELINE#%", "NAMED#%"];
  for (const pk of pks)
    for (const text of ["substr(attributes, 1, 9)", "'null'", '\'{"z":{"B":[0,99999]}}\'']) {
      altered((db) =>
        db.exec(`update item set attributes = ${text} where (pk, sk) in
          (select pk, sk from item where cast(pk as text) like '${pk}' limit 1)`),
      );
      const done = await cli("history verify --json");
      expect(done.code, `${pk} ${text}`).toBe(1);
      const { whole, faults } = done.json() as { whole: boolean; faults: { message: string }[] };
      expect(whole).toBe(false);
      expect(faults[0]?.message, `${pk} ${text}`).toContain("cannot be read");
    }
});

it("finds a copy of an item under another key", async () => {
  const copies = (pk: string, sk: string): void =>
    altered((db) =>
      db.exec(`insert into item select pk, ${sk}, taken_at, attributes, bytes, size from item
        where cast(pk as text) like '${pk}' limit 1`),
    );
  const other = "cast(replace(cast(sk as text), '100', '107') as blob)";
  const digit = "cast(substr(cast(sk as text), 1, 63) || iif(cast(sk as text) like '%a', 'b', 'a') as blob)";
  for (const [pk, sk] of [
    ["NAMED#%", other],
    ["CHUNK#%", digit],
    ["TIMELINE#%role:100", "cast('0000000009#0' as blob)"],
  ] as const) {
    copies(pk, sk);
    const { code, out } = await cli("history verify");
    expect(code, pk).toBe(1);
    expect(out).toContain("altered");
  }
});
