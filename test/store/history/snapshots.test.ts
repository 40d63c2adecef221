import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DAY, HOUR, iso } from "../../../lib/core/base/time.ts";
import type { Mapping } from "../../../lib/core/catalog/catalog.ts";
import { createSnapshotStore, requireAsOf } from "../../../lib/store/history/snapshots.ts";
import { acl, catalog, cluster, estate, role, table } from "../../support/catalogs.ts";
import { iamFacts } from "../../support/iam.ts";
import { testTables } from "../../support/table.ts";

let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
});
afterAll(() => tables.stop());

const T = Date.UTC(2026, 2, 1, 2);
const open = async () => {
  const db = await tables.fresh();
  return { db, store: createSnapshotStore(db, { now: () => T }) };
};
const orders = (...items: string[]) => table(1000, "orders", { acl: acl("10=arwdDxt/10", ...items) });
const reader: Mapping = {
  iamOid: 500,
  arn: "arn:aws:iam::111122223333:role/reader",
  role: 100,
  roleName: "app_ro",
  grantor: 10,
};

describe("snapshot store", () => {
  it("gives back as of a time what was put in", async () => {
    const { store } = await open();
    const later = estate({ relations: [orders("100=rd/10")] });
    expect(await store.save(cluster, estate(), T)).toMatchObject({ seq: 1, unchanged: false, changes: [] });
    expect(await store.save(cluster, later, T + HOUR)).toMatchObject({ seq: 2, unchanged: false });
    expect(await store.asOf(cluster, T - 1)).toBeUndefined();
    expect((await store.asOf(cluster, T))?.catalog).toEqual(estate());
    expect((await store.asOf(cluster, T + HOUR - 1))?.catalog).toEqual(estate());
    expect((await store.asOf(cluster, T + HOUR))?.catalog).toEqual(later);
    expect((await store.bySeq(cluster, 2))?.manifest.takenAt).toBe(T + HOUR);
    expect((await store.head(cluster))?.manifest.seq).toBe(2);
    expect((await store.after(cluster, T))?.manifest.seq).toBe(2);
    expect(await store.after(cluster, T + HOUR)).toBeUndefined();
  });

  it("says that there is nothing, rather than that nothing was", async () => {
    const { store } = await open();
    expect(await store.head(cluster)).toBeUndefined();
    expect(await store.asOf(cluster, T)).toBeUndefined();
    expect(await store.mappingPeriods(cluster)).toEqual([]);
    expect(await store.roleTimeline(cluster, 100)).toEqual([]);
    await expect(requireAsOf(store, cluster, T)).rejects.toMatchObject({ code: "not-found" });
    await store.save(cluster, estate(), T);
    await expect(requireAsOf(store, cluster, T - 1)).rejects.toMatchObject({
      code: "not-found",
      hint: expect.stringContaining(iso(T)),
    });
    await expect(store.diff(cluster, T - 1, T)).rejects.toMatchObject({ code: "not-found" });
  });

  it("stores an unchanged snapshot as a manifest alone", async () => {
    const { db, store } = await open();
    await store.save(cluster, estate(), T);
    const before = db.consumed();
    expect(await store.save(cluster, estate(), T + HOUR)).toMatchObject({
      seq: 2,
      unchanged: true,
      changes: [],
    });
    const after = db.consumed();
    expect(after.calls - before.calls).toBe(2);
  });

  it("keeps a manifest within the 1 KB of one write unit, login and all", async () => {
    const { db, store } = await open();
    const login = {
      at: T,
      principal: `arn:aws:iam::111122223333:role/${"x".repeat(64)}`,
      sourceIp: "203.0.113.7",
    };
    await store.save(cluster, estate(), T, { login });
    // The first of a new day, with changes, an unreadable section and second opinions: there is no bigger one.
    const { manifest } = await store.save(
      cluster,
      { ...estate({ mappings: "unreadable", roles: [] }), iam: iamFacts() },
      T + DAY,
      { login },
      async () => ({
        opinions: { cluster, identities: [], refused: null, waiting: 0 },
        times: { askedAt: T + DAY, dueAt: T + 31 * DAY },
      }),
    );
    expect(manifest.opinions).toEqual({ askedAt: T + DAY, dueAt: T + 31 * DAY });
    expect(manifest).toMatchObject({ previousDay: { seq: 1 }, meta: { login }, unreadable: { mappings: T } });
    const item = await db.get({ pk: `CLUSTER#${cluster}`, sk: "SNAPSHOT#0000000002" });
    expect(Buffer.byteLength(JSON.stringify(item))).toBeLessThan(1024);
  });

  it("takes the same run twice as one snapshot", async () => {
    const { store } = await open();
    await store.save(cluster, estate(), T);
    expect(await store.save(cluster, estate(), T)).toMatchObject({ seq: 1, duplicate: true });
    const changed = estate({ relations: [orders()] });
    const first = await store.save(cluster, changed, T + HOUR);
    expect(await store.save(cluster, changed, T + HOUR)).toMatchObject({ seq: 2, changes: first.changes });
  });

  it("numbers two snapshots at once one after the other", async () => {
    const { store } = await open();
    await store.save(cluster, estate(), T);
    const saved = await Promise.all(
      [1, 2, 3, 4].map((n) => store.save(cluster, estate({ roles: [role(10, `admin${n}`)] }), T + n * HOUR)),
    );
    expect(saved.map(({ seq }) => seq).sort()).toEqual([2, 3, 4, 5]);
    const chain = (await Array.fromAsync(store.list(cluster))).sort(
      (a, b) => a.manifest.seq - b.manifest.seq,
    );
    chain.forEach(({ manifest }, i) => {
      expect(manifest.previous).toBe(chain[i - 1]?.hash ?? null);
    });
  });

  it("goes by time where a clock went back, and by number where it stood still", async () => {
    const { store } = await open();
    const one = estate({ roles: [role(10, "one")] });
    const two = estate({ roles: [role(10, "two")] });
    const three = estate({ roles: [role(10, "three")] });
    await store.save(cluster, one, T + 2 * HOUR);
    expect(await store.save(cluster, two, T + HOUR)).toMatchObject({ seq: 2 });
    expect(await store.save(cluster, three, T + HOUR)).toMatchObject({ seq: 3 });
    expect((await store.asOf(cluster, T + HOUR))?.catalog).toEqual(three);
    expect((await store.asOf(cluster, T + 3 * HOUR))?.catalog).toEqual(one);
    expect((await store.head(cluster))?.manifest.seq).toBe(3);
  });

  it("finds a change under its role and its object, with the two snapshots around it", async () => {
    const { store } = await open();
    await store.save(cluster, estate(), T);
    await store.save(cluster, estate(), T + HOUR);
    const changed = estate({
      relations: [
        orders("100=rd/10", "101=arw/10"),
        table(1001, "payments", { acl: acl("10=arwdDxt/10", "100=r/10") }),
      ],
    });
    await store.save(cluster, changed, T + 2 * HOUR);
    const expected = {
      fromSeq: 2,
      from: T + HOUR,
      toSeq: 3,
      to: T + 2 * HOUR,
      change: {
        kind: "grant",
        object: { section: "relations", oid: 1000, schema: "public", name: "orders" },
        grantee: { oid: 100, name: "app_ro" },
        before: { privileges: "r", grantable: "" },
        after: { privileges: "rd", grantable: "" },
      },
    };
    expect(await store.roleTimeline(cluster, 100)).toMatchObject([expected]);
    expect(await store.timeline(cluster, "relations:1000")).toMatchObject([expected]);
    expect(await Array.fromAsync(store.changes(cluster, T, T + 2 * HOUR))).toMatchObject([expected]);
    expect((await store.diff(cluster, T, T + 2 * HOUR)).changes).toMatchObject([expected.change]);
    expect((await store.diff(cluster, T, T + HOUR)).changes).toEqual([]);
  });

  it("dates mappings by the snapshots around them", async () => {
    const { store } = await open();
    const bare = estate({ mappings: [] });
    await store.save(cluster, estate({ mappings: [reader] }), T);
    await store.save(cluster, bare, T + HOUR);
    await store.save(cluster, estate({ mappings: [{ ...reader, iamOid: 700 }] }), T + 2 * HOUR);
    await store.save(cluster, estate({ mappings: [{ ...reader, iamOid: 700 }] }), T + DAY);
    const common = { arn: reader.arn, roleOid: 100, roleName: "app_ro" };
    const old = { ...common, iamOid: 500, notSeenAt: null, firstSeenAt: T, lastSeenAt: T, goneAt: T + HOUR };
    const young = { ...common, iamOid: 700, notSeenAt: T + HOUR, firstSeenAt: T + 2 * HOUR, goneAt: null };
    expect(await store.mappingPeriods(cluster)).toEqual([old, { ...young, lastSeenAt: T + DAY }]);
    expect(await store.mappingPeriods(cluster, T + HOUR)).toEqual([old]);
    expect(await store.mappingHistory(cluster, T)).toEqual({
      periods: [{ ...old, goneAt: null }],
      firstReadAt: T,
    });
  });

  it("never takes an unreadable section for a revoke, and compares with what was last known", async () => {
    const { store } = await open();
    const blind = estate({ mappings: "unreadable", relations: "unreadable" });
    await store.save(cluster, estate({ mappings: [reader] }), T);
    expect((await store.save(cluster, blind, T + HOUR)).changes.map(({ change }) => change.kind)).toEqual([
      "section-unreadable",
      "section-unreadable",
    ]);
    expect(await store.save(cluster, blind, T + 2 * HOUR)).toMatchObject({ unchanged: true });
    const now = await store.asOf(cluster, T + 2 * HOUR);
    expect(now?.catalog.sections.mappings.status).toBe("unreadable");
    expect(now?.catalog.lastKnown?.mappings).toEqual({ at: T, seq: 1, rows: [reader] });
    expect(await store.mappingPeriods(cluster)).toMatchObject([{ iamOid: 500, lastSeenAt: T, goneAt: null }]);
    const back = await store.save(cluster, estate({ mappings: [] }), T + 3 * HOUR);
    expect(back.changes.filter(({ change }) => change.kind === "mapping")).toMatchObject([
      { from: T, to: T + 3 * HOUR, change: { before: reader, after: null } },
    ]);
    expect(await store.mappingPeriods(cluster)).toMatchObject([{ lastSeenAt: T, goneAt: T + 3 * HOUR }]);
  });

  it("refuses another cluster's catalog and a time that cannot be", async () => {
    const { store } = await open();
    const other = { ...catalog(), cluster: `${cluster}x` as typeof cluster };
    await expect(store.save(cluster, other, T)).rejects.toMatchObject({ code: "usage" });
    await expect(store.save(cluster, catalog(), Number.NaN)).rejects.toMatchObject({ code: "usage" });
  });
});
